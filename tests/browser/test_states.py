"""Every page and state: accessible by axe, no sideways scroll, keyboard and finger reach everything, no complaint."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visit
from tests.factories.browser_checks import (
    View,
    axe_faults,
    keyboard_faults,
    sideways_scroll,
    small_targets,
    turn,
)
from tests.factories.browser_site import BrowserSite
from tests.factories.browser_states import STATES, TOOLS
from tests.factories.browser_visitors import People

NARROW, WIDE = View(320, "light"), View(1280, "dark")
_people: dict[str, People] = {}


@pytest.fixture
def people(site: BrowserSite) -> People:
    """People who came earlier; the same ones for all tests."""
    return _people.setdefault(site.url, People(site))


@pytest.mark.parametrize("state", STATES)
def test_page_is_good_for_everybody(visit: Visit, people: People, state: str) -> None:
    person = visit(NARROW)
    STATES[state](person, people)
    page = person.page
    assert axe_faults(page, (NARROW, WIDE)) == []
    assert keyboard_faults(page) == []
    turn(page, NARROW)
    assert sideways_scroll(page) == []
    assert small_targets(page) == []


@pytest.mark.parametrize("tool", TOOLS)
def test_tools_of_developers_show_as_meant(visit: Visit, people: People, tool: str) -> None:
    """Without complaint of the browser, which would tell of a policy that forbids their own style."""
    person = visit(NARROW)
    TOOLS[tool](person, people)
    assert sideways_scroll(person.page) == []
