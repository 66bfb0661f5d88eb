"""The door: every command that `fab --list` shows. Tasks of your own that you add here keep Fabric's behaviour."""

from tasks.clock import check_time, recover_time
from tasks.hosts import hosts
from tasks.lab import lab

__all__ = ["check_time", "hosts", "lab", "recover_time"]
