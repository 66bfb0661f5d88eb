"""Throwaway SSH hosts on loopback, without root: an SSH server, real shells, and stand-ins for what sets a clock."""

from remedy.lab.embedded.lab import EmbeddedLab
from remedy.lab.embedded.root import LabError
from remedy.lab.embedded.spec import Daemon, File, HostSpec, Init, Running, Service

__all__ = ["Daemon", "EmbeddedLab", "File", "HostSpec", "Init", "LabError", "Running", "Service"]
