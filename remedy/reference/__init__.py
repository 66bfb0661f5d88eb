"""The true time, from NTP servers that agree; servers, samples and the rule of agreement are a module each."""

from remedy.reference.reference import Reference, ServerReport, measure
from remedy.reference.truetime import TrueTime

__all__ = ["Reference", "ServerReport", "TrueTime", "measure"]
