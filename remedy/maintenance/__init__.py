"""Maintenance windows that were announced: in hosts.yaml, or added by `fab maintenance.add`."""

from remedy.maintenance.announced import Announced, overlapping
from remedy.maintenance.kept import announced

__all__ = ["Announced", "announced", "overlapping"]
