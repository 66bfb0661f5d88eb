"""All benchmarks, one after the other."""

import tempfile
from pathlib import Path

from benchmarks import client, distance, many, morning, offsets, single

for benchmark in (offsets, single, client, many, distance, morning):
    with tempfile.TemporaryDirectory(prefix="post-mainte-bench-") as folder:
        benchmark.main(Path(folder))
