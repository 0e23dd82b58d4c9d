"""GET of a published page: Gatepost with every visit recorded, and without, against nginx with the same bytes."""

import gzip
import re
from collections.abc import Mapping
from pathlib import Path

from bench.gatepost import PATH, NotRecorded, Page, Running, fetch, running, wait_for
from bench.load import MANY_VISITORS, ONE_VISITOR, Sample, offer
from bench.nginx import nginx

CONNECTIONS = 32
_BROWSER = {
    "Accept": "text/html,application/xhtml+xml",
    "Accept-Encoding": "gzip",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
}
_CATCH_UP_SECONDS = 60.0


def measure(template: Path, folder: Path, *, seconds: float) -> dict[str, Sample]:
    """One round of all GET figures."""
    found: dict[str, Sample] = {}
    with running(template, folder / "page") as gatepost:
        page = page_of(gatepost)
    with nginx(folder / "nginx", PATH, plain=page.plain, packed=page.packed) as url:
        found |= _four_ways("nginx", url, seconds)
    with running(template, folder / "recorded") as gatepost:
        before = gatepost.visits()
        asked = 1
        for name, sample in _four_ways("gatepost", gatepost.address, seconds).items():
            found[name] = sample
            asked += sample.answered
        _require_visits(gatepost, asked + before)
    with running(template, folder / "unrecorded", settings={"GATEPOST_VISITS": "off"}) as gatepost:
        found |= _four_ways("unrecorded", gatepost.address, seconds)
        if gatepost.visits():
            raise NotRecorded("visits were stored although recording is off")
    return found


def page_of(gatepost: Running) -> Page:
    """The demo page as this server sends it."""
    packed, _ = fetch(gatepost.address, {"Accept-Encoding": "gzip"})
    plain = gzip.decompress(packed)
    stamp = re.search(rb'name="gp_rev" value="([^"]*)"', plain)
    return Page(plain, packed, stamp.group(1).decode() if stamp else "")


def _four_ways(name: str, url: str, seconds: float) -> dict[str, Sample]:
    _, etag = fetch(url, _BROWSER)

    def ask(headers: Mapping[str, str] | None = None, script: str = ONE_VISITOR) -> Sample:
        return offer(
            url, seconds=seconds, connections=CONNECTIONS, headers={**_BROWSER, **(headers or {})}, script=script
        )

    return {
        f"{name} keep-alive": ask(),
        f"{name} many visitors": ask(script=MANY_VISITORS),
        f"{name} new connection": ask({"Connection": "close"}),
        f"{name} 304": ask({"If-None-Match": etag}),
    }


def _require_visits(gatepost: Running, asked: int) -> None:
    """Every request counted by wrk is a stored visit; each run may leave one a connection unanswered at its stop."""
    stored = wait_for(gatepost.visits, asked, seconds=_CATCH_UP_SECONDS)
    if not asked <= stored <= asked + 4 * CONNECTIONS:
        raise NotRecorded(f"{asked} page views were answered, {stored} are stored")
