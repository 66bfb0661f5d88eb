"""How a command of ours is declared: its common options, and what its errors become."""

import inspect
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING, Any

from fabric.tasks import task
from invoke.context import Context
from invoke.exceptions import Exit

from remedy.errors import INTERRUPTED, PostMainteError, UsageError
from remedy.executor import FleetContext, FleetTask

if TYPE_CHECKING:
    from datetime import datetime

    from remedy.gap import Gap
    from remedy.inventory.kind import Kind
    from remedy.request import Request

COMMON = {
    "inventory": ("", "hosts.yaml to use (default: $POST_MAINTE_INVENTORY, else the one beside the fabfile)"),
    "parallel": ("", "how many hosts at once (default: 32 to 64, by cores and open files)"),
    "timeout": ("", "seconds that each host may take, besides what long repairs may, such as backups (default: 300)"),
    "json": (False, "print one JSON document and nothing else on standard output"),
    "executor": ("", "dask://HOST:PORT: let Dask's workers handle the hosts, instead of threads here"),
    "quiet": (False, "show no progress: only how it ended, and errors"),
    "accept_new": (False, "accept and remember host keys that are not known yet; changed ones never"),
}
ROLLING = {
    "rolling": "go through the hosts wave by wave: so many, or such a share of them (5, 10%), at a time",
    "max_failures": "begin with no further host when more than so many have failed (default: 0 with --rolling)",
}
TO_TYPE_AGAIN = ("only", "skip", "allow_backward", "all", "yes", "since", "until", "rolling", "max_failures")
EXECUTOR = "tasks: {executor_class: remedy.executor.FleetExecutor}"


def fleet_command(**help_of: str) -> Callable[[Callable[..., int]], FleetTask]:
    """Make a command of a function that takes a Request and options of its own, and returns the exit status.

    `help_of` describes the options of its own. The common options are added to them, and reach the function in its
    Request. A PostMainteError becomes one line on standard error and the exit status that goes with its kind. Where a
    command has a dry run, Fabric's own `fab --dry` means it, too.
    """

    def decorate(function: Callable[..., int]) -> FleetTask:
        @wraps(function)
        def body(context: FleetContext, **typed: Any) -> None:
            with errors_as_exits():
                options = {name: _typed(name, value) for name, value in typed.items()}
                common = {name: options.pop(name) for name in COMMON}
                if "dry_run" in options:
                    options["dry_run"] |= context.config.run.dry
                request = replace(_request(function.__name__, context, common), options=tuple(_again(options)))
                status = function(request, **options)
                sys.stdout.flush()
            if status:
                raise Exit(code=status)

        described = {name: text for name, (_, text) in COMMON.items()} | help_of
        return _made(body, _signature(function), help=described)

    return decorate


def local_command(**options: Any) -> Callable[[Callable[..., int | None]], FleetTask]:
    """Make a command of a function that is about no host: it takes a context and options, may return an exit status.

    `options` are those of Invoke's `task`. Errors become exit statuses as those of a fleet command do.
    """

    def decorate(function: Callable[..., int | None]) -> FleetTask:
        @wraps(function)
        def body(context: Context, *words: Any, **typed: Any) -> None:
            with errors_as_exits():
                if getattr(context, "selection", ()):
                    raise UsageError("this command is about no host: leave -H out")
                status = function(context, *words, **{name: _typed(name, value) for name, value in typed.items()})
                sys.stdout.flush()
            if status:
                raise Exit(code=status)

        return _made(body, _telling(inspect.signature(function).parameters.values()), **options)

    return decorate


@contextmanager
def errors_as_exits() -> Iterator[None]:
    """Turn the errors that a command may end with into a line on standard error and an exit status."""
    try:
        yield
    except PostMainteError as error:
        raise Exit(str(error), code=error.exit_status) from None
    except KeyboardInterrupt:
        raise Exit("interrupted", code=INTERRUPTED) from None
    except BrokenPipeError:
        sys.stdout = None  # nobody reads the rest, and Python would complain of it at exit
        raise Exit(code=1) from None


def _made(body: Callable[..., None], signature: inspect.Signature, **options: Any) -> FleetTask:
    """A task of that body; the signature is what Invoke makes its options from."""
    body.__signature__ = signature  # type: ignore[attr-defined]
    made: FleetTask = task(klass=FleetTask, auto_shortflags=False, **options)(body)
    return made


def _signature(function: Callable[..., int]) -> inspect.Signature:
    """Its options and the common ones."""
    keyword = inspect.Parameter.KEYWORD_ONLY
    common = [inspect.Parameter(name, keyword, default=default) for name, (default, _) in COMMON.items()]
    return _telling([*inspect.signature(function).parameters.values(), *common])


