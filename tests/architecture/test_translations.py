"""Every text a visitor or staff member reads exists in every language, with the same names to fill in."""

import ast
import re
from collections.abc import Iterator
from functools import cache

import jinja2
import pytest
from babel.messages.pofile import read_po

from tests.architecture.source import ROOT, modules

LOCALES = ("cs", "vi")
_NAME = re.compile(r"\{(\w+)\}")


def texts_in_python(tree: ast.AST) -> Iterator[tuple[str, ...]]:
    """First argument of t("..."), first two of tn("...", "...")."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        wanted = {"t": 1, "tn": 2}.get(name, 0)
        texts = [
            one.value for one in node.args[:wanted] if isinstance(one, ast.Constant) and isinstance(one.value, str)
        ]
        if wanted and len(texts) == wanted:
            yield tuple(texts)


def texts_in_template(source: str) -> Iterator[tuple[str, ...]]:
    """The same in a template."""
    environment = jinja2.Environment(autoescape=True, extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"])
    tree = environment.parse(source)
    for node in tree.find_all(jinja2.nodes.Call):
        name = node.node.name if isinstance(node.node, jinja2.nodes.Name) else ""
        wanted = {"t": 1, "tn": 2}.get(name, 0)
        texts = [one.value for one in node.args[:wanted] if isinstance(one, jinja2.nodes.Const)]
        if wanted and len(texts) == wanted:
            yield tuple(texts)


@cache
def texts() -> dict[tuple[str, ...], str]:
    """Every text of the program and where it stands."""
    found = {text: module.name for module in modules() for text in texts_in_python(module.tree)}
    for path in sorted((ROOT / "templates").rglob("*.*")):
        if path.suffix in {".html", ".txt"}:
            for text in texts_in_template(path.read_text(encoding="utf-8")):
                found[text] = str(path.relative_to(ROOT))
    return found


@cache
def translations(locale: str) -> dict[str, tuple[str, ...]]:
    """All translations of one language, by their English text."""
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted((ROOT / "app" / "translations" / locale).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=locale, abort_invalid=True):
                if message.id and not message.fuzzy:
                    key = message.id if isinstance(message.id, str) else message.id[0]
                    text = message.string
                    found[key] = (text,) if isinstance(text, str) else tuple(text or ())
    return found


@pytest.mark.parametrize("locale", LOCALES)
def test_every_text_is_translated(locale: str) -> None:
    known = translations(locale)
    missing = {text[0]: place for text, place in texts().items() if not all(known.get(text[0], ("",)))}
    assert missing == {}


@pytest.mark.parametrize("locale", LOCALES)
def test_a_counted_text_has_every_plural_form(locale: str) -> None:
    forms = {"cs": 3, "vi": 1}[locale]
    known = translations(locale)
    wrong = [text[0] for text in texts() if len(text) == 2 and len(known.get(text[0], ())) != forms]
    assert wrong == []


@pytest.mark.parametrize("locale", LOCALES)
def test_translations_fill_in_the_same_names(locale: str) -> None:
    wrong = {
        key: form
        for key, forms in translations(locale).items()
        for form in forms
        if set(_NAME.findall(form)) - {"n"} != set(_NAME.findall(key)) - {"n"}
    }
    assert wrong == {}


def test_extraction_finds_texts_in_python_and_in_templates() -> None:
    python = ast.parse('translate.t("Hello {name}", name=x)\ntn("{n} seat", "{n} seats", n)\nt(variable)')
    assert list(texts_in_python(python)) == [("Hello {name}",), ("{n} seat", "{n} seats")]
    template = '<p>{{ t("Hello") }}</p>{% if x %}{{ tn("{n} seat", "{n} seats", n) }}{{ t(block.title) }}{% endif %}'
    assert set(texts_in_template(template)) == {("Hello",), ("{n} seat", "{n} seats")}


def test_there_are_texts_to_translate() -> None:
    assert len(texts()) > 50
