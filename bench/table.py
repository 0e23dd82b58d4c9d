"""The rows of the table: what is compared with what, by how much it must, and whether it does."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from bench.load import Sample

Round = Mapping[str, Sample]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`ours` over `limit`, which must come to `required`; without one the row is for information."""

    label: str
    ours: str
    limit: str
    required: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A measured comparison. Rates and waits are medians of the rounds, `ratio` is the median of their ratios."""

    label: str
    rate: float
    p50: float | None
    p99: float | None
    limit: float
    ratio: float
    required: float | None

    @property
    def passes(self) -> bool:
        """Whether the ratio is what it must be."""
        return self.required is None or round(self.ratio, 2) >= self.required


_WAYS = (("keep-alive", 0.40), ("many visitors", None), ("new connection", 0.80), ("304", 0.35))
COMPARISONS = (
    *(Comparison(f"GET, {way}", f"gatepost {way}", f"nginx {way}", required) for way, required in _WAYS),
    Comparison("GET, visits off", "unrecorded keep-alive", "nginx keep-alive", 0.70),
    *(Comparison(f"GET, visits off, {way}", f"unrecorded {way}", f"nginx {way}") for way, _ in _WAYS[1:]),
    Comparison("POST, SQLite", "post sqlite", "raw sqlite", 0.25),
    Comparison("POST, SQLite, worker in the process", "post sqlite, worker beside", "raw sqlite"),
    Comparison("POST, PostgreSQL", "post postgresql", "pgbench", 0.20),
    Comparison("POST, against a plain view", "post sqlite", "plain view", 5.0),
    Comparison("webhook deliveries", "deliveries", "aiohttp", 0.20),
)


def lines(rounds: Sequence[Round]) -> list[Line]:
    """All comparisons whose two sides were measured."""
    measured = rounds[0].keys()
    return [_line(row, rounds) for row in COMPARISONS if row.ours in measured and row.limit in measured]


def text(found: Sequence[Line]) -> str:
    """The table in Markdown."""
    head = ["what", "a second", "p50 ms", "p99 ms", "limit a second", "ratio", "at least", ""]
    rows = [head, ["---", *["---:"] * 6, "---"]] + [_cells(line) for line in found]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def as_json(found: Sequence[Line]) -> list[dict[str, object]]:
    """The same for programs."""
    return [asdict(line) | {"passes": line.passes} for line in found]


def _line(row: Comparison, rounds: Sequence[Round]) -> Line:
    ours = [one[row.ours] for one in rounds]
    limits = [one[row.limit].rate for one in rounds]
    return Line(
        label=row.label,
        rate=statistics.median(sample.rate for sample in ours),
        p50=_median([sample.p50 for sample in ours]),
        p99=_median([sample.p99 for sample in ours]),
        limit=statistics.median(limits),
        ratio=statistics.median(sample.rate / limit for sample, limit in zip(ours, limits, strict=True)),
        required=row.required,
    )


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def _cells(line: Line) -> list[str]:
    waits = ["–" if wait is None else f"{wait:.2f}" for wait in (line.p50, line.p99)]
    required = "–" if line.required is None else f"{line.required:.2f}"
    verdict = "" if line.required is None else "ok" if line.passes else "MISSED"
    return [line.label, f"{line.rate:,.0f}", *waits, f"{line.limit:,.0f}", f"{line.ratio:.2f}", required, verdict]
