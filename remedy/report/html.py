"""A run as a page: one file that is read from the disk, without a network and without scripts."""

from pathlib import Path

from remedy.model import Run
from remedy.pages.render import render
from remedy.report.files import write_whole
from remedy.report.story import story


def write_html(run: Run, path: Path, inventory: str = "") -> None:
    """Write the run to a file; raise PostMainteError if that can't be done."""
    write_whole(path, to_html(run, inventory).encode())


def to_html(run: Run, inventory: str = "") -> str:
    """The run as an HTML document; `inventory` is the hosts.yaml that was named, if any."""
    return render("report/run.html", story=story(run, inventory))
