"""A database that answers nobody in time is StorageUnavailable soon, and holds no thread for ever."""

import socket

import pytest
import sqlalchemy as sa

from app.db import Database, prepare_reader, reader_options
from app.errors import StorageUnavailable


def test_a_pool_without_a_free_connection_is_storage_unavailable(engine_url: str) -> None:
    options = {**reader_options(engine_url), "pool_size": 1, "max_overflow": 0, "pool_timeout": 0.05}
    reader = sa.create_engine(engine_url, **options)
    prepare_reader(reader)
    database = Database(engine_url, reader=reader)
    held = reader.connect()
    try:
        with pytest.raises(StorageUnavailable):
            database.read(lambda session: session.execute(sa.text("SELECT 1")))
        if not database.is_sqlite:
            with pytest.raises(StorageUnavailable):
                database.write(lambda session: session.execute(sa.text("SELECT 1")))
    finally:
        held.close()
        database.close()


def test_a_server_that_takes_connections_and_says_nothing_is_given_up_soon() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql+psycopg://gatepost@127.0.0.1:{silent.getsockname()[1]}/gatepost"
        database = Database(url, reader=sa.create_engine(url, **reader_options(url)))
        with pytest.raises(StorageUnavailable):
            database.read(lambda session: session.execute(sa.text("SELECT 1")))
        database.close()
