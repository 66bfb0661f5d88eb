"""What can end a command, or one host's part of it; the exit status goes with the kind."""

from remedy.shell.answers import Answers

INTERRUPTED = 130  # the exit status of a program that SIGINT ended, as shells have it


class PostMainteError(Exception):
    """A trouble with a message of one line (or one line a problem) that is fit to be shown as it is."""

    exit_status = 1


class UsageError(PostMainteError):
    """Bad usage or a bad hosts.yaml: nothing was touched."""

    exit_status = 2


class NoReferenceError(PostMainteError):
    """No trustworthy reference for the true time: nothing was touched."""

    exit_status = 3


class HostError(PostMainteError):
    """One host could not be dealt with; the other hosts don't mind. `answers`: what its script said until then."""

    answers = Answers()


class UnreachableError(HostError):
    """The host was not reached, or not let us in: nothing was touched there."""


class HostKeyUnknownError(UnreachableError):
    """known_hosts says nothing of the host; the message has the line to add and the fingerprint to compare."""


class HostKeyChangedError(UnreachableError):
    """The host shows another key than known_hosts has, or a revoked one; the message says where that stands."""


class DeadlineError(HostError):
    """A wait on a host took too long; the message names the deadline: connect, step or host."""


class ConnectDeadlineError(DeadlineError, UnreachableError):
    """The host was not reached in time: nothing was touched there."""


class LinkLostError(HostError):
    """The connection ended in the middle: how the script ended is unknown, not failed."""


class ProbeError(HostError):
    """The host answered, but not as our script does: "could not look", which is not "looked, and it is bad"."""
