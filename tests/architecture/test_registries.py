"""Rule 9: one registry, one class each; a thing without class, template or line of documentation is a fault."""

import re

import pytest

from app.offers.kinds import KINDS
from app.outbox.topics import MAIL_TOPICS, TOPICS, WEBHOOK_TOPICS, Topic
from app.pages.block import Block
from app.pages.blocks import BLOCKS
from app.pages.field import FieldSetup
from app.pages.field_types import FIELD_TYPES
from app.pages.offer_setup import OFFER_SETUPS
from tests.architecture.source import ROOT

TEMPLATES = ROOT / "templates"
PARTS = ("subject.txt", "body.txt", "body.html")


def templates(folder: str) -> set[str]:
    return {path.stem for path in (TEMPLATES / folder).glob("*.html")}


def documented(name: str, *documents: str) -> bool:
    text = "\n".join((ROOT / "docs" / document).read_text(encoding="utf-8") for document in documents)
    return re.search(rf"^(\| |- |#+ )?`?{re.escape(name)}`?( |:|$)", text, re.MULTILINE) is not None


def concrete(base: type) -> set[type]:
    """All classes below `base` that nothing is derived from."""
    children: list[type] = base.__subclasses__()
    return {one for child in children for one in concrete(child)} or {base}


def test_every_block_has_one_class_one_template_and_one_line() -> None:
    assert templates("public/blocks") == BLOCKS.keys()
    assert [name for name in BLOCKS if not documented(name, "pages.md")] == []
    assert len(set(BLOCKS.values())) == len(BLOCKS)


def test_every_block_class_is_registered() -> None:
    assert {one for one in concrete(Block) if one.__module__.startswith("app.")} <= set(BLOCKS.values())


def test_every_field_type_has_one_class_one_template_and_one_line() -> None:
    assert templates("public/fields") == FIELD_TYPES.keys()
    assert [name for name in FIELD_TYPES if not documented(name, "pages.md")] == []
    assert len(set(FIELD_TYPES.values())) == len(FIELD_TYPES)


def test_every_field_class_is_registered() -> None:
    assert {one for one in concrete(FieldSetup) if one.__module__.startswith("app.")} <= set(FIELD_TYPES.values())


def test_every_offer_kind_has_its_rules_its_setup_and_one_line() -> None:
    assert KINDS.keys() == OFFER_SETUPS.keys()
    assert [name for name in KINDS if not documented(name, "pages.md")] == []


@pytest.mark.parametrize("template", ["public/delivered.html", "mail/offer/body.html"])
def test_every_offer_kind_has_its_part_of_what_is_delivered(template: str) -> None:
    text = (TEMPLATES / template).read_text(encoding="utf-8")
    included = re.findall(r'(?:include|import|extends) "([^"]+)"', text)
    text += "".join(_text_of(name) for name in included)
    assert [kind for kind in KINDS if f'"{kind}"' not in text and f"'{kind}'" not in text] == []


def test_every_mail_topic_has_its_template() -> None:
    missing = [
        f"{topic.template}/{part}"
        for topic in MAIL_TOPICS
        for part in PARTS
        if not (TEMPLATES / "mail" / topic.template / part).exists()
    ]
    assert missing == []


def test_every_mail_template_has_its_topic() -> None:
    folders = {path.name for path in (TEMPLATES / "mail").iterdir() if path.is_dir()}
    assert folders == {topic.template for topic in MAIL_TOPICS}


def test_every_event_is_documented_with_its_schema() -> None:
    text = (ROOT / "docs" / "webhooks.md").read_text(encoding="utf-8")
    described = set(re.findall(r"^### (\S+)$", text, re.MULTILINE))
    assert {topic.event.name for topic in WEBHOOK_TOPICS} - described == set()


def test_every_topic_is_registered_once_and_says_what_it_is_for() -> None:
    classes = {one for one in concrete(Topic) if one.__module__.startswith("app.")}
    assert classes == set(TOPICS.values())
    assert [name for name, topic in TOPICS.items() if not topic.line.endswith(".")] == []


def test_an_undocumented_name_is_noticed() -> None:
    assert documented("hero", "pages.md")
    assert not documented("carousel", "pages.md")


def _text_of(name: str) -> str:
    for folder in (TEMPLATES, TEMPLATES / "mail"):
        if (folder / name).exists():
            return (folder / name).read_text(encoding="utf-8")
    return ""
