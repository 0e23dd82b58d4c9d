"""The rules of the linter: each a small function from a page to its findings."""

from collections.abc import Callable, Iterator, Sequence

from app.consent.wording import PurposeKind
from app.pages.block import Cta, Link
from app.pages.compile import LIVE
from app.pages.finding import Finding
from app.pages.lint_subject import Subject, gated_places, image_places, parts_of
from app.pages.theme import poor_contrasts
from app.pages.yaml_text import Path

BUDGET = 14 * 1024
"""Bytes of a page in gzip: the first congestion window of ten segments (RFC 6928)."""
HEAVY_IMAGE, HUGE_IMAGE = 300_000, 2_000_000
EMPTY_WORDS = frozenset({"submit", "send", "ok", "go", "odeslat", "potvrdit", "gửi", "đồng ý"})


def _form(s: Subject) -> Iterator[Finding]:
    fields = s.page.form.fields
    emails = [field for field in fields if field.type == "email"]
    if not emails:
        yield s.error("email", ("form", "fields"), "needs a field of the type email: the offer is sent there")
    elif not emails[0].required:
        place = fields.index(emails[0])
        yield s.warning("email", ("form", "fields", place), "is always required; write required: true")
    if not any(block.type == "form" for block in s.page.shown_blocks):
        yield s.error("form", ("blocks",), "need a block of the type form")
    if s.page.form.submit_label.casefold() in EMPTY_WORDS:
        yield s.warning("button", ("form", "submit_label"), "should say what one gets, for example Send me the guide")


def _consents(s: Subject) -> Iterator[Finding]:
    for place, offer in enumerate(s.page.form.consents):
        path: Path = ("form", "consents", place)
        purpose = s.facts.purposes.purpose(offer.purpose)
        if offer.ticked:
            yield s.error("consent", path, "a box is never ticked beforehand (GDPR recital 32); remove ticked")
        if purpose is None:
            yield s.error("consent", path, f"_site/purposes.yaml has no purpose {offer.purpose}")
        elif purpose.kind is PurposeKind.REQUEST:
            yield s.error("consent", path, f"{offer.purpose} is what the visitor asks for; it needs no box")
        elif s.page.locale not in purpose.wordings:
            yield s.error("consent", path, f"_site/purposes.yaml has no wording of {offer.purpose} in {s.page.locale}")
    for name in s.html.ticked:
        yield s.error("consent", ("form",), f"the box {name} is ticked beforehand")


def _privacy(s: Subject) -> Iterator[Finding]:
    if s.prepared.record.urls().privacy not in s.html.links:
        yield s.error("privacy", (), "the page has no link to the privacy notice")
    name = f"privacy.{s.page.locale}"
    if name not in s.facts.site_documents:
        yield s.error("privacy", ("locale",), f"there is no privacy notice in this language; write _site/{name}.md")


def _files(s: Subject) -> Iterator[Finding]:
    for path, name in image_places(s.page):
        known = s.facts.images.get(name)
        if known is None:
            yield s.error("dead-file", path, f"there is no file media/{name}")
        elif known.size > HUGE_IMAGE:
            yield s.error("heavy-image", path, f"{name} has {known.size:,} bytes; at most {HUGE_IMAGE:,}")
        elif known.size > HEAVY_IMAGE:
            yield s.warning("heavy-image", path, f"{name} has {known.size:,} bytes; better below {HEAVY_IMAGE:,}")
    for path, name in gated_places(s.page):
        if name not in s.prepared.record.gated:
            yield s.error("dead-file", path, f"there is no file gated/{name}")


def _targets(s: Subject) -> Iterator[Finding]:
    for path, part in parts_of(s.page):
        target = part.target if isinstance(part, Cta) else part.url if isinstance(part, Link) else ""
        if target.startswith("#") and target[1:] not in s.html.ids:
            key = "target" if isinstance(part, Cta) else "url"
            yield s.error("dead-link", (*path, key), f"nothing on the page has the name {target}")
    for link in s.html.links:
        if link.startswith("#") and link[1:] not in s.html.ids:
            yield s.error("dead-link", (), f"a link leads to {link}, which is not on the page")


