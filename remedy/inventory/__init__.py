"""hosts.yaml: read, validated, merged into Host objects; and which of them a command means."""

from remedy.inventory.fleet import Fleet, Mail, ReferenceSource, Window
from remedy.inventory.host import Backup, Check, Evidence, Host, Jobs, Site

__all__ = [
    "Backup",
    "Check",
    "Evidence",
    "Fleet",
    "Host",
    "Jobs",
    "Mail",
    "ReferenceSource",
    "Site",
    "Window",
]
