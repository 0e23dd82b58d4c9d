"""Who is at the other end: the visitor's network address, through trusted proxies only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any


class ClientAddress:
    """Reads X-Forwarded-For from the right, skipping the proxies we trust; ignores it from anybody else."""

    def __init__(self, trusted: Iterable[IPv4Network | IPv6Network]) -> None:
        self._trusted = tuple(trusted)
        self._is_trusted = lru_cache(maxsize=4096)(self._look_up)

    def of(self, environ: Mapping[str, Any]) -> str:
        """The address of the visitor as text; '' when the server gave none (a Unix socket)."""
        return self.resolve(environ.get("REMOTE_ADDR", ""), environ.get("HTTP_X_FORWARDED_FOR"))

    def resolve(self, peer: str, forwarded: str | None) -> str:
        """The same from the two values it rests on."""
        if not forwarded or not self._trusted or not self._is_trusted(peer):
            return peer
        address = peer
        for part in reversed(forwarded.split(",")):
            candidate = part.strip()
            if _parsed(candidate) is None:
                return address
            address = candidate
            if not self._is_trusted(candidate):
                return candidate
        return address

    def _look_up(self, text: str) -> bool:
        address = _parsed(text)
        if address is None:
            return False
        return any(address.version == network.version and address in network for network in self._trusted)


def network_of(address: str) -> str:
    """The network a limit counts: the IPv4 /24, the IPv6 /64; anything else as it is."""
    parsed = _parsed(address)
    if parsed is None:
        return address or "unknown"
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    if parsed.version == 4:
        return str(parsed).rsplit(".", 1)[0] + ".0/24"
    return str(IPv6Network((int(parsed) >> 64 << 64, 64)))


@lru_cache(maxsize=4096)
def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    """A post asks for the same address several times, and parsing one costs as much as a look into the visits."""
    try:
        return ip_address(text)
    except ValueError:
        return None
