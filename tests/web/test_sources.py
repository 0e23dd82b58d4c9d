"""Where a visitor came from: frozen with the answers, counted under campaigns, never changed by the confirmation."""

import pytest

from app.attribution.models import Touch, Visit
from app.capture.models import Submission
from app.leads.models import Lead, ScoreLine
from tests.factories.demo_site import CAMPAIGNS, SCORING
from tests.factories.site import Site
from tests.factories.visitor import Visitor

ADVERT = "?utm_source=Google&utm_medium=cpc&utm_campaign=spring-tea&utm_term=oolong&utm_content=a&gclid=Cj0Kabc"


def told(touch: Touch) -> tuple[str, str | None, str | None, str | None, str | None]:
    """What a touch says in short."""
    return touch.channel, touch.source, touch.medium, touch.utm_campaign, touch.campaign


def test_the_query_of_the_page_is_the_source_of_the_lead(guide: Site, visitor: Visitor) -> None:
    visitor.confirmed(f"/p/guide{ADVERT}")
    touch = guide.one(Touch)
    assert told(touch) == ("Paid Search", "Google", "cpc", "spring-tea", "spring")
    assert (touch.facts["term"], touch.facts["content"]) == ("oolong", "a")


def test_a_click_id_is_kept_by_name_and_by_value_only_with_consent(guide: Site, visitor: Visitor) -> None:
    visitor.confirmed(f"/p/guide{ADVERT}")
    visitor.confirmed(f"/p/guide{ADVERT}", email="bea@example.com", consent_behaviour_tracking="yes")
    without, with_value = guide.rows(Submission)
    assert "Cj0Kabc" not in repr((without.touches, guide.rows(Touch)[0].facts))
    assert guide.rows(Touch)[0].facts["click_ids"] == ["gclid"]
    assert "Cj0Kabc" in repr(guide.rows(Touch)[1].facts)
    assert "Cj0Kabc" in repr(with_value.touches)


def test_confirming_from_elsewhere_with_another_query_changes_nothing(
    guide: Site, visitor: Visitor, phone: Visitor
) -> None:
    submission = visitor.asked(f"/p/guide{ADVERT}")
    frozen = guide.one(Submission).touches
    phone.get("/p/guide?utm_source=facebook&utm_medium=paid", Referer="https://www.facebook.com/")
    path = f"{guide.confirm_path(submission.id)}?utm_source=evil&utm_medium=cpm&fbclid=1"
    phone.get(path, Referer="https://mail.google.com/")
    assert phone.post(path, {"nonce": guide.nonce(submission.id)}).status_code == 303
    assert guide.one(Submission).touches == frozen
    assert [told(each) for each in guide.rows(Touch)] == [("Paid Search", "Google", "cpc", "spring-tea", "spring")]


def test_earlier_arrivals_of_the_day_come_along_first_and_last(guide: Site, visitor: Visitor) -> None:
    visitor.get("/p/guide", Referer="https://www.google.com/")
    visitor.get("/p/guide?utm_source=newsletter&utm_medium=email&utm_campaign=may")
    visitor.confirmed(f"/p/guide{ADVERT}")
    kept = sorted((each.position, each.channel) for each in guide.rows(Touch))
    assert kept == [(0, "Organic Search"), (1, "Email"), (2, "Paid Search")]


def test_arrivals_of_another_browser_on_the_same_network_do_not(guide: Site, visitor: Visitor) -> None:
    Visitor(guide, agent="Mozilla/5.0 (Windows NT 10.0) Firefox/139.0").get("/p/guide?utm_source=other")
    visitor.confirmed()
    assert [each.channel for each in guide.rows(Touch)] == ["Direct"]


def test_the_referrer_of_the_visit_is_known_without_script(guide: Site, visitor: Visitor) -> None:
    visitor.get("/p/guide", Referer="https://coccoc.com/search?query=tra")
    visitor.confirmed()
    touch = guide.rows(Touch)[-1]
    assert (touch.channel, touch.referrer) == ("Organic Search", "coccoc.com")


