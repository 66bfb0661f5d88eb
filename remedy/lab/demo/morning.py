"""The time of day where the servers of the demo are: it is about five in the morning there, whenever it is played."""

import time
from dataclasses import dataclass

HOUR = 3600.0
DAY = 24 * HOUR
EARLIEST = 4 * HOUR + 2100  # 04:35: the earliest that it may be


@dataclass(frozen=True)
class Morning:
    """The morning at `now`, in Unix seconds."""

    now: float

    @property
    def zone(self) -> int:
        """The whole hours from UTC, from -11 to 12, by which it is from 04:35 to 05:34 there."""
        hours = -int((self.now - EARLIEST) % DAY // HOUR)
        return hours + 24 if hours < -11 else hours

    def since(self, hour: float) -> float:
        """The seconds since that hour of yesterday, there."""
        return (self.now + self.zone * HOUR) % DAY + DAY - hour * HOUR

    @property
    def yesterday(self) -> str:
        """Its day as logs have it: Nov 23."""
        return time.strftime("%b %e", time.gmtime(self.now + self.zone * HOUR - DAY))
