"""Maintenance windows that were announced: in hosts.yaml, or added by `fab maintenance.add`."""

from remedy.maintenance.announced import Announced, holding, overlapping
from remedy.maintenance.kept import announced

__all__ = ["Announced", "announced", "holding", "overlapping"]
