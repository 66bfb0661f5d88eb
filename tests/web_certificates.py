"""Certificates for the servers of tests, made once, and a store that trusts their issuer."""

import ssl
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import trustme


@cache
def authority() -> trustme.CA:
    return trustme.CA()


def trust(folder: Path) -> Path:
    """A file that trusts our own issuer, and nobody else's."""
    path = folder / "trusted.pem"
    authority().cert_pem.write_to_path(str(path))
    return path


def context(*names: str, days: tuple[float, float] = (-10, 60), issuer: trustme.CA | None = None) -> ssl.SSLContext:
    """What a server needs for a certificate for these names, good from and until so many days from now."""
    now = datetime.now(UTC)
    start, end = (now + timedelta(days=offset) for offset in days)
    certificate = (issuer or authority()).issue_cert(
        *names or ("localhost",), common_name="the site", not_before=start, not_after=end
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(server)
    return server
