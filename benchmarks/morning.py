"""All topics of a hundred hosts on loopback, each with services, sites, jobs and backups."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import yaml

from benchmarks.fab import cost_of
from benchmarks.farm import Farm, farm
from benchmarks.timing import cost, interleaved, table
from benchmarks.xargs import xargs
from remedy.topics import chosen

HOSTS, SERVICES, SITES, LINES, BACKUPS, ROUNDS = 100, 5, 2, 20, 2, 5
SCRIPT = "#!/bin/sh\ncase $1 in status) echo it is running ;; esac\n"


class Page(BaseHTTPRequestHandler):
    """A site of one page."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:  # http.server's name
        """Answer with the page."""
        self.send_response(200)
        self.send_header("Content-Length", "7")
        self.end_headers()
        self.wfile.write(b"Welcome")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def main(folder: Path) -> None:
    """Print post-mainte --dry-run of all hosts beside the same probe over `xargs ssh`."""
    with farm(folder, HOSTS) as f, _site() as url:
        _furnish(f, url)
        topics = chosen()
        by_xargs = xargs(f, topics)
        without_sites = chosen(skip=["sites"])
        contenders = {
            "xargs -P32 ssh host sh -s < probe": lambda: cost(by_xargs),
            "fab post-mainte --dry-run": lambda: cost_of(f, "post-mainte", "--dry-run"),
            "the same without sites": lambda: cost_of(f, "post-mainte", "--dry-run", "--only", ",".join(without_sites)),
        }
        rows = interleaved(contenders, ROUNDS)
    table(
        f"All topics of {HOSTS} hosts on loopback: {SERVICES} services, {SITES} sites, {LINES} cron lines, {BACKUPS} "
        "backups each (goal: ratio at most 1.5, the sites' own time apart)",
        rows,
        next(iter(rows)),
        HOSTS,
    )


def _furnish(f: Farm, url: str) -> None:
    lines = (f"{n} {n % 24} * * * root job-{n}\n" for n in range(LINES))
    f.place("etc/cron.d/jobs", "".join(lines))
    services = [f"service{n}" for n in range(SERVICES)]
    for name in services:
        f.place(f"etc/init.d/{name}", SCRIPT, 0o755)
    dumps = [f.folder / f"dump{n}.sql.gz" for n in range(BACKUPS)]
    for dump in dumps:
        dump.write_bytes(b"x" * 4096)
    document = yaml.safe_load(f.inventory.read_text())
    document["defaults"] = {
        "services": services,
        "sites": [{"url": f"{url}/{n}", "text": "Welcome"} for n in range(SITES)],
        "backups": [{"name": dump.name, "evidence": {"file": str(dump)}, "max_age": "26h"} for dump in dumps],
    }
    f.inventory.write_text(yaml.safe_dump(document))


@contextmanager
def _site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
