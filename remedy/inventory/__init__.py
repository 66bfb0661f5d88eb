"""hosts.yaml: read, validated, merged into Host objects; and which of them a command means."""

from remedy.inventory.address import split_server
from remedy.inventory.find import load, open_fleet
from remedy.inventory.fleet import Fleet, Mail, ReferenceSource, Watch, Window
from remedy.inventory.host import Backup, Check, Evidence, Host, Jobs, Site
from remedy.inventory.problems import InventoryError

__all__ = [
    "Backup",
    "Check",
    "Evidence",
    "Fleet",
    "Host",
    "InventoryError",
    "Jobs",
    "Mail",
    "ReferenceSource",
    "Site",
    "Watch",
    "Window",
    "load",
    "open_fleet",
    "split_server",
]