def _structure(s: Subject) -> Iterator[Finding]:
    if not s.html.title.strip():
        yield s.error("title", ("seo", "title"), "the page has no title")
    if not s.page.seo.description and not s.page.seo.noindex:
        yield s.error("description", ("seo",), "description is missing; search results show it")
    if s.html.headings.count(1) != 1:
        yield s.error(
            "headings", ("blocks",), f"the page has {s.html.headings.count(1)} main headings; it needs one hero"
        )
    for higher, lower in zip(s.html.headings, s.html.headings[1:], strict=False):
        if lower > higher + 1:
            yield s.warning("headings", ("blocks",), f"a heading of level {lower} follows one of level {higher}")
    for name in s.html.unlabelled:
        yield s.error("label", ("form", "fields"), f"the field {name} has no label")
    for source in s.html.without_alt:
        yield s.error("alt", ("blocks",), f"the image {source} has no alt text")
    for name in sorted(s.html.repeated_ids):
        yield s.error("ids", ("blocks",), f"two elements have the id {name}; change an id or anchor")


def _safety(s: Subject) -> Iterator[Finding]:
    for source in s.html.sources:
        if source.startswith(("http:", "https:", "//")):
            yield s.error("third-party", (), f"the page would load {source} from elsewhere")
    for code in s.html.inline_code:
        yield s.error("inline-code", (), f"the template writes inline code ({code}), which the policy forbids")


def _look(s: Subject) -> Iterator[Finding]:
    for pair in poor_contrasts(s.prepared.states[LIVE].html):
        text = f"{pair.text} on {pair.ground} ({pair.scheme}) has a contrast of {pair.ratio:.2f}, needs {pair.needed}"
        yield s.error("contrast", ("theme",), f"_site/brand.yaml: {text}")
    if s.page.theme not in s.facts.known_themes:
        known = ", ".join(sorted(s.facts.known_themes))
        yield s.warning(
            "theme", ("theme",), f"{s.page.theme} is not known and looks like the plain one; there are {known}"
        )
    size = next(len(item.gzip) for item in s.prepared.compiled if item.state == LIVE)
    if size > BUDGET:
        yield s.error("weight", (), f"the page has {size:,} bytes compressed; at most {BUDGET:,}")


def _languages(s: Subject) -> Iterator[Finding]:
    written = {page.locale for page in s.facts.siblings}
    for locale in s.facts.wanted_locales:
        if locale not in written:
            yield s.warning("translation", ("locale",), f"there is no page.{locale}.yaml")
    everywhere = {block.id for page in s.facts.siblings for block in page.blocks if not block.show.locales}
    missing = sorted(everywhere - {block.id for block in s.page.blocks})
    if missing:
        yield s.warning("translation", ("blocks",), f"other languages also have {', '.join(missing)}")


def _time(s: Subject) -> Iterator[Finding]:
    if s.page.ends_at is not None and s.page.ends_at <= s.facts.now:
        yield s.warning("ended", ("ends_at",), "is past: visitors will see that the offer has ended")
    offer = s.page.offer
    if offer.kind == "webinar" and offer.starts_at <= s.facts.now:
        yield s.warning("ended", ("offer", "starts_at"), "is past: nobody can attend any more")
    if offer.kind == "coupon":
        if offer.valid_until is not None and offer.valid_until <= s.facts.now:
            yield s.warning("ended", ("offer", "valid_until"), "is past: the codes are worth nothing any more")
        if s.facts.pools is not None and not s.facts.pools.get(offer.pool):
            state = "has no free code left" if offer.pool in s.facts.pools else "is not known"
            yield s.error("coupons", ("offer", "pool"), f"the pool {offer.pool} {state}; add codes first")


RULES: Sequence[Callable[[Subject], Iterator[Finding]]] = (
    _form,
    _consents,
    _privacy,
    _files,
    _targets,
    _structure,
    _safety,
    _look,
    _languages,
    _time,
)
