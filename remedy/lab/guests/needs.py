"""What this machine must have for a lab."""

import os
import shutil
from pathlib import Path

PACKAGES = {  # Debian's, by a program of theirs that is used
    "linux.uml": "user-mode-linux",
    "mmdebstrap": "mmdebstrap",
    "mkfs.ext4": "e2fsprogs",
    "ip": "iproute2",
    "ssh": "openssh-client",
    "setsid": "util-linux",
    "gcc": "gcc",
    "make": "make",
    "bzip2": "bzip2",
    "xz": "xz-utils",
}
HEADER = Path("/usr/include/stdlib.h")
TUN = Path("/dev/net/tun")


def missing() -> str:
    """Why no lab can be started here, in one line; "" if one can."""
    if os.geteuid() != 0:
        return "only root may make network namespaces and tap devices"
    packages = [package for program, package in PACKAGES.items() if not shutil.which(program)]
    if not HEADER.exists():
        packages.append("libc6-dev")
    if packages:
        return f"these Debian packages are missing: {' '.join(packages)}"
    if not TUN.exists():
        return f"{TUN} is missing: this kernel or container has no tap devices"
    return ""
