"""The vendored host list in the short form that is loaded: `python -m app.attribution.data.compact` rewrites it."""

import json
from pathlib import Path

HERE = Path(__file__).parent
ORIGINAL = HERE / "referrers.json"
COMPACT = HERE / "hosts.json"


def compact(original: str) -> str:
    """JSON `{medium: {source: [host, ...]}}` of the original `{host: {medium, source}}`.

    Modern browsers send only the origin of a referrer, so entries with a path are left out; `www.` is cut, because
    touches are kept without it. Where that makes two entries one, the entry that stood without `www.` wins.
    """
    hosts: dict[str, tuple[str, str]] = {}
    for name, entry in json.loads(original).items():
        host = name.lower()
        bare = host.removeprefix("www.")
        if "/" not in host and (host == bare or bare not in hosts):
            hosts[bare] = (entry["medium"], entry["source"])
    grouped: dict[str, dict[str, list[str]]] = {}
    for host, (medium, source) in sorted(hosts.items()):
        grouped.setdefault(medium, {}).setdefault(source, []).append(host)
    return json.dumps(grouped, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


if __name__ == "__main__":
    COMPACT.write_text(compact(ORIGINAL.read_text("utf-8")), "utf-8")
