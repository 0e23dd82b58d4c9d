"""What holds on every page that a visitor may see: for axe, for narrow screens, for the keyboard, for fingers."""

from __future__ import annotations

from typing import Literal, NamedTuple

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
Scheme = Literal["light", "dark"]


class View(NamedTuple):
    """A screen: its width in CSS pixels and its colour scheme."""

    width: int
    scheme: Scheme


VIEWS = (View(320, "light"), View(320, "dark"), View(1280, "light"), View(1280, "dark"))
_HEIGHTS = {320: 640, 390: 844, 1280: 900}
_axe = Axe()


def turn(page: Page, view: View) -> None:
    """Show the page on another screen."""
    page.set_viewport_size({"width": view.width, "height": _HEIGHTS[view.width]})
    page.emulate_media(color_scheme=view.scheme, reduced_motion="reduce")


def axe_faults(page: Page, views: tuple[View, ...] = VIEWS) -> list[str]:
    """Violations of WCAG 2.0 to 2.2 A and AA and of best practice, on each of these screens."""
    faults = []
    for view in views:
        turn(page, view)
        found = _axe.run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
        for violation in found.response["violations"]:
            places = ", ".join(str(node["target"]) for node in violation["nodes"][:3])
            faults.append(f"{view.width} px {view.scheme}: {violation['id']} at {places}")
    return faults