def _telling(options: Iterable[inspect.Parameter]) -> inspect.Signature:
    """A signature of these, in which the default of a text is None: so one that is empty is told from none."""
    return inspect.Signature([each.replace(default=None) if each.default == "" else each for each in options])


def _typed(option: str, value: Any) -> Any:
    """The value of an option, "" for none. Raises UsageError for an empty text: a variable that is not set, mostly."""
    if value == "":
        name = option.strip("_").replace("_", "-")
        raise UsageError(f"--{name} was given an empty text: leave it out, or give it a value")
    return "" if value is None else value


def _again(options: dict[str, Any]) -> Iterator[str]:
    """The options of those typed that say what is done and how carefully: the words that whoever goes on needs, too."""
    for name in TO_TYPE_AGAIN:
        if typed := options.get(name):
            yield f"--{name.replace('_', '-')}"
            yield from () if typed is True else (str(typed),)


def _request(name: str, context: FleetContext, common: dict[str, Any]) -> "Request":
    if not isinstance(context, FleetContext):
        raise UsageError(f"this command needs a fabric.yaml beside the fabfile that says {EXECUTOR}")
    from remedy.request import HOST_SECONDS, Request

    return Request(
        command=name.replace("_", "-"),
        config=context.config,
        folder=context.folder,
        selection=context.selection,
        inventory=common["inventory"],
        parallel=int(number("parallel", common["parallel"], default=0, whole=True)) or None,
        host_seconds=number("timeout", common["timeout"], default=HOST_SECONDS),
        as_json=common["json"],
        accept_new=common["accept_new"],
        quiet=common["quiet"],
        executor=_executor(common["executor"], context.config),
    )


def _executor(text: str, config: Any) -> str:
    """Given what was typed for --executor, return it. Raises UsageError, also for what can't reach Dask's workers."""
    if text and not re.fullmatch(r"dask://\S+:\d+", text):
        raise UsageError(f"--executor takes dask://HOST:PORT, not {text!r}")
    typed = config._overrides
    if text and (typed.get("connect_kwargs") or typed.get("sudo", {}).get("password") or config._runtime_ssh_path):
        raise UsageError(
            "--executor: Dask's workers log in as they are set up to; leave out -i, -S, -t and what prompts"
        )
    return text


def rolled(request: "Request", rolling: str, max_failures: str) -> "Request":
    """Given what was typed for --rolling and --max-failures, return the request with it. Raises UsageError."""
    from remedy.fanout.rolling import read_rolling

    return replace(request, rolling=read_rolling(rolling, max_failures))


def words(text: str) -> tuple[str, ...]:
    """Given words with commas between them, return them."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def seconds(option: str, text: str) -> float:
    """Given a duration as hosts.yaml has it, return it; nothing is 0. Raises UsageError."""
    from remedy.inventory.kinds import DURATION

    return float(_read(option, DURATION, text)) if text else 0.0


def gap(since: str, until: str) -> "Gap | None":
    """Given what was typed for --since and --until, return what clocks leapt over. Raises UsageError."""
    from remedy.gap import Gap, GapKind
    from remedy.inventory.fleet import LONGEST

    if not since:
        if until:
            raise UsageError("--until goes with --since only")
        return None
    start = moment("since", since).timestamp()
    end = moment("until", until).timestamp() if until else time.time()
    if end <= start:
        raise UsageError(f"--until has to be later than --since, not {until or 'now'}")
    if end - start > LONGEST:
        days = f"{(end - start) / 86400:.0f} days, from {since} to {until or 'now'}"
        raise UsageError(f"--since: no pause takes {days}: is a date mistyped, or --until left out?")
    return Gap(GapKind.STEP, start, end, "asked")


def moment(option: str, text: str) -> "datetime":
    """Given a moment as hosts.yaml has it, return it. Raises UsageError."""
    from remedy.inventory.kinds import MOMENT

    found: datetime = _read(option, MOMENT, text)
    return found


def _read(option: str, kind: "Kind", text: str) -> Any:
    try:
        return kind(text)
    except ValueError as error:
        raise UsageError(f"--{option}: {error}") from None


def number(option: str, text: str, default: float, whole: bool = False) -> float:
    """Given what was typed for an option, return the number; raise UsageError if it isn't one above 0."""
    if not text:
        return default
    try:
        number = int(text) if whole else float(text)
    except ValueError:
        number = 0
    if not 0 < number < 1e6:
        raise UsageError(f"--{option} takes a {'whole ' if whole else ''}number above 0, not {text!r}")
    return number
