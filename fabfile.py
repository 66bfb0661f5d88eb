"""The door: every command that `fab --list` shows."""

import sys

from invoke.collection import Collection

from tasks.clock import check_time, recover_time
from tasks.history import history, report
from tasks.hosts import hosts
from tasks.lab import lab

__all__ = ["check_time", "history", "hosts", "lab", "namespace", "recover_time", "report"]

# Tasks of your own go here; they keep Fabric's behaviour: `fab -H a,b mytask` runs them once for each host.

namespace = Collection.from_module(sys.modules[__name__])  # all tasks above
namespace.add_collection(lab)
