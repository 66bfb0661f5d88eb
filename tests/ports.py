"""TCP ports of this machine."""

import socket


def free_port() -> int:
    """One on loopback at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
