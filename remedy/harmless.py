"""Words of others, made safe to show."""

import re

# Control characters, and those that turn or break lines behind a reader's back (bidirectional marks, separators).
HARMFUL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def harmless(words: str) -> str:
    """The words without what could deceive a reader, or a terminal."""
    return HARMFUL.sub("", words)
