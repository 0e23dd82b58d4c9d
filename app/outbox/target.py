"""Where deliveries may go: which URLs an endpoint may have and which addresses may be dialled for it."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

PUBLIC_PORTS = frozenset({443, 8443})
LOOPBACK: tuple[Network, ...] = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))
_LONGEST_URL = 2000
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NEVER = (
    ipaddress.ip_network("64:ff9b:1::/48"),
    ipaddress.ip_network("fec0::/10"),
    ipaddress.ip_network("2001::/32"),
)


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether an address may be dialled, with the reason for a person."""

    is_allowed: bool
    reason: str


def url_faults(url: str) -> tuple[str, ...]:
    """What is wrong with an endpoint's URL before any name is resolved; empty when nothing is."""
    if len(url) > _LONGEST_URL or not url.isprintable() or " " in url:
        return (f"A URL has at most {_LONGEST_URL} characters and no spaces.",)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ("This is not a URL.",)
    faults = []
    if parts.scheme not in {"https", "http"}:
        faults.append("The URL must start with https:// (or http:// inside an allowed private network).")
    if not parts.hostname:
        faults.append("The URL names no host.")
    if parts.username is not None or parts.password is not None:
        faults.append("The URL holds a user name or password; use a secret path or check the signature instead.")
    if parts.fragment:
        faults.append("The URL holds a fragment (#…), which is never sent.")
    if port == 0:
        faults.append("Port 0 cannot be dialled.")
    return tuple(faults)


def rule_on(address: str, port: int, *, allowed: Iterable[Network], needs_private: bool) -> Ruling:
    """Whether `address` may be dialled.

    Global addresses on ports 443 and 8443; anything inside `allowed`, on any port. `needs_private` (plain http)
    leaves only the latter. IPv6 forms that carry an IPv4 address are judged by what they carry.
    """
    try:
        given = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return Ruling(False, f"{address} is not an address.")
    inner = _unwrapped(given)
    if any(inner.version == network.version and inner in network for network in allowed):
        return Ruling(True, "Inside an allowed private network.")
    if needs_private:
        return Ruling(False, "Plain http is for allowed private networks (GATEPOST_ALLOWED_PRIVATE_NETWORKS) only.")
    if not _is_public(given) or not _is_public(inner):
        return Ruling(
            False,
            f"{address} is a private or reserved address; GATEPOST_ALLOWED_PRIVATE_NETWORKS can allow its network.",
        )
    if port not in PUBLIC_PORTS:
        return Ruling(False, f"Port {port} is not allowed for public addresses; use 443 or 8443.")
    return Ruling(True, "Public.")


def _unwrapped(address: Address) -> Address:
    """The IPv4 address inside an IPv4-mapped, IPv4-compatible, 6to4 or NAT64 one (RFC 4291, 3056, 6052)."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address in _NAT64 or (int(address) >> 32 == 0 and int(address) > 1):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _is_public(address: Address) -> bool:
    if any(address.version == network.version and address in network for network in _NEVER):
        return False
    if isinstance(address, ipaddress.IPv6Address) and _unwrapped(address) != address:
        return True
    return address.is_global and not address.is_multicast and not address.is_reserved
