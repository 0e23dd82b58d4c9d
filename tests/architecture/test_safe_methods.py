"""Rule 7: GET, HEAD and prefetch never change state: every address of the app is opened, and every table compared."""

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.routing import Rule

from app.leads.models import Lead
from app.offers.models import Access
from app.tokens import Purpose
from tests.factories.site import Site
from tests.factories.visitor import Visitor

HOW = [("GET", {}), ("HEAD", {}), ("GET", {"Sec_Purpose": "prefetch;prerender"})]


@pytest.fixture
def site(app: Flask, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site where one person has asked and another one has confirmed."""
    made = Site(app, tmp_path_factory.mktemp("pages"))
    made.publish("guide")
    return made


def safe_rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]


def addresses(site: Site, asked: str, access: Access, lead: Lead) -> dict[str, list[str]]:
    """Real, working addresses for every rule with a token in it."""
    links, ticket = site.parts.links, site.parts.tokens.sign(Purpose.DOWNLOAD, f"{access.id}~4102444800")
    page, preferences = links.access(access.id), links.preferences(lead.id)
    return {
        "/c/<token>": [links.confirm(asked), links.confirm(access.submission_id)],
        "/r/<token>": [links.receipt(asked)],
        "/r/<token>/state": [links.receipt(asked) + "/state"],
        "/h/<token>": [links.trap(asked)],
        "/u/<token>": [links.unsubscribe(lead.id)],
        "/o/<token>": [page],
        "/o/<token>/file": [page + "/file", f"{page}/file?ticket={ticket}"],
        "/o/<token>/calendar.ics": [page + "/calendar.ics"],
        "/preferences/<token>": [preferences],
        "/preferences/<token>/erase": [preferences + "/erase"],
        "/p/<slug>": ["/p/guide?utm_source=test&gclid=x"],
        "/<locale>/p/<slug>": ["/en/p/guide", "/en/p/none"],
        "/<locale>/privacy": ["/en/privacy"],
    }


def test_opening_any_address_in_any_safe_way_changes_nothing(site: Site) -> None:
    visitor = Visitor(site)
    asked = visitor.asked(email="asked@example.com").id
    visitor.confirmed(email="ann@example.com")
    known = addresses(site, asked, site.one(Access), site.lead())
    before = site.facts()
    opened = 0
    for rule in safe_rules(site.app):
        for path in known.get(rule.rule, [rule.rule] if not rule.arguments else []):
            for method, headers in HOW:
                answer = Visitor(site, address="192.0.2.200").send(method, path, **headers)
                assert answer.status_code < 500, (method, path)
                opened += 1
    assert site.facts() == before
    assert opened > 3 * len(known)


def test_every_rule_with_arguments_has_a_real_address_in_this_test(site: Site) -> None:
    visitor = Visitor(site)
    asked = visitor.asked(email="asked@example.com").id
    visitor.confirmed(email="ann@example.com")
    known = addresses(site, asked, site.one(Access), site.lead())
    assert {rule.rule for rule in safe_rules(site.app) if rule.arguments} <= known.keys()


def test_the_real_addresses_are_answered_as_such(site: Site) -> None:
    visitor = Visitor(site)
    asked = visitor.asked(email="asked@example.com").id
    visitor.confirmed(email="ann@example.com")
    known = addresses(site, asked, site.one(Access), site.lead())
    statuses = {rule: visitor.get(paths[0]).status_code for rule, paths in known.items()}
    wrong = {rule: status for rule, status in statuses.items() if status not in {200, 204, 302, 303, 404, 410}}
    assert wrong == {}
    assert {rule for rule, status in statuses.items() if status == 404} <= {"/o/<token>/calendar.ics", "/h/<token>"}


def test_a_change_would_be_noticed(site: Site) -> None:
    before = site.facts()
    site.parts.database.write(lambda session: session.execute(sa.text("UPDATE page SET slug = 'other'")))
    assert site.facts() != before
