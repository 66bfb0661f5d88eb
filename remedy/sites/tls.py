"""How certificates are verified: by the controller's trust store, and by no clock."""

import ssl
from functools import cache
from typing import Any

import httpx2

from remedy.sites.certificate import Certificate, from_chain

NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME (X509_VERIFY_PARAM_set_flags(3)), to which Python gives no name


@cache
def verifying() -> ssl.SSLContext:
    """Trusts what httpx2 does: the system's store, or $SSL_CERT_FILE and $SSL_CERT_DIR.

    The dates of a certificate are judged by the true time afterwards, not by the clock of this machine here; where the
    platform verifies by itself (macOS), it looks at them too.
    """
    context = httpx2.create_ssl_context()
    context.verify_flags |= ssl.VerifyFlags(NO_CHECK_TIME)
    return context


@cache
def trusting() -> ssl.SSLContext:
    """Takes any certificate: to see what a site with a bad one says all the same."""
    return httpx2.create_ssl_context(verify=False)


def certificate(ssl_object: Any, said: str) -> Certificate | None:
    """What the server showed in a connection; `said` is why it is not trusted, "" if it is."""
    if ssl_object is None:
        return None
    inner = ssl_object._sslobj  # public only from Python 3.13 on, and as bytes that ssl can't decode
    chain = inner.get_unverified_chain() if said else inner.get_verified_chain()
    return from_chain([link.get_info() for link in chain or ()], said)
