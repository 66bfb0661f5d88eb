"""The door: every command that `fab --list` shows."""

import atexit
import gc
import sys

from invoke.collection import Collection

from tasks.clock import check_time, recover_time
from tasks.history import history, report
from tasks.hosts import hosts
from tasks.lab import lab
from tasks.maintenance import maintenance
from tasks.morning import check_backups, check_jobs, check_services, check_sites, post_mainte, run_backups
from tasks.watch import watch

__all__ = [
    "check_backups",
    "check_jobs",
    "check_services",
    "check_sites",
    "check_time",
    "history",
    "hosts",
    "lab",
    "maintenance",
    "namespace",
    "post_mainte",
    "recover_time",
    "report",
    "run_backups",
    "watch",
]

atexit.register(gc.freeze)  # at the end nothing is gained by looking for garbage, which takes longer than a host does

# Tasks of your own go here; they keep Fabric's behaviour: `fab -H a,b mytask` runs them once for each host.

namespace = Collection.from_module(sys.modules[__name__])  # all tasks above
namespace.add_collection(lab)
namespace.add_collection(maintenance)
