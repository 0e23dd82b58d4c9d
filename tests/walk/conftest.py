"""The product runs once for each engine; every test brings people of its own."""

from collections.abc import Iterator

import pytest

from tests.conftest import missing
from tests.factories import databases
from tests.factories.browser_by_hand import BrowserByHand
from tests.factories.product import Product


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def product(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Server, worker, mail server and receiver: on SQLite the worker inside, on PostgreSQL a process of its own."""
    folder = tmp_path_factory.mktemp(str(request.param))
    if request.param == "sqlite":
        with Product(folder, databases.fresh_sqlite(folder)) as running:
            yield running
        return
    try:
        url = databases.fresh_postgres()
    except databases.NoPostgres as fault:
        missing(f"no PostgreSQL: {fault}")
    with Product(folder, url) as running:
        yield running
    databases.drop_postgres(url)


@pytest.fixture
def browser(product: Product) -> BrowserByHand:
    """The browser on a person's desk."""
    return BrowserByHand(product.url)
