"""Posts that no form of ours sends: a clear answer, and nothing is stored."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from werkzeug.test import TestResponse

from app.attribution.models import Touch
from app.capture.models import Submission
from app.outbox.models import Message
from tests.factories.demo_site import GUIDE
from tests.factories.site import Site
from tests.factories.visitor import Visitor, heading, words

on_sqlite = pytest.mark.parametrize("engine_name", ["sqlite"])

FORM = "application/x-www-form-urlencoded"
PARTS = 'multipart/form-data; boundary="seam"'


@pytest.fixture
def visitor(shared: Site) -> Visitor:
    """A browser."""
    return Visitor(shared)


@pytest.fixture
def unchanged(shared: Site) -> Iterator[None]:
    """Fails a test that has left anything in the database."""
    before = shared.facts()
    yield
    assert shared.facts() == before


def is_clear(answer: TestResponse) -> bool:
    """Whether the answer is a page that says in words what is wrong and how to go on."""
    return bool(heading(answer)) and 'lang="en"' in answer.text and len(words(answer)) > 40


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/xml", "", "image/png"])
def test_a_body_that_is_no_form_is_415(shared: Site, visitor: Visitor, unchanged: None, kind: str) -> None:
    answer = visitor.post("/p/guide", b'{"email": "ann@example.com"}', Content_Type=kind)
    assert answer.status_code == 415
    assert is_clear(answer)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"--seam\r\n"),
        (PARTS, b"no seam at all"),
        (PARTS, b'--seam\r\nContent-Disposition: form-data; name="email"\r\n\r\nann@example.com'),
        (PARTS, b"--seam\r\n\r\nann@example.com\r\n--seam--\r\n"),
        (PARTS, b'--seam\r\nContent-Disposition: form-data; name="f"; filename="a.exe"\r\n\r\nMZ\r\n--seam--\r\n'),
        (PARTS, b'--seam\r\nContent-Disposition: form-data; name="email"\r\n\r\n\xff\xfe@example.com\r\n--seam--\r\n'),
        (PARTS, b'--seam\r\nContent-Disposition: form-data; name="email"\r\n\r\nann\x00@example.com\r\n--seam--\r\n'),
        (FORM, b"email=%FF%FE@example.com"),
        (FORM, b"email=\xff\xfe@example.com"),
        (FORM, b"email=%C0%AF@example.com"),
        (FORM, b"email=%ED%A0%80@example.com"),
        (FORM, b"email=ann%00@example.com"),
        (FORM, b"email=ann@example.com&first_name=%00"),
        (FORM, b"email=ann@example.com&%00=1"),
        (FORM, b"email=ann@example.com\x00"),
        (FORM, b"email=ann@example.com&nobody=1"),
        (FORM, b"email=ann@example.com&consent.everything=yes"),
        (FORM, b"email=ann@example.com&email=bea@example.com"),
        (FORM, b"email=ann@example.com&" + b"&".join(b"f%d=1" % number for number in range(10_000))),
        (FORM, b"&" * 10_000),
    ],
)  # fmt: skip
def test_a_broken_body_is_400(shared: Site, visitor: Visitor, unchanged: None, kind: str, body: bytes) -> None:
    answer = visitor.post("/p/guide", body, Content_Type=kind)
    assert answer.status_code == 400
    assert is_clear(answer)


def test_ten_thousand_parts_are_refused(shared: Site, visitor: Visitor, unchanged: None) -> None:
    part = b'--seam\r\nContent-Disposition: form-data; name="f%d"\r\n\r\n1\r\n'
    body = b"".join(part % number for number in range(10_000)) + b"--seam--\r\n"
    assert visitor.post("/p/guide", body, Content_Type=PARTS).status_code in (400, 413)


def test_a_whole_multipart_form_is_as_good_as_any(shared: Site, visitor: Visitor) -> None:
    body = (
        b'--seam\r\nContent-Disposition: form-data; name="email"\r\n\r\nann@example.com\r\n'
        b'--seam\r\nContent-Disposition: form-data; name="first_name"\r\n\r\n\xc3\x81nh\r\n--seam--\r\n'
    )
    assert visitor.post("/p/guide", body, Content_Type=PARTS).status_code == 303
    assert shared.rows(Submission)[-1].answers["first_name"] == "Ánh"


@pytest.mark.parametrize("kind", [FORM, PARTS])
def test_a_body_of_ten_megabytes_is_413(shared: Site, visitor: Visitor, unchanged: None, kind: str) -> None:
    answer = visitor.post("/p/guide", b"email=" + b"a" * 10_000_000, Content_Type=kind)
    assert answer.status_code == 413
    assert is_clear(answer)


def test_a_field_that_is_too_long_for_any_form_is_413(shared: Site, visitor: Visitor, unchanged: None) -> None:
    assert visitor.ask(first_name="x" * 10_001).status_code == 413
    assert visitor.ask(first_name="%41" * 3_000, email="ann@example.com").status_code in (413, 422)


@pytest.mark.parametrize("query", ["?utm_source=%FF", "?%00", "?utm_source=%00", "?" + "a=1&" * 2_000, "?;&&==="])
def test_a_strange_query_string_does_not_stop_a_person(shared: Site, visitor: Visitor, query: str) -> None:
    visitor.confirmed(f"/p/guide{query}", first_name=f"Ann {len(query)}")
    kept = [(each.answers, each.touches, each.evidence) for each in shared.rows(Submission)]
    assert "\\x00" not in repr([kept, [touch.facts for touch in shared.rows(Touch)]])


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "cross-site", "Origin": "http://localhost"},
        {"Sec_Fetch_Site": "same-site", "Origin": "http://evil.localhost"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost.evil.example"},
    ],
)
def test_a_form_sent_from_another_site_is_403(
    shared: Site, visitor: Visitor, unchanged: None, headers: dict[str, str]
) -> None:
    answer = visitor.post("/p/guide", {"email": "ann@example.com"}, **headers)
    assert answer.status_code == 403
    assert is_clear(answer)


@pytest.mark.parametrize(
    "headers",
    [{"Sec_Fetch_Site": "same-origin", "Origin": "http://localhost"}, {"Origin": "http://localhost"}, {},
     {"Sec_Fetch_Site": "none"}],
)  # fmt: skip
def test_a_form_sent_from_the_page_itself_is_taken(shared: Site, visitor: Visitor, headers: dict[str, str]) -> None:
    assert visitor.post("/p/guide", {"email": "ann@example.com"}, **headers).status_code == 303


def test_a_page_that_never_was_takes_no_post(shared: Site, visitor: Visitor, unchanged: None) -> None:
    assert visitor.ask("/p/nothing").status_code == 404
    assert visitor.ask("/cs/p/guide").status_code == 404


@on_sqlite
def test_an_ended_page_takes_no_post_even_from_a_copied_form(site: Site) -> None:
    visitor = Visitor(site)
    _publish_between(site, None, datetime.now(UTC) - timedelta(minutes=1))
    answer = visitor.ask()
    assert answer.status_code == 410
    assert 'id="the-form"' not in answer.text
    assert heading(answer)
    assert not site.rows(Submission)
    assert not site.rows(Message)
    assert visitor.get("/p/guide").status_code == 200
    assert 'id="the-form"' not in visitor.get("/p/guide").text


@on_sqlite
def test_a_page_that_opens_tomorrow_takes_no_post_today(site: Site) -> None:
    visitor = Visitor(site)
    _publish_between(site, datetime.now(UTC) + timedelta(days=1), None)
    assert visitor.ask().status_code == 403
    assert not site.rows(Submission)
    assert not site.rows(Message)


@on_sqlite
def test_a_page_ends_by_itself_at_its_time(site: Site) -> None:
    visitor = Visitor(site)
    ends = datetime.now(UTC) + timedelta(seconds=1.5)
    _publish_between(site, None, ends)
    assert visitor.ask().status_code == 303
    site.wait(lambda: datetime.now(UTC) > ends)
    assert visitor.ask(email="late@example.com").status_code == 410
    assert len(site.rows(Submission)) == 1


def test_programs_that_want_json_get_the_fault_as_a_problem(shared: Site, visitor: Visitor, unchanged: None) -> None:
    answer = visitor.post("/p/guide", {"nobody": "1"}, Accept="application/json")
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert answer.json is not None
    assert answer.json["status"] == 400
    assert "nobody" in answer.json["title"]


def test_hundreds_of_random_bodies_never_break_the_server(shared: Site) -> None:
    import random

    chance = random.Random(7)
    visitor = Visitor(shared)
    keys = ["email", "first_name", "sites", "consent.newsletter", "gp_rev", "gp_ms", "gp_ref", "website", "x"]
    signs = ["a", "@", "é", "\x00", "\u202e", "%", "&", "=", "\r\n", "\ud7ff", "😀", "' OR 1=1 --", "{{7*7}}", "../"]
    for number in range(200):
        pairs = [(chance.choice(keys), "".join(chance.choices(signs, k=chance.randint(0, 9)))) for _ in range(4)]
        body = urlencode(pairs).encode() + bytes(chance.randrange(256) for _ in range(chance.randint(0, 6)))
        answer = visitor.post("/p/guide", body, X_Number=str(number))
        assert answer.status_code in (303, 400, 413, 422, 429), body


def _publish_between(site: Site, start: datetime | None, end: datetime | None) -> None:
    lines = [f"{name}: {at.isoformat()}\n" for name, at in (("starts_at", start), ("ends_at", end)) if at is not None]
    site.publish_files({"guide": {"page.en.yaml": GUIDE.replace("blocks:\n", "".join(lines) + "blocks:\n")}})


def test_twenty_bad_posts_at_once_leave_the_good_one_alone(shared: Site) -> None:
    with ThreadPoolExecutor(10) as pool:
        bad = [pool.submit(Visitor(shared, address=f"192.0.2.{n}").post, "/p/guide", b"%FF=") for n in range(20)]
        good = pool.submit(Visitor(shared).ask, email="bea@example.com")
    assert good.result().status_code == 303
    assert {each.result().status_code for each in bad} == {400}
