"""./dev bench [--quick] [--only get,post,postgres,deliveries,footprint] [--rounds N] [--json FILE]

One interleaved run: in each round everything is measured beside its own limit, all features on. Ends with 1 when a
required ratio is missed, with 2 when something cannot be measured here. docs/performance.md says what the rows mean.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from bench import cores, footprint, gets, machine, postgres, posts, table
from bench.gatepost import prepare
from bench.load import Sample
from tests.factories.server_process import ROOT

SECTIONS = ("get", "post", "postgres", "deliveries", "footprint")
IDLE_MEGABYTES = 130.0
SECOND_START_SECONDS = 2.0

Measure = Callable[[Path], dict[str, Sample]]


def main() -> int:
    """Measure, print, and tell by the exit code."""
    options = _options()
    missing = [name for name in ("wrk", "nginx") if not shutil.which(name) and not Path("/usr/sbin", name).exists()]
    if missing or not cores.are_apart():
        print(f"Cannot measure: missing {missing}" if missing else "Cannot measure: two cores are needed.")
        print("On Debian: apt-get install wrk nginx-light")
        return 2
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gatepost-bench-")))
        folder.chmod(0o755)
        return _run(options, folder, stack)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round: shows that it runs, proves little")
    parser.add_argument("--only", type=lambda text: text.split(","), default=list(SECTIONS), help="sections, by comma")
    parser.add_argument("--rounds", type=int, default=None, help="3 by default")
    parser.add_argument("--json", type=Path, default=None, help="also write everything to this file")
    options = parser.parse_args()
    if unknown := set(options.only) - set(SECTIONS):
        parser.error(f"there is no section {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    options.rounds = options.rounds or (1 if options.quick else 3)
    options.seconds = 1.0 if options.quick else 4.0
    return options


def _run(options: argparse.Namespace, folder: Path, stack: ExitStack) -> int:
    template = prepare(folder / "prepared")
    facts = machine.facts()
    measures = _measures(options, folder, template, stack)
    rounds: list[dict[str, Sample]] = []
    for number in range(options.rounds if measures else 0):
        found: dict[str, Sample] = {}
        for name, measure in measures.items():
            print(f"round {number + 1}: {name} ...", file=sys.stderr, flush=True)
            place = folder / f"round{number}" / name
            place.mkdir(parents=True)
            found |= measure(place)
            shutil.rmtree(place)
        rounds.append(found)
    found_lines = table.lines(rounds) if rounds else []
    sizes = _sizes(template, folder) if "footprint" in options.only else {}
    facts["load average at the end"] = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    _print(found_lines, sizes, facts, options)
    if options.json:
        everything = {"machine": facts, "lines": table.as_json(found_lines), "sizes": sizes}
        options.json.write_text(json.dumps(everything, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0 if all(line.passes for line in found_lines) and _is_small(sizes) else 1


def _measures(options: argparse.Namespace, folder: Path, template: Path, stack: ExitStack) -> dict[str, Measure]:
    """What one round measures, by section."""
    seconds = options.seconds
    found: dict[str, Measure] = {}
    if "get" in options.only:
        found["get"] = partial(gets.measure, template, seconds=seconds)
    if "post" in options.only:
        found["post"] = partial(posts.measure, template, seconds=seconds)
    if "postgres" in options.only:
        started = stack.enter_context(postgres.server(folder / "postgres"))
        data = postgres.template(started, folder / "prepared-postgres")
        found["postgres"] = partial(postgres.measure, started, data, seconds=seconds)
    if "deliveries" in options.only:
        found["deliveries"] = partial(_deliveries, count=2_000 if options.quick else 8_000)
    return found


def _deliveries(_folder: Path, *, count: int) -> dict[str, Sample]:
    command = [sys.executable, "-m", "bench.deliveries", "--json", "--rounds", "1", "--count", str(count)]
    told = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    return {"deliveries": Sample(told["rate"], told["p50"], told["p99"]), "aiohttp": Sample(told["bare"])}


def _sizes(template: Path, folder: Path) -> dict[str, float]:
    print("footprint ...", file=sys.stderr, flush=True)
    first, second = footprint.seconds_to_first_page(folder / "starts")
    memory = footprint.idle_megabytes(template, folder / "idle")
    return {"idle_pss_mb": memory, "first_start_s": first, "second_start_s": second}


def _is_small(sizes: dict[str, float]) -> bool:
    return sizes.get("idle_pss_mb", 0.0) < IDLE_MEGABYTES


def _print(
    found: list[table.Line], sizes: dict[str, float], facts: dict[str, str], options: argparse.Namespace
) -> None:
    if found:
        print(table.text(found))
        print(f"\nMedians of {options.rounds} rounds; the ratio is the median of the rounds' ratios.")
    if sizes:
        print(f"\nidle memory {sizes['idle_pss_mb']:.0f} MB PSS (below {IDLE_MEGABYTES:.0f})")
        print(f"first page of an empty folder after {sizes['first_start_s']:.1f} s, second start ", end="")
        print(f"{sizes['second_start_s']:.1f} s (below {SECOND_START_SECONDS:.0f} on a quiet machine)")
    print()
    for name, value in facts.items():
        print(f"{name}: {value}")


if __name__ == "__main__":
    sys.exit(main())