def test_a_script_can_name_the_referrer_too(guide: Site, visitor: Visitor) -> None:
    visitor.confirmed(gp_ref="https://www.perplexity.ai")
    assert guide.rows(Touch)[-1].channel == "AI Assistant"


def test_a_facebook_click_alone_is_not_paid(guide: Site, visitor: Visitor) -> None:
    visitor.confirmed("/p/guide?fbclid=abc")
    assert not guide.rows(Touch)[-1].channel.startswith("Paid")


def test_an_unmapped_campaign_is_visible_as_such(guide: Site, visitor: Visitor) -> None:
    visitor.confirmed("/p/guide?utm_source=x&utm_medium=email&utm_campaign=autumn-9")
    touch = guide.one(Touch)
    assert (touch.utm_campaign, touch.campaign) == ("autumn-9", None)


def test_a_mapping_that_is_published_later_applies_backwards(guide: Site, visitor: Visitor) -> None:
    visitor.confirmed("/p/guide?utm_source=x&utm_medium=email&utm_campaign=autumn-9")
    visitor.confirmed(f"/p/guide{ADVERT}", email="bea@example.com")
    facts = [touch.facts for touch in guide.rows(Touch)]
    guide.publish(
        "guide", campaigns=f"{CAMPAIGNS}  - key: autumn\n    label: Autumn\n    match: [{{campaign: 'autumn*'}}]\n"
    )
    assert [touch.campaign for touch in guide.rows(Touch)] == ["autumn", "spring"]
    assert [touch.facts for touch in guide.rows(Touch)] == facts
    guide.publish("guide")
    assert [touch.campaign for touch in guide.rows(Touch)] == [None, "spring"]


def test_every_visit_is_kept_with_its_class(guide: Site, visitor: Visitor) -> None:
    bot = Visitor(guide, agent="Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)")
    bot.get("/p/guide")
    visitor.get(f"/p/guide{ADVERT}")
    visitor.get("/p/guide", Sec_Purpose="prefetch")
    visitor.send("HEAD", "/p/guide")
    guide.parts.visits.flush()
    kept = guide.rows(Visit)
    assert sum(row.hits for row in kept) == 4
    assert [row.traffic for row in kept].count("human") == 1
    assert all(row.traffic_reason for row in kept if row.traffic != "human")
    assert "203.0.113.7" not in repr([vars(row) for row in kept])


def test_a_visitor_has_one_hash_a_day_and_browsers_differ(guide: Site, visitor: Visitor, phone: Visitor) -> None:
    for browser in (visitor, visitor, phone):
        browser.get("/p/guide")
    guide.parts.visits.flush()
    assert len({row.visitor for row in guide.rows(Visit)}) == 2


@pytest.mark.parametrize("answers", [{}, {"sites": "6-20"}, {"sites": "2-5", "company": "Linden"}])
def test_the_score_is_always_the_sum_of_its_lines(guide: Site, visitor: Visitor, answers: dict[str, str]) -> None:
    visitor.confirmed(**answers)
    lead, lines = guide.one(Lead), guide.rows(ScoreLine)
    assert lead.score == lead.fit + lead.engagement == sum(line.points for line in lines)
    assert {line.rules_version for line in lines} == {lead.rules_version}


def test_a_second_submission_scores_what_is_known_by_then_not_twice(guide: Site, visitor: Visitor) -> None:
    visitor.confirmed(sites="2-5")
    visitor.confirmed(company="Linden")
    lead, lines = guide.one(Lead), guide.rows(ScoreLine)
    rules = [line.rule for line in lines]
    assert sorted(set(rules) - {"confirmed"}) == ["has-company", "several-houses"]
    assert rules.count("has-company") == rules.count("several-houses") == 1
    assert lead.score == sum(line.points for line in lines)


def test_rules_published_later_hold_from_the_next_deed_on(guide: Site, visitor: Visitor) -> None:
    import time

    visitor.confirmed(sites="2-5")
    assert guide.one(Lead).fit == 40
    guide.publish("guide", scoring=SCORING.replace("points: 40", "points: 55"))
    assert guide.one(Lead).fit == 40
    time.sleep(1.1)
    visitor.confirmed(company="Linden")
    assert guide.one(Lead).fit == 70
