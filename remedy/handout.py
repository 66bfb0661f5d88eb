"""What becomes of a run that is over: it is printed, written to files, and mailed, as was asked for."""

import json
from contextlib import ExitStack
from pathlib import Path

from remedy.document import to_document
from remedy.errors import UsageError
from remedy.inventory import Fleet
from remedy.inventory.fleet import Mail
from remedy.model import Run
from remedy.report.console import print_run
from remedy.report.files import check_writable
from remedy.request import Morning, Request


def check_places(how: Morning, fleet: Fleet) -> None:
    """Raise UsageError if there is no place for what is to be told of the run: before anything is done for it."""
    check_writable("--html", how.html)
    check_writable("--junit", how.junit)
    if how.html and how.junit and Path(how.html).resolve() == Path(how.junit).resolve():
        raise UsageError(f"--html and --junit name the same file: {how.html}")
    if how.mail:
        _check_mail(fleet)


def _check_mail(fleet: Fleet) -> None:
    from remedy.mail import lacking

    if not fleet.mail:
        raise UsageError(f"--mail: {fleet.path or 'a hosts.yaml'} has to say to whom and through whom: `mail:`")
    if why := lacking(fleet.mail):
        raise UsageError(f"--mail: {why}")


def hand_out(run: Run, request: Request, how: Morning, mail: Mail | None) -> None:
    """Print the run, write it to the files that were named, and mail it, or how backups ended if any was run.

    Where one of them fails, the others are done all the same.
    """
    with ExitStack() as ways:  # the last comes first
        if mail:
            ways.callback(_send, run, mail, request.inventory, whole=how.mail)
        if how.junit:
            from remedy.report.junit import write_junit

            ways.callback(write_junit, run, Path(how.junit))
        if how.html:
            from remedy.report.html import write_html

            ways.callback(write_html, run, Path(how.html), request.inventory)
        ways.callback(_print, run, request)


def _print(run: Run, request: Request) -> None:
    if request.as_json:
        print(json.dumps(to_document(run), indent=2))
    else:
        print_run(run, inventory=request.inventory)


def _send(run: Run, mail: Mail, inventory: str, *, whole: bool) -> None:
    from remedy.mail import send
    from remedy.report.mail import backups_letter

    letter = backups_letter(run)
    if whole:
        from remedy.report.letter import run_letter

        letter = run_letter(run, inventory)
    if letter:
        send(mail, letter.subject, letter.text, html=letter.html)
