"""Disk images of guests: built once, cached by what goes into them."""

import fcntl
import hashlib
import os
import shlex
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from remedy.lab.guests.errors import BuildError
from remedy.lab.guests.flavours import Flavour

PARTS = Path(__file__).with_name("parts")
SIZE = "1G"  # sparse
AT_ONCE = 2


def default_cache() -> Path:
    """Where images are kept: below $XDG_CACHE_HOME, or ~/.cache."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if base else Path.home() / ".cache") / "post-mainte" / "lab"


@dataclass(frozen=True)
class Image:
    """A disk image, and the public host key that its guests show."""

    disk: Path
    host_key: str


class Images:
    """The images below a folder; `login` is the private key that all guests let in, made when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._environment = dict(os.environ)  # tests change theirs while images are built

    @property
    def login(self) -> Path:
        """The private key that logs in as root and as admin; its public half lies beside it."""
        key = self._folder / "login"
        with self._lock("login"):
            if not key.exists():
                subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f", key], check=True)
        return key

    def of(self, flavours: Iterable[Flavour]) -> dict[str, Image]:
        """The image of each flavour by its name, built where it isn't there yet, two at a time."""
        wanted = {flavour.name: flavour for flavour in flavours}
        self._folder.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return dict(zip(wanted, pool.map(self._image, wanted.values()), strict=True))

    def _image(self, flavour: Flavour) -> Image:
        target = self._folder / f"{flavour.name}-{self._key(flavour)}"
        with self._lock(target.name):
            if not target.exists():
                partial = target.with_suffix(".partial")
                shutil.rmtree(partial, ignore_errors=True)
                partial.mkdir()
                self._build(flavour, partial)
                partial.rename(target)
        return Image(target / "disk", (target / "host_key.pub").read_text().strip())

    def _build(self, flavour: Flavour, folder: Path) -> None:
        root, program = folder / "root", folder / "program"
        steps: list[tuple[Path, Path]] = [(PARTS / "common/prepare.sh", self.login.with_suffix(".pub"))]
        if flavour.parts:
            steps.append((PARTS / flavour.parts / "prepare.sh", program))
            if (build := PARTS / flavour.parts / "build.sh").exists():
                self._run(["sh", build, program], folder)
        hooks = [f'--customize-hook=sh {shlex.quote(str(step))} "$1" {shlex.quote(str(word))}' for step, word in steps]
        packages = f"--include={','.join(flavour.packages)}"
        self._run(["mmdebstrap", "--variant=minbase", packages, *hooks, flavour.suite, root], folder)
        for path, text in flavour.files.items():
            file = root / path.lstrip("/")
            file.parent.mkdir(exist_ok=True)
            file.write_text(text)
        shutil.copyfile(root / flavour.host_key.lstrip("/"), folder / "host_key.pub")
        self._run(["truncate", "-s", SIZE, folder / "disk"], folder)
        self._run(["mkfs.ext4", "-q", "-E", "lazy_itable_init=1", "-d", root, folder / "disk"], folder)
        shutil.rmtree(root)

    def _run(self, command: list[str | Path], folder: Path) -> None:
        """Run a step of a build, with its words in the folder's log."""
        log = folder / "log"
        with log.open("ab") as words:
            done = subprocess.run(
                command, env=self._environment, stdin=subprocess.DEVNULL, stdout=words, stderr=words, check=False
            )
        if done.returncode:
            last = "\n".join(log.read_text(errors="replace").splitlines()[-5:])
            raise BuildError(f"{command[0]} failed with status {done.returncode}; see {log}:\n{last}")

    def _key(self, flavour: Flavour) -> str:
        """A digest of all that goes into the image; Debian's own updates are not looked at."""
        digest = hashlib.sha256(repr(flavour).encode())
        folders = [PARTS / "common", *([PARTS / flavour.parts] if flavour.parts else [])]
        for part in [file for folder in folders for file in sorted(folder.iterdir())] + [
            self.login.with_suffix(".pub")
        ]:
            digest.update(part.name.encode() + b"\0" + part.read_bytes() + b"\0")
        return digest.hexdigest()[:12]

    @contextmanager
    def _lock(self, name: str) -> Iterator[None]:
        """Hold the lock of that name against every process that uses this folder."""
        self._folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._folder / f"{name}.lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)
