"""Providers' notices, Japanese or English: the windows that they announce, and what in them can't be understood.

Nothing is guessed. dateparser and timefhuman, which find dates in texts, are of no use for that: they take 05:00 of
"8月31日 2:00～5:00" for today's, IST for one of its three zones, and words such as "We" for a Wednesday.
"""

from remedy.maintenance.notice.reading import Doubt, Proposed, Reading, read_notice

__all__ = ["Doubt", "Proposed", "Reading", "read_notice"]
