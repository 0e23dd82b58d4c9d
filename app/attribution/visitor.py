"""The daily visitor: a keyed hash that tells one day's visitors apart and nobody tomorrow.

The salt is random, lives one UTC day and is deleted after two; without it the hash leads back to no address. Visitors
behind one address with one browser count as one, and one person counts again each day: totals over days are sums of
daily visitors, never people.
"""

from functools import lru_cache
from hashlib import blake2b
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

HASH_BYTES = 16
_AGENT_LIMIT = 512


def visitor_hash(salt: bytes, site: str, *, address: str, user_agent: str) -> bytes:
    """16 bytes, the same for one day, site, network and browser. IPv6 counts by /64, which is one household."""
    network = network_of(address, v4=32, v6=64) if ":" in address else address
    told = f"{site}\0{network}\0{user_agent[:_AGENT_LIMIT]}"
    return blake2b(told.encode("utf-8", "surrogatepass"), key=salt, digest_size=HASH_BYTES).digest()


@lru_cache(maxsize=4096)
def network_of(address: str, *, v4: int = 24, v6: int = 48) -> str:
    """The network an address belongs to, cut to `v4` or `v6` bits; "" for what is no address.

    The defaults are what may be kept as evidence; limits count by 32 and 64. An IPv4 address in IPv6 dress is IPv4.
    """
    try:
        found: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    bits = v4 if found.version == 4 else v6
    network = ip_network((found, bits), strict=False)
    return str(network.network_address) if bits == found.max_prefixlen else str(network)
