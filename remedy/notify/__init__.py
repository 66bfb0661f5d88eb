"""News by whatever apprise knows: chats, pagers, web hooks. It is an extra: pip install -e '.[notify]'.

Apprise runs in a process of its own, which is killed if it takes too long: its threads can't be ended, and what it
logs may hold secrets. Its URLs are some themselves. So hosts.yaml names environment variables that hold them, and only
these names are shown and kept.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from remedy.errors import PostMainteError, UsageError

SENDER = Path(__file__).with_name("sender.py")
MISSING = "notify: of hosts.yaml needs apprise: .venv/bin/pip install -e '.[notify]' in the checkout"
SECONDS = 60.0  # for each sending
SERVICES = "https://appriseit.com/services/"


class NotifyError(PostMainteError):
    """Nothing was sent; the message says why, without the URL."""


def refuse_unusable(names: Sequence[str], environment: Mapping[str, str] = os.environ) -> None:
    """Raise UsageError if apprise is not there, or if one of these variables ($NAME) holds no URL that it knows."""
    if not names:
        return
    if find_spec("apprise") is None:
        raise UsageError(MISSING)
    urls = {name: _url(name, environment) for name in names}
    if lacking := [name for name, url in urls.items() if not url]:
        raise UsageError(f"notify: of hosts.yaml names {', '.join(lacking)}, which the environment does not have")
    if unknown := _asked({"check": urls}, SECONDS)["unknown"]:
        names_told = ", ".join(unknown)
        raise UsageError(f"notify: of hosts.yaml names {names_told}: that is no URL which apprise knows: {SERVICES}")


def notify(
    name: str, title: str, text: str, seconds: float = SECONDS, environment: Mapping[str, str] = os.environ
) -> None:
    """Send a text to where the URL in a variable ($NAME) leads; raise NotifyError if it is not taken in so long."""
    try:
        answer = _asked({"send": {"url": _url(name, environment), "title": title, "body": text}}, seconds)
    except NotifyError as error:
        raise NotifyError(f"nothing was sent to {name}: {error}") from None
    if not answer["is_sent"]:
        why = f"it answers {answer['status']}" if answer["status"] else "apprise could not do it"
        raise NotifyError(f"nothing was sent to {name}: {why}")


def _url(name: str, environment: Mapping[str, str]) -> str:
    return environment.get(name.removeprefix("$"), "")


def _asked(question: Mapping[str, Any], seconds: float) -> dict[str, Any]:
    """What the sender answers; raises NotifyError. It ends when the other end of the pipe does, and so with us."""
    pipe, ours = os.pipe()
    try:
        done = subprocess.run(
            [sys.executable, "-P", SENDER, str(pipe)],
            input=json.dumps(question).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=(pipe,),
            timeout=seconds,
            check=True,
        )
        answer: dict[str, Any] = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise NotifyError(f"it was not taken within {seconds:g} s") from None
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        raise NotifyError(f"apprise does not work here: {type(error).__name__}") from None
    finally:
        os.close(pipe)
        os.close(ours)
    return answer
