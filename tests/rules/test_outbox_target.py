"""Where deliveries may go."""

from ipaddress import ip_network

import pytest

from app.outbox.target import rule_on, url_faults

PRIVATE = (ip_network("10.1.0.0/16"), ip_network("fd00:1::/32"))


def _may(address: str, port: int = 443, *, needs_private: bool = False) -> bool:
    return rule_on(address, port, allowed=PRIVATE, needs_private=needs_private).is_allowed


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"])
def test_public_addresses_may_be_dialled_on_tls_ports(address: str) -> None:
    assert _may(address)
    assert _may(address, 8443)
    assert not _may(address, 22)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "192.0.0.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1",
        "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "fe80::1", "fe80::1%eth0",
        "fc00::1", "fd12::1", "fec0::1", "ff02::1", "2002:7f00:1::", "2002:a00:1::1",
        "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2001::1", "2001:db8::1", "not an address",
    ],
)  # fmt: skip
def test_private_and_reserved_addresses_may_not(address: str) -> None:
    assert not _may(address)


@pytest.mark.parametrize("address", ["10.1.2.3", "::ffff:10.1.2.3", "fd00:1::7"])
def test_allowed_networks_may_on_any_port_and_without_tls(address: str) -> None:
    assert _may(address, 5678)
    assert _may(address, 80, needs_private=True)


def test_plain_http_never_reaches_a_public_address() -> None:
    assert not _may("93.184.215.14", 80, needs_private=True)
    assert not _may("93.184.215.14", 443, needs_private=True)


@pytest.mark.parametrize("url", ["https://crm.example/hook?key=1", "https://crm.example:8443/", "http://10.1.0.1/x"])
def test_usual_urls_have_no_fault(url: str) -> None:
    assert url_faults(url) == ()


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("ftp://crm.example/", "https://"),
        ("https:///hook", "host"),
        ("https://user:pass@crm.example/", "password"),
        ("https://crm.example/#part", "fragment"),
        ("https://crm.example:99999/", "not a URL"),
        ("https://crm.example/a b", "spaces"),
        ("https://[::1/", "not a URL"),
        ("https://crm.example/" + "x" * 2000, "2000"),
    ],
)
def test_what_is_wrong_with_a_url_is_said(url: str, word: str) -> None:
    assert word in " ".join(url_faults(url))
