"""What a host named, and sizes, in words."""

UNITS = ((1 << 40, "T"), (1 << 30, "G"), (1 << 20, "M"), (1 << 10, "k"))
LONGEST = 200  # characters of a name or of a line that a program printed


def one_line(text: str) -> str:
    """A name or a line of output, fit to stand in a sentence: a newline in it shows as one, and it is not endless."""
    shown = text.strip().replace("\n", "\\n")
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 3]}..."


def size_words(size: float) -> str:
    """A size as hosts.yaml has it, "1.5M" or "20 bytes"; k is 1024."""
    for unit, letter in UNITS:
        if size >= unit:
            return f"{size / unit:.1f}".removesuffix(".0") + letter
    return f"{size:g} bytes"
