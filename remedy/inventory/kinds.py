"""The kinds of values in hosts.yaml."""

import math
import re
import warnings
from datetime import datetime
from urllib.parse import urlsplit

from remedy.inventory.address import MAILBOX_PATTERN, is_ip, mailbox, split_server
from remedy.inventory.kind import HintError, Kind, SecretError, any_text, choice, matching, one_line, whole

MAX_SECONDS = 100 * 365 * 86400.0
SECONDS = {"w": 604800.0, "d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0}
BYTES = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
ELSEWHERE = (
    "passwords don't belong into this file: leave it out; they come from a prompt (--prompt-for-sudo-password) "
    "or the environment"
)
OF_MAIL = (
    "passwords don't belong into this file: leave it out; that of `user:` is taken from $POST_MAINTE_MAIL_PASSWORD, or "
    "from a keyring (docs/watch.md)"
)
NUMBERS = re.compile(r"\d+(?:\.\d+){2,}")  # what is meant for an IPv4 address
OF_A_HOST = {"address", "user", "port", "sudo"}  # keys of a host that nobody names one by


def _flag(value: object) -> bool:
    if value is True or value is False:
        return value
    if value in ("true", "false"):
        raise HintError("write it without quotes")
    raise ValueError


def _number(value: object) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return None


def _duration(value: object) -> float:
    seconds = _number(value)
    if seconds is None:
        text = one_line(value)
        if not re.fullmatch(DURATION_PATTERN, text, re.ASCII):
            raise ValueError
        parts = re.findall(r"([\d.]+)([wdhms]?)", text)
        seconds = math.fsum(float(amount) * SECONDS[unit or "s"] for amount, unit in parts)
    if not 0 < seconds <= MAX_SECONDS:
        raise HintError("it has to be more than nothing and less than 100 years")
    return seconds


def _size(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    match = re.fullmatch(SIZE_PATTERN, one_line(value), re.ASCII)
    if match is None:
        raise ValueError
    return int(float(match[1]) * BYTES[match[2].lower()])


def _moment(value: object) -> datetime:
    text = one_line(value)
    if re.fullmatch(LOCAL_MOMENT, text, re.ASCII):
        raise HintError("the zone is missing: without it nobody knows which moment is meant")
    if not re.fullmatch(MOMENT_PATTERN, text, re.ASCII):
        raise ValueError
    when, _, zone_name = text.rpartition(" ")
    return _moment_in(when, zone_name) if zone_name[:1].isalpha() else datetime.fromisoformat(text)


def _moment_in(when: str, zone_name: str) -> datetime:
    from remedy.zones import exact, named

    wall, zone = datetime.fromisoformat(when), named(zone_name)
    if zone is None:
        raise HintError("there is no zone of that name; such names are Asia/Tokyo, Europe/Berlin, UTC")
    try:
        return exact(wall, zone)
    except ValueError as error:
        raise HintError(str(error)) from None


def _regex(value: object) -> str:
    text = any_text(value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            re.compile(text)
        except re.error as error:
            raise HintError(str(error)) from None
    return text


def _url(value: object) -> str:
    text = _without_password(value)
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or " " in text:
        raise ValueError
    _ = parts.port  # raises ValueError where it is no port
    return text


def _variable(value: object) -> str:
    text = one_line(value) if isinstance(value, str) and value else ""
    if not re.fullmatch(VARIABLE_PATTERN, text, re.ASCII):
        raise SecretError(
            "expected an environment variable that holds a URL for apprise, such as $OPS_CHAT; the URL itself is a "
            "secret, and does not belong into this file"
        )
    return text


def _without_password(value: object) -> str:
    text = one_line(value)
    if re.search(r"://[^/?#@:]*:[^/?#]*@", text):
        raise SecretError(f"there is a password in this address; {ELSEWHERE}")
    return text


def _address(value: object) -> str:
    text = one_line(value)
    if text.startswith("[") and text.endswith("]") and is_ip(text[1:-1]):
        return text[1:-1]
    _refuse_odd_numbers(text)
    if is_ip(text) or re.fullmatch(NAME_PATTERN, text):
        return text
    if re.fullmatch(rf"(?:[^@\s]+@)?(?:{NAME_PATTERN}|\[[^]]+\])(?::\d+)?", text):
        raise HintError("user: and port: are keys of their own")
    raise ValueError


def _name(value: object) -> str:
    text = one_line(value)
    if not is_ip(text) and not re.fullmatch(NAME_PATTERN, text):
        raise HintError(
            "a name is made of letters, digits, dots, dashes and underscores, and begins with no dash or dot"
        )
    return text


def _host_name(value: object) -> str:
    text = _name(value)
    if text in OF_A_HOST:
        raise HintError("it is a key of a host: indent it further than the host's name")
    _refuse_odd_numbers(text)
    return text


def _refuse_odd_numbers(text: str) -> None:
    if NUMBERS.fullmatch(text) and not is_ip(text):
        raise HintError("an IPv4 address is four numbers up to 255")


def _server(value: object) -> str:
    text = one_line(value)
    name, _ = split_server(text)
    _address(name)
    return text


def _mailbox(value: object) -> str:
    text = one_line(value)
    mailbox(text)
    return text


def _ip(value: object) -> str:
    text = one_line(value)
    if not is_ip(text):
        raise ValueError
    return text


VARIABLE_PATTERN = r"\$[A-Za-z_][A-Za-z0-9_]*"
NAME_PATTERN = r"\w[\w.\-]*"
AMOUNT = r"\d{1,12}(?:\.\d{1,9})?"
DURATION_PATTERN = rf"{AMOUNT}|(?:{AMOUNT}[wdhms])+"
SIZE_PATTERN = rf"({AMOUNT})([kKmMgGtT]?)(?:i?B)?"
LOCAL_MOMENT = r"[12]\d{3}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)?"
MOMENT_PATTERN = (
    r"[12]\d{3}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?"
    r"(?:Z|[+-]\d\d(?::?\d\d)?| [A-Za-z][A-Za-z0-9_+/\-]*)"
)

_STRING = {"type": "string", "minLength": 1}

FLAG = Kind("true or false", _flag, {"type": "boolean"})
PORT = whole("a port, 1 to 65535", 1, 65535)
EXIT_STATUS = whole("an exit status, 0 to 255", 0, 255)
ASKED_BY = choice("controller", "host")
LOCAL_CLOCK = choice("auto", "never")
CRON = choice("leave", "own")
ON_RETURN = choice("check", "post-mainte --dry-run", "post-mainte")
HTTP_STATUS = whole("an HTTP status such as 200 or 301", 100, 599)
DURATION = Kind(
    "a duration such as 26h, 90s, 1d or plain seconds",
    _duration,
    {
        "anyOf": [
            {"type": "number", "exclusiveMinimum": 0, "maximum": MAX_SECONDS},
            {"type": "string", "pattern": f"^(?:{DURATION_PATTERN})$"},
        ]
    },
)
SIZE = Kind(
    "a size such as 1M, 500k or plain bytes",
    _size,
    {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": f"^(?:{SIZE_PATTERN})$"}]},
)
MOMENT = Kind(
    "a moment with its zone such as 2017-08-30T02:00+09:00",
    _moment,
    {"type": "string", "pattern": f"^{MOMENT_PATTERN}$"},
)
LINE = Kind("a line of text", one_line, _STRING)
TEXT = Kind("a text", any_text, _STRING)
COMMAND = Kind("a shell command", any_text, _STRING)
REGEX = Kind("a regular expression", _regex, _STRING)
NAME = Kind("a name such as web1", _name, _STRING)
HOST_NAME = Kind("a name such as web1", _host_name, _STRING)
ADDRESS = Kind("a host name or an IP address such as 203.0.113.10", _address, _STRING)
IP = Kind("an IP address such as 203.0.113.10", _ip, _STRING)
SERVER = Kind("a server as NAME or NAME:PORT, IPv6 as [2001:db8::1]:123", _server, _STRING)
URL = Kind("a URL such as https://www.example.jp/", _url, {"type": "string", "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://"})
VARIABLE = Kind(
    "an environment variable such as $OPS_CHAT",
    _variable,
    {"type": "string", "pattern": f"^{VARIABLE_PATTERN}$"},
)
REPOSITORY = Kind("a repository such as /srv/backup or sftp:backup@nas.example.jp:/srv", _without_password, _STRING)
USER = matching("a user's name such as root", r"[A-Za-z0-9_](?:[A-Za-z0-9_.@+\\\-]*[A-Za-z0-9_.+\-])?")
UNIT = matching("the name of a service such as nginx", r"[A-Za-z0-9_][A-Za-z0-9_.@:+\\\-]*")
ABSOLUTE = matching('an absolute path, which may hold *, such as "/var/backups/db-*.sql.gz"', r"/.*")
MAILBOX = Kind(
    "a mail address such as ops@example.jp",
    _mailbox,
    {"type": "string", "pattern": f"^(?:{MAILBOX_PATTERN})$"},
)
