"""What a notice says and nobody can know."""


class DoubtError(ValueError):
    """Something can't be known, or contradicts itself; the text says what."""
