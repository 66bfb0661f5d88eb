"""Sends by apprise, as a program: a question in JSON on standard input, an answer in JSON on standard output.

{"check": {NAME: URL}} is answered by {"unknown": [NAME]}, and {"send": {"url": .., "title": .., "body": ..}} by
{"is_sent": true}, or false, with the HTTP "status" of the answer, if there is one. Nothing else is told: what apprise
logs may hold secrets.
"""

import json
import os
import re
import sys
from threading import Thread
from typing import Any

import apprise

STATUS = re.compile(r"\berror=(\d{3})\b")  # as apprise's plugins log it


def main() -> None:
    """Answer one question. If whoever asked is gone, so are we: it asks again."""
    Thread(target=_end_with, args=(int(sys.argv[1]),), daemon=True).start()
    answers, sys.stdout = sys.stdout, sys.stderr  # plugins may print
    question = json.load(sys.stdin)
    answer = _checked(question["check"]) if "check" in question else _sent(**question["send"])
    json.dump(answer, answers)
    answers.flush()
    os._exit(0)  # without waiting for the plugins' threads


def _end_with(pipe: int) -> None:
    os.read(pipe, 1)
    os._exit(1)


def _checked(urls: dict[str, str]) -> dict[str, Any]:
    return {"unknown": [name for name, url in urls.items() if apprise.Apprise.instantiate(url) is None]}


def _sent(url: str, title: str, body: str) -> dict[str, Any]:
    service = apprise.Apprise.instantiate(url)
    if service is None:
        return {"is_sent": False, "status": None}
    if service.overflow_mode is apprise.OverflowMode.UPSTREAM:
        service.overflow_mode = apprise.OverflowMode.SPLIT  # what is too long for it would be refused for ever
    services = apprise.Apprise()
    services.add(service)
    result = services.notify(body, title, body_format=apprise.NotifyFormat.TEXT)
    statuses = [found[1] for entry in result.logs() if (found := STATUS.search(entry.message))]
    return {"is_sent": bool(result), "status": statuses[-1] if statuses else None}


if __name__ == "__main__":
    main()
