"""The second story: a monitor that knows about maintenance, from a notice to the mail that all is right again."""

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from remedy.lab.demo.monitor import Monitor
from remedy.lab.demo.servers import ANNOUNCED, PAUSE, SURPRISE
from remedy.lab.demo.stage import Stage
from remedy.lab.mailserver import MailServer

NOTICE = """\
Dear customer, the machine on which your virtual server {server} runs is maintained.
Start: {start:%Y-%m-%d %H:%M} JST
End: {end:%Y-%m-%d %H:%M} JST
It will stand still meanwhile. Please check ntpd afterwards.
"""
LENGTH = timedelta(hours=3)
BOTH = (ANNOUNCED, SURPRISE)


def circle(stage: Stage, mail_server: MailServer) -> bool:
    """Show a window, outages, the return, the repair and the mails; tell whether all is as it should be."""
    stage.say(f"The next maintenance is announced, of {ANNOUNCED}. The provider's notice, pasted, makes a window:")
    notice = _notice(datetime.now(ZoneInfo("Asia/Tokyo")))
    stage.show(notice, "italic")
    stage.fab("maintenance.add", "-H", ANNOUNCED, "--notice-text", "-", "--yes", pasted=notice)
    stage.say("Who is told, in hosts.yaml:")
    _tell_by(stage, mail_server)
    stage.say("Both servers have `on_return: post-mainte` there, and here `interval: 1s` instead of the usual minute:")
    with Monitor(stage, mail_server, BOTH) as monitor:
        monitor.wait_for(f"watching {len(BOTH)} hosts")
        stage.say(f"Now both go down. The mail tells of {SURPRISE} alone:")
        for name in BOTH:
            stage.lab.power_off(name)
        monitor.wait_for(f"{ANNOUNCED} is DOWN ")
        monitor.wait_for_mail(f"{SURPRISE} is DOWN ")
        stage.say("Both are back, and their clocks stood still for three hours:")
        for name in BOTH:
            stage.lab.state(name).offset -= PAUSE
            stage.lab.power_on(name)
        for name in BOTH:
            monitor.wait_for_mail(f"{name} is back ")
    is_quiet = not any(line.startswith(f"{ANNOUNCED} is DOWN ") for mail in mail_server.mails for line in mail.lines)
    return stage.is_right() and is_quiet


def _notice(now: datetime) -> str:
    """A notice of a maintenance that has just begun."""
    start = now.replace(minute=now.minute // 30 * 30)
    return NOTICE.format(server=ANNOUNCED, start=start, end=start + LENGTH)


def _tell_by(stage: Stage, mail_server: MailServer) -> None:
    mail = {"to": "ops@example.jp", "from": "post-mainte@example.jp", "server": mail_server.address}
    line = f"mail: {json.dumps(mail)}"
    stage.show(line, "italic")
    with stage.lab.hosts_yaml.open("a") as hosts_yaml:
        hosts_yaml.write(f"{line}\n")
