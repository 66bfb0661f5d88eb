"""Earlier runs."""

from invoke.context import Context

from tasks.command import local_command, number


@local_command(
    help={
        "limit": "how many runs, the newest first (default: 20)",
        "json": "print one JSON document and nothing else on standard output",
    }
)
def history(_: Context, limit: str = "", json: bool = False) -> int:
    """List earlier runs: when, which command, and how the hosts ended."""
    from remedy.past import list_runs

    return list_runs(int(number("limit", limit, default=20, whole=True)), as_json=json)


@local_command(
    positional=["run"],
    help={
        "run": "the run's id as `fab history` lists it, or its beginning, or: last",
        "json": "print the run's JSON document and nothing else on standard output",
        "html": "also write it to this file, as a page to read",
        "junit": "also write it to this file, as JUnit has it",
    },
)
def report(_: Context, run: str, json: bool = False, html: str = "", junit: str = "") -> int:
    """Print an earlier run again; the exit status is 0 however its hosts ended."""
    from remedy.past import show_run

    return show_run(run, as_json=json, html=html, junit=junit)
