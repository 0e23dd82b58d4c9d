"""What the linter needs to know about finished HTML: headings, labels, links, ids, boxes, foreign addresses."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_CONTROLS = frozenset({"input", "select", "textarea"})
_UNLABELLED_TYPES = frozenset({"hidden", "submit", "button", "image", "reset"})


@dataclass(slots=True)
class Control:
    """One form control and what names it."""

    name: str
    id: str
    is_labelled: bool


@dataclass(slots=True)
class HtmlFacts:
    """Collected in one pass."""

    title: str = ""
    headings: list[int] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    repeated_ids: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    without_alt: list[str] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)
    labels_for: set[str] = field(default_factory=set)
    ticked: list[str] = field(default_factory=list)
    inline_code: list[str] = field(default_factory=list)

    @property
    def unlabelled(self) -> list[str]:
        """Names of controls that no label belongs to."""
        return [
            item.name or item.id for item in self.controls if not item.is_labelled and item.id not in self.labels_for
        ]


def html_facts(html: str) -> HtmlFacts:
    """Read a page."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.facts


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.facts = HtmlFacts()
        self._in_label = 0
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._note_common(tag, given)
        if tag == "label":
            self._in_label += 1
            self.facts.labels_for.add(given.get("for", ""))
        elif tag == "title":
            self._in_title = not self.facts.title
        elif len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self.facts.headings.append(int(tag[1]))
        elif tag == "a" and "href" in given:
            self.facts.links.append(given["href"])
        elif tag in _CONTROLS:
            self._note_control(given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "label":
            self._in_label = max(0, self._in_label - 1)
        elif tag == "title":
            self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.facts.title += data

    def _note_common(self, tag: str, given: dict[str, str]) -> None:
        if name := given.get("id"):
            (self.facts.repeated_ids if name in self.facts.ids else self.facts.ids).add(name)
        if tag in {"img", "script", "iframe", "source", "video"} and "src" in given:
            self.facts.sources.append(given["src"])
        if tag == "link" and given.get("rel") in {"stylesheet", "icon", "preload"}:
            self.facts.sources.append(given.get("href", ""))
        if tag == "img" and "alt" not in given:
            self.facts.without_alt.append(given.get("src", ""))
        if tag == "script" and "src" not in given and given.get("type") != "application/ld+json":
            self.facts.inline_code.append("<script>")
        self.facts.inline_code += [name for name in given if name.startswith("on") or name == "style"]

    def _note_control(self, given: dict[str, str]) -> None:
        if given.get("type") in _UNLABELLED_TYPES:
            return
        named = self._in_label > 0 or bool(given.get("aria-label") or given.get("aria-labelledby"))
        self.facts.controls.append(Control(given.get("name", ""), given.get("id", ""), named))
        if "checked" in given:
            self.facts.ticked.append(given.get("name", ""))
