"""`./dev audit`: Lighthouse and axe on the demo pages, served as in production; anything below 100 or 0 fails.

Needs Node 18.16 or newer with npm, for Lighthouse alone; the server needs neither. Paths may be given
(`./dev audit /p/tea-list-guide`); without any, all demo pages are looked at. Reports go to `reports/`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import sync_playwright

from tests.factories import chromium
from tests.factories.browser_checks import axe_faults
from tests.factories.server_process import ServerProcess

ROOT = Path(__file__).parents[1]
REPORTS = ROOT / "reports"
LIGHTHOUSE = ROOT / "node_modules" / "lighthouse" / "cli" / "index.js"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
METRICS = ("first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
MOST_STARTS = 4
"""A run that never began (`runtimeError`) is begun again; a low score is never asked twice."""
PERFECT = 100
QUIET_PERCENT = 40.0
PATIENCE_SECONDS = 60
"""A busy machine measures its neighbours; so each run waits, but not for ever, until the processors are free."""


@dataclass(frozen=True, slots=True)
class Row:
    """One Lighthouse run."""

    path: str
    device: str
    scores: tuple[int, ...]
    metrics: tuple[str, ...]
    complaints: tuple[str, ...]

    @property
    def is_perfect(self) -> bool:
        """Whether all four scores are 100."""
        return all(score == PERFECT for score in self.scores)


def main(paths: list[str]) -> int:
    """Look at every page on both devices; 0 if all is perfect, 1 if not, 2 where a tool is missing."""
    node = _node()
    if node is None or not _has_lighthouse():
        print("Lighthouse needs Node 18.16 or newer with npm. Install them and try again.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        server = ServerProcess(Path(folder))
        prepared = json.loads(server.command("-m", "app.prepare").stdout)
        wanted = paths or [page["path"] for page in prepared["pages"] if page["state"] == "live"]
        server.environ = {"GATEPOST_DEV": "off"}
        with server:
            return _report(node, server.url, wanted)


def _report(node: str, base: str, paths: list[str]) -> int:
    failures = 0
    print(f"{'page':32} {'device':8} perf a11y best  seo   FCP     LCP     TBT     CLS", flush=True)
    was_quiet = True
    for path in paths:
        for device in ("mobile", "desktop"):
            was_quiet = _await_quiet() and was_quiet
            row = _lighthouse(node, base, path, device)
            scores = " ".join(f"{score:4}" for score in row.scores)
            print(f"{path:32} {device:8} {scores}   " + " ".join(f"{text:7}" for text in row.metrics), flush=True)
            for complaint in row.complaints:
                print(f"    {complaint}")
            failures += not row.is_perfect
    faults = _axe(base, paths)
    for fault in faults:
        print(fault)
    if not was_quiet:
        print("The machine was busy with other work, which lowers performance; run it again when it is quiet.")
    print(f"{len(paths) * 2} Lighthouse runs, {failures} below 100; axe: {len(faults)} violations")
    return 1 if failures or faults else 0


def _lighthouse(node: str, base: str, path: str, device: str) -> Row:
    REPORTS.mkdir(exist_ok=True)
    report = REPORTS / f"lighthouse{path.replace('/', '-')}-{device}.json"
    command = [node, str(LIGHTHOUSE), base + path, "--quiet", "--output=json", f"--output-path={report}"]
    command += [f"--chrome-flags={FLAGS}", *(["--preset=desktop"] if device == "desktop" else [])]
    environ = dict(os.environ)
    if executable := chromium.find():
        environ["CHROME_PATH"] = executable
    for _ in range(MOST_STARTS):
        report.unlink(missing_ok=True)
        run = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
        found = json.loads(report.read_text("utf-8")) if report.exists() else {"runtimeError": {"code": run.stderr}}
        if "runtimeError" not in found:
            return _row(path, device, found)
    sys.exit(f"Lighthouse could not look at {path}: {found['runtimeError'].get('code')}")


def _await_quiet() -> bool:
    """Wait for free processors; False if they never were."""
    return any(psutil.cpu_percent(interval=1) <= QUIET_PERCENT for _ in range(PATIENCE_SECONDS))


def _row(path: str, device: str, found: dict[str, Any]) -> Row:
    audits = found["audits"]
    scores = tuple(round((found["categories"][name]["score"] or 0) * 100) for name in CATEGORIES)
    weighty = {
        each["id"]
        for name, score in zip(CATEGORIES, scores, strict=True)
        if score < PERFECT
        for each in found["categories"][name]["auditRefs"]
        if each["weight"]
    }
    below = [
        audits[name] for name in sorted(weighty) if audits[name]["score"] is not None and audits[name]["score"] < 1
    ]
    return Row(
        path=path,
        device=device,
        scores=scores,
        metrics=tuple(str(audits[name].get("displayValue", "")).replace("\xa0", " ") for name in METRICS),
        complaints=tuple(f"{audit['id']}: {audit['title']} {audit.get('displayValue', '')}" for audit in below),
    )


def _axe(base: str, paths: list[str]) -> list[str]:
    """Violations on every page, narrow and wide, light and dark."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium.find(), args=chromium.FLAGS)
        page = browser.new_page()
        faults = []
        for path in paths:
            page.goto(base + path)
            faults += [f"{path} {fault}" for fault in axe_faults(page)]
        browser.close()
    return faults


def _node() -> str | None:
    return shutil.which("node")


def _has_lighthouse() -> bool:
    """Whether Lighthouse is there; where it is not, npm brings what the lock file names."""
    if LIGHTHOUSE.exists():
        return True
    npm = shutil.which("npm")
    return npm is not None and subprocess.run([npm, "ci"], cwd=ROOT).returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
