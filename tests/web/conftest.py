"""What tests over HTTP share: a site with the small demo pages, and a visitor."""

from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from config import Limits, Settings
from tests.factories import databases
from tests.factories.site import Site
from tests.factories.visitor import IPHONE, Visitor


@pytest.fixture(scope="session")
def page_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where page files lie as long as the tests run."""
    return tmp_path_factory.mktemp("pages")


@pytest.fixture
def site(app: Flask, page_folder: Path) -> Site:
    """A site without pages."""
    return Site(app, page_folder)


@pytest.fixture
def guide(site: Site) -> Site:
    """A site with the ebook page."""
    site.publish("guide")
    return site


@pytest.fixture
def visitor(site: Site) -> Visitor:
    """A browser on a desk."""
    return Visitor(site)


@pytest.fixture
def phone(site: Site) -> Visitor:
    """The same person's telephone on another network."""
    return Visitor(site, address="198.51.100.23", agent=IPHONE)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, page_folder: Path) -> Iterator[Site]:
    """One site on SQLite for a whole file of tests that store nothing, or nothing that others look at; no limits."""
    folder = tmp_path_factory.mktemp("shared")
    made = Settings.for_tests(data_dir=folder, database_url=databases.fresh_sqlite(folder))
    limits = {field.name: 10**9 for field in fields(Limits) if field.name.startswith(("posts_", "mails_"))}
    app = create_app(replace(made, limits=replace(made.limits, **limits)))
    site = Site(app, page_folder)
    site.publish("guide-vi", "every")
    yield site
    site.parts.close()
