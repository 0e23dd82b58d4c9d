"""What holds on every page that a visitor may see: for axe, for narrow screens, for the keyboard, for fingers."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal, NamedTuple

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
Scheme = Literal["light", "dark"]


class View(NamedTuple):
    """A screen: its width in CSS pixels and its colour scheme."""

    width: int
    scheme: Scheme


WIDE = View(1280, "light")
VIEWS = (View(320, "light"), View(320, "dark"), View(1280, "light"), View(1280, "dark"))
_HEIGHTS = {320: 640, 390: 844, 1280: 900}
INNER_STOPS = 3
"""Day, month, year and the calendar are stops of their own within a date field."""
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


def sideways_scroll(page: Page) -> list[str]:
    """The elements that reach beyond the right edge, if the page can be scrolled sideways."""
    return list(page.evaluate(_SIDEWAYS))


def small_targets(page: Page) -> list[str]:
    """Controls smaller than 24 CSS pixels (WCAG 2.2, 2.5.8); links within a sentence are excepted there as here."""
    return list(page.evaluate(_SMALL))


def keyboard_faults(page: Page) -> list[str]:
    """Controls that Tab does not reach, reaches out of order, or does not mark visibly."""
    stops: list[str] = page.evaluate(_WATCH_FOCUS)
    inner = sum('type="date"' in name for name in stops) * INNER_STOPS
    for _ in range(len(stops) + 2 + inner):
        page.keyboard.press("Tab")
    visited: list[tuple[int, bool]] = page.evaluate("() => window.gpVisited")
    order = [stop for stop, _ in visited]
    faults = [f"Tab does not reach {name}" for number, name in enumerate(stops) if number not in order]
    faults += [f"the focus cannot be seen on {stops[stop]}" for stop, is_visible in visited if not is_visible]
    steps_back = [stops[after] for before, after in pairwise(order) if after < before]
    return faults + [f"Tab jumps back to {name}" for name in steps_back[1:]]


_CONTROLS = """
const shown = (node) => node.checkVisibility({ visibilityProperty: true }) && !node.closest("[aria-hidden=true]");
const named = (node) => (node.id ? `#${node.id}` : "") + ` ${node.outerHTML.slice(0, 90)}`;
const all = () => [...document.querySelectorAll(
  "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")].filter(shown);
"""
_WATCH_FOCUS = f"""() => {{ {_CONTROLS}
  const isStop = (node) => node.tabIndex >= 0 && !node.disabled && (node.type !== "radio" || node.checked
    || (!node.form.querySelector(`[name='${{node.name}}']:checked`)
        && node === node.form.querySelector(`[name='${{node.name}}']`)));
  const stops = all().filter(isStop);
  window.gpVisited = [];
  addEventListener("focusin", (event) => {{
    const style = getComputedStyle(event.target);
    const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    if (stops.includes(event.target)) window.gpVisited.push([stops.indexOf(event.target), seen]);
  }});
  return stops.map(named);
}}"""
_SMALL = f"""() => {{ {_CONTROLS}
  const inSentence = (node) => getComputedStyle(node).display === "inline"
    && node.parentElement.textContent.trim() !== node.textContent.trim();
  const small = (node) => {{
    const box = (node.closest("label") ?? node).getBoundingClientRect();
    return (box.width < 24 || box.height < 24) && !node.matches(".skip");
  }};
  return all().filter((node) => small(node) && !inSentence(node)).map(named);
}}"""
_SIDEWAYS = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  return [...document.querySelectorAll("body *")]
    .filter((node) => node.getBoundingClientRect().right > root.clientWidth + 1)
    .map((node) => node.outerHTML.slice(0, 90)).slice(0, 5);
}"""
