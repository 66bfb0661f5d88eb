"""Keeps whatever a lab or a test starts from setting this machine's own clock."""

import ctypes

CAP_SYS_TIME = 25  # capabilities(7)
PR_CAPBSET_DROP = 24  # prctl(2)


def forbid_setting_clocks() -> None:
    """Take the right to set a clock from all programs that this thread starts from now on, root's included.

    Programs can't get back what is not in the bounding set (capabilities(7)). An ordinary user has no such right and
    may not drop it either, which is no error.
    """
    ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_SYS_TIME, 0, 0, 0)
