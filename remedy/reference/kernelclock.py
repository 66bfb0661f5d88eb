"""What the Linux kernel says of this machine's own clock: adjtimex(2), which is only read."""

import ctypes
import os
import sys
from dataclasses import dataclass

TIME_ERROR = 5  # adjtimex(2): the clock is not synchronised
STA_UNSYNC = 0x40
MAX_ERROR = 16.0  # seconds; the kernel counts up to here when nobody tells it better


class _Timex(ctypes.Structure):
    """`struct timex` of linux/timex.h; `modes` 0 asks, and changes nothing."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_char * 256),  # what is not of interest here; the whole is 208 bytes on 64 bits
    )


@dataclass(frozen=True)
class KernelClock:
    """The kernel's state of the clock; `maxerror` in seconds, a bound only as long as the machine was not paused."""

    state: int
    status: int
    maxerror: float

    @property
    def trouble(self) -> str | None:
        """Why the clock is not to be relied upon; None if the kernel says that it is synchronised."""
        if self.state == TIME_ERROR or self.status & STA_UNSYNC:
            return "its kernel says that it is not synchronised"
        if self.maxerror >= MAX_ERROR:
            return f"its kernel says that it may be off by {self.maxerror:.0f} s"
        return None


def read() -> KernelClock:
    """The state of this machine's clock; raises OSError where it can't be had."""
    if sys.platform != "linux":
        raise OSError(f"there is no adjtimex on {sys.platform}")
    timex = _Timex(modes=0)
    adjtimex = getattr(ctypes.CDLL(None, use_errno=True), "adjtimex", None)
    if adjtimex is None:
        raise OSError("the C library has no adjtimex")
    state = adjtimex(ctypes.byref(timex))
    if state < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return KernelClock(state, timex.status, timex.maxerror / 1e6)
