"""The keys of the file and the fields of a Host don't drift apart."""

from dataclasses import fields

from remedy.inventory import Host
from remedy.inventory.models import HostKeys

DEFAULTS = {field.name: field.default for field in fields(Host)}


def test_every_key_of_a_host_is_a_field_of_host() -> None:
    assert set(HostKeys.model_fields) <= set(DEFAULTS)


def test_the_defaults_that_the_schema_tells_are_the_defaults_of_host() -> None:
    told = {name: field.default for name, field in HostKeys.model_fields.items() if name != "address"}
    assert told == {name: DEFAULTS[name] for name in told}
