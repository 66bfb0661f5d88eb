"""A hosts.yaml from a text."""

from pathlib import Path

from remedy.inventory import Fleet, load


def read(file: Path, text: str) -> Fleet:
    file.write_text(text)
    return load(file)
