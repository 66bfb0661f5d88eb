"""What the documents show is so: their examples of hosts.yaml validate, and their commands have those options."""

import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest
from typed import PROJECT

from remedy.inventory import open_fleet
from remedy.topics import PACKAGES
from tasks.morning import ONLY

TEXTS = {file.name: file.read_text() for file in (PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md")))}
BLOCK = re.compile(r"(?:^ {4}.*\n|^\n)+", re.MULTILINE)
FABRICS = {"-H", "--list", "-i", "-r", "-t", "--ssh-config"}  # options of fab itself, and of commands by way of it


def blocks(text: str, beginning: str) -> Iterator[str]:
    for block in BLOCK.findall(text):
        lines = dedent(block).strip()
        if re.match(beginning, lines):
            yield lines


EXAMPLES = [block for text in TEXTS.values() for block in blocks(text, "hosts:|mail:|maintenance:|notify:|watch:")]
COMMANDS = [line for text in TEXTS.values() for line in re.findall(r"^ {4}(fab .+)$|`(fab [^`]+)`", text, re.MULTILINE)]


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_of_hosts_yaml_validates(example: str, tmp_path: Path) -> None:
    (tmp_path / "hosts.yaml").write_text(example if example.startswith("hosts:") else f"hosts: [web1]\n{example}")
    assert open_fleet("", tmp_path, ()).select(())


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 9
    assert len(COMMANDS) >= 20


@pytest.mark.parametrize("command", sorted({"".join(found) for found in COMMANDS}))
def test_a_command_has_the_options_with_which_it_is_shown(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(PROJECT)
    sys.modules.pop("fabfile", None)
    from fabfile import namespace

    words = shlex.split(command, comments=True)[1:]
    name = next((word for word in words if not word.startswith("-") and word in namespace.task_names), "")
    options = {f"--{name}" for name in _options(name)} if name else set()
    assert name or FABRICS & set(words), command
    assert {word for word in words if word.startswith("-")} <= options | FABRICS


def test_the_topics_that_help_names_are_those_there_are() -> None:
    assert sorted(ONLY.split(", ")) == sorted(PACKAGES)


def _options(name: str) -> Iterator[str]:
    from fabfile import namespace

    for argument in namespace[name].get_arguments():
        yield from (option.replace("_", "-") for option in argument.names)
