"""The first story: the morning after a pause, put right by real runs of fab."""

from rich.table import Table

from remedy.lab.demo.servers import AHEAD, LATE
from remedy.lab.demo.stage import Stage


def morning(stage: Stage) -> bool:
    """Show the morning and put it right; tell whether it is."""
    _introduce(stage)
    stage.say("Which cron jobs fell into the gap, and which of them does cron make good for by itself?")
    stage.fab("check-jobs", "-H", "web2,db1")
    stage.say("Put everything right:")
    stage.fab("post-mainte")
    stage.lab.power_on(LATE)
    stage.say(f"{LATE} is back now; {AHEAD}'s clock may be set back, and backups may be run. Only what is left:")
    stage.fab("post-mainte", "--resume", "last", "--allow-backward", "--yes")
    stage.say("And once more, which changes nothing:")
    is_said_to_be = stage.fab("post-mainte", "--yes") == 0
    return stage.is_right() and is_said_to_be


def _introduce(stage: Stage) -> None:
    stage.say(
        f"{len(stage.servers)} servers, as a provider's maintenance of three hours left them this morning. They"
        " are SSH servers on 127.0.0.1, with stand-ins for clock, services and cron: nothing of this machine is"
        " touched."
    )
    table = Table("server", "what it runs", "clock", "", box=None, pad_edge=False, header_style="bold")
    for server in stage.servers:
        table.add_row(server.spec.name, server.system, server.clock, server.story)
    stage.console.print("", table, sep="\n")
