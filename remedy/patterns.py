"""Regular expressions of a user's own, searched so that one that takes for ever holds up nobody.

Python's re holds the interpreter's lock while it searches, and has no deadline: one expression such as (a+)+$ could
hold up every host of a run. So what may take long is searched by a process of its own, with a limit of CPU time, which
a busy machine does not use up.
"""

import json
import re
import subprocess
import sys

CPU_SECONDS = 2
WAIT = 60.0  # seconds, for a machine that is very busy
LASTING = re.compile(r"[*+{?]")  # a search without any of them is over in no time
PROGRAM = """
import json, re, resource, sys
limit = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
regex, text = json.load(sys.stdin)
sys.exit(0 if re.search(regex, text) else 1)
"""


def found(regex: str, text: str) -> bool | None:
    """Whether a regular expression (Python's) matches somewhere in a text; None: that takes too long to tell."""
    if not LASTING.search(regex):
        return re.search(regex, text) is not None
    program = [sys.executable, "-I", "-S", "-c", PROGRAM, str(CPU_SECONDS)]
    words = json.dumps([regex, text]).encode()
    try:
        done = subprocess.run(program, input=words, capture_output=True, check=False, timeout=WAIT)
    except subprocess.TimeoutExpired:
        return None
    return {0: True, 1: False}.get(done.returncode)
