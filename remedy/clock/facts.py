"""What a host's clock is: its offset to the true time, and who may set it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from remedy.clock.measure import SECOND, Sample
from remedy.errors import ProbeError
from remedy.reference import Reference
from remedy.shell.answers import Answers
from remedy.topic import Situation

# No clock is slewed faster: the kernel takes ticks of 90 % to 110 % of their length, and 500 ppm on top, from
# adjtimex(2) and from adjtime(3) each; chronyd goes up to 83333 ppm (chrony.conf(5), maxslewrate).
SAID = 200  # characters of what a host says in place of a time
MAX_SLEW = 0.1021
SLACK = 1000  # ns: what times as floating-point numbers (2.4e-7 s, some rounded) may lack
CAP_SYS_TIME = 25  # capabilities(7)
WHOLE_ID_SPACE = "4294967295"  # user_namespaces(7): only the first user namespace maps all of it to itself


@dataclass(frozen=True)
class Offset:
    """Host clock minus true time: `seconds`, right within `error`, of which `measured` is not the reference's.

    `unsteady`: the clock was stepped while it was measured, so that only the last sample counts.
    """

    seconds: float
    error: float
    measured: float
    unsteady: bool = False


@dataclass(frozen=True)
class ClockFacts:
    """A host's clock.

    `source` is what gave the readings. `baseline` is clock minus uptime in ms, which only a step changes, and
    `baseline_source` what it was read from: date or adjtimex (to the ms), or whole (seconds). `container` names what
    the host runs in, if its kernel is not its own; `rtc` is the hardware clock's device.
    """

    offset: Offset
    source: str = ""
    baseline: int = 0
    baseline_source: str = "date"
    uid: int = 0
    has_capability: bool = True
    container: str = ""
    rtc: str = ""
    tools: frozenset[str] = frozenset()

    @property
    def may_set(self) -> bool:
        """Whether we may set it: as root, with the capability, and with a kernel of its own."""
        return self.uid == 0 and self.has_capability and not self.container


def read(answers: Answers, situation: Situation) -> ClockFacts:
    """Given the clock probe's answers, return the facts; raise ProbeError if they say no time."""
    samples = answers.talks.get("ticks")
    if not isinstance(samples, tuple) or not samples:
        raise ProbeError(f"the host told no time: {_why(answers)}")
    ticks = answers.get("ticks")
    baseline, source = _baseline(answers.text("clock"))
    return ClockFacts(
        offset=offset(samples, situation.reference),
        source=ticks.words if ticks else "",
        baseline=baseline,
        baseline_source=source,
        uid=_number(answers.text("uid"), "id -u"),
        has_capability=_has_capability(answers),
        container=answers.text("container"),
        rtc=answers.text("rtc"),
        tools=frozenset(answers.text("tools").split()),
    )


def offset(samples: Sequence[Sample], reference: Reference) -> Offset:
    """Given samples in their order, return the offset with the bound that all of them together allow.

    Each sample alone bounds the offset at its moment (Cristian's algorithm); the others tighten it by as much as no
    slew in between can have undone.
    """
    bounds = [_bounds(sample, reference) for sample in samples]
    narrowed = [_narrowed(index, samples, bounds) for index in range(len(samples))]
    unsteady = any(low > high for low, high in narrowed)
    best = len(samples) - 1 if unsteady else min(range(len(samples)), key=lambda i: narrowed[i][1] - narrowed[i][0])
    low, high = bounds[best] if unsteady else narrowed[best]
    measured = (high - low + 1) / 2 / SECOND
    error = measured + reference.error_at(samples[best].received)
    return Offset((low + high) / 2 / SECOND, error, measured, unsteady)


def _bounds(sample: Sample, reference: Reference) -> tuple[int, int]:
    """From where to where the offset lies, in ns, if the reference is right."""
    sent, received = (round(reference.at(moment) * SECOND) for moment in (sample.sent, sample.received))
    return sample.reading - received - SLACK, sample.reading + sample.resolution - sent + SLACK


def _narrowed(index: int, samples: Sequence[Sample], bounds: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The bounds of one sample, narrowed by all others; empty (low > high) if the clock was stepped in between."""
    here = samples[index]
    low, high = bounds[index]
    for other, (other_low, other_high) in zip(samples, bounds, strict=True):
        if other is not here:
            apart = max(other.received - here.sent, here.received - other.sent)
            slewed = round(apart * MAX_SLEW * SECOND)
            low, high = max(low, other_low - slewed), min(high, other_high + slewed)
    return low, high


def _baseline(text: str) -> tuple[int, str]:
    try:
        clock, uptime, source = text.split()
        return int((Decimal(clock) - Decimal(uptime)) * 1000), source
    except (ValueError, InvalidOperation):
        raise ProbeError(f"the host's clock and uptime can't be read: {text[:80]!r}") from None


def _has_capability(answers: Answers) -> bool:
    """Whether a root there is trusted with the clock; where nothing is said of it, as before Linux 2.2, it is."""
    if (uid_map := answers.text("uid_map")) and uid_map.split()[-1] != WHOLE_ID_SPACE:
        return False
    capabilities = answers.text("capabilities")
    try:
        return not capabilities or bool(int(capabilities, 16) >> CAP_SYS_TIME & 1)
    except ValueError:
        raise ProbeError(f"the capabilities of a process can't be read: {capabilities[:80]!r}") from None


def _number(text: str, what: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ProbeError(f"{what} said {text[:80]!r} instead of a number") from None


def _why(answers: Answers) -> str:
    ticks = answers.get("ticks")
    said = " ".join(ticks.output[:SAID].split()) if ticks else ""
    return said or "its answers end before that"
