"""Names of hosts: our own, and the addresses behind another."""

import socket
from ipaddress import ip_address


def own_name() -> str:
    """What this machine calls itself."""
    return socket.gethostname()


def addresses_of(host: str, port: int) -> tuple[str, ...]:
    """The addresses `host` has now; a literal address is its own. Empty when the name does not resolve."""
    try:
        return (str(ip_address(host)),)
    except ValueError:
        pass
    try:
        return tuple(sorted({str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}))
    except OSError:
        return ()
