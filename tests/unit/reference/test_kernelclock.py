"""What the kernel says of this machine's clock."""

import sys

import pytest

from remedy.reference import kernelclock
from remedy.reference.kernelclock import KernelClock


@pytest.mark.skipif(sys.platform != "linux", reason="adjtimex is Linux's own")
def test_the_kernel_answers_a_plain_user_with_figures_that_make_sense() -> None:
    clock = kernelclock.read()
    assert 0 <= clock.state <= kernelclock.TIME_ERROR
    assert 0 <= clock.maxerror <= kernelclock.MAX_ERROR
    assert clock.status & ~0xFFFF == 0


def test_another_system_says_that_it_has_no_such_thing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(OSError, match="no adjtimex on darwin"):
        kernelclock.read()


@pytest.mark.parametrize(
    ("clock", "trouble"),
    [
        (KernelClock(state=0, status=0x2001, maxerror=0.012), None),
        (KernelClock(state=1, status=0x2011, maxerror=0.5), None),
        (KernelClock(state=5, status=0x40, maxerror=16.0), "not synchronised"),
        (KernelClock(state=0, status=0x40, maxerror=0.1), "not synchronised"),
        (KernelClock(state=5, status=0x0, maxerror=0.1), "not synchronised"),
        (KernelClock(state=0, status=0x2001, maxerror=16.0), "off by 16 s"),
    ],
)
def test_a_clock_is_good_only_if_all_the_kernel_says_is_good(clock: KernelClock, trouble: str | None) -> None:
    if trouble is None:
        assert clock.trouble is None
    else:
        assert trouble in str(clock.trouble)
