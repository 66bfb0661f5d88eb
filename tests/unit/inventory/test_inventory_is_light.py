"""Topics import Host, and `fab --list` imports the topics: that must not load what only reading a file needs."""

import subprocess
import sys


def test_importing_the_inventory_loads_neither_pydantic_nor_yaml() -> None:
    code = "import sys, remedy.inventory; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert "remedy" in loaded
    assert not {"pydantic", "pydantic_core", "yaml"} & set(loaded)
