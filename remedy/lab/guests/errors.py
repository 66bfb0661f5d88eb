"""What can go wrong with a lab."""

from remedy.errors import PostMainteError


class LabError(PostMainteError):
    """The lab can't do what was asked of it."""


class BuildError(LabError):
    """An image could not be built; the message ends with what the builder said last."""
