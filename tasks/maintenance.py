"""Maintenance that was announced: fab maintenance.add, list, cancel."""

from typing import TYPE_CHECKING

from invoke.collection import Collection
from invoke.context import Context

from remedy.errors import UsageError
from tasks.command import fleet_command, local_command, moment

if TYPE_CHECKING:
    from remedy.request import Request


@fleet_command(
    from_="when it begins, such as 2017-08-30T02:00+09:00 or '2017-08-30T02:00 Asia/Tokyo'",
    to="when it ends",
    notice="where the provider announced it, a URL",
    notice_text="read begin and end from a provider's notice, Japanese or English, in this file (-: standard input)",
    zone="the zone of a notice that names none, or not clearly, such as Asia/Tokyo",
    yes="add what a notice announces without asking, if all of it was understood",
)
def add(
    request: "Request",
    from_: str = "",
    to: str = "",
    notice: str = "",
    notice_text: str = "",
    zone: str = "",
    yes: bool = False,
) -> int:
    """Add a maintenance window for hosts, or for the whole fleet."""
    from remedy.maintenance.command import Notice, add_from_notice, add_window

    if notice_text:
        if from_ or to:
            raise UsageError("--from and --to are read from the notice: leave them out, or --notice-text")
        return add_from_notice(request, Notice(notice_text, zone, yes), notice)
    if zone or yes:
        raise UsageError("--zone and --yes go with --notice-text only; a moment holds its zone")
    if not from_ or not to:
        raise UsageError("say when: --from MOMENT --to MOMENT, or --notice-text FILE")
    return add_window(request, moment("from", from_), moment("to", to), notice)


@fleet_command()
def list_(request: "Request") -> int:
    """List the windows that run, come, are over and were cancelled, in their zones and in this machine's."""
    from remedy.maintenance.command import list_windows

    return list_windows(request)


@local_command(positional=["window"], help={"window": "its id, as `fab maintenance.list` shows it"})
def cancel(_: Context, window: str) -> int:
    """Cancel a window that was added."""
    from remedy.maintenance.command import cancel_window

    return cancel_window(window)


maintenance = Collection("maintenance", add, cancel)
maintenance.add_task(list_, "list")
