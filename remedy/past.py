"""Earlier runs, from the request to the exit status."""

import json
from pathlib import Path

from remedy.document import from_document
from remedy.history import History
from remedy.report.console import print_run
from remedy.report.files import check_writable
from remedy.report.junit import write_junit
from remedy.report.runs import print_runs


def list_runs(limit: int, as_json: bool) -> int:
    """List the newest runs."""
    print_runs(History(), limit, as_json)
    return 0


def show_run(name: str, as_json: bool, html: str, junit: str) -> int:
    """Print an earlier run again, and write it to the files `html` and `junit` where they are named."""
    check_writable("--html", html)
    check_writable("--junit", junit)
    document = History().document(name)
    run = from_document(document)
    if html:
        from remedy.report.html import write_html

        write_html(run, Path(html))
    if junit:
        write_junit(run, Path(junit))
    if as_json:
        print(json.dumps(document, indent=2))
    else:
        print_run(run)
    return 0
