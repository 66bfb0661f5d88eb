"""Why a site gave no answer, in plain words."""

import errno
import os
import socket
import ssl
from collections.abc import Collection, Iterator

NO_SUCH_NAME = (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))
NOT_FROM_HERE = (errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
OUT_OF_FILES = (errno.EMFILE, errno.ENFILE)


class SiteError(Exception):
    """The site does what no browser would follow; the message says what."""


def words(error: BaseException) -> str:
    """What went wrong, as an administrator says it."""
    for cause in _causes(error):
        if isinstance(cause, socket.gaierror):
            unknown = cause.errno in NO_SUCH_NAME
            return "no address for its name" if unknown else f"its name can't be looked up: {cause.strerror}"
        if isinstance(cause, ssl.SSLError):
            return f"TLS fails: {(cause.reason or str(cause)).replace('_', ' ').lower()}"
        if isinstance(cause, OSError) and cause.errno:
            return os.strerror(cause.errno).lower()
    if isinstance(error, SiteError):
        return str(error)
    return f"no whole answer: {error}" if str(error) else f"no answer ({type(error).__name__})"


def is_ours(error: BaseException) -> bool:
    """Whether this machine has no way at all to reach addresses of that family, or asked nobody."""
    return is_unasked(error) or _is_any_of(error, NOT_FROM_HERE)


def is_unasked(error: BaseException) -> bool:
    """Whether nobody was asked, since no more files may be open on this machine."""
    return _is_any_of(error, OUT_OF_FILES)


def refusal(error: BaseException) -> str:
    """Why the certificate was refused, as OpenSSL says it; nothing if that was not the trouble."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return cause.verify_message or str(cause)
    return ""


def _is_any_of(error: BaseException, numbers: Collection[int]) -> bool:
    return any(isinstance(cause, OSError) and cause.errno in numbers for cause in _causes(error))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error, and those behind it, down to the operating system's own."""
    for _ in range(20):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__
