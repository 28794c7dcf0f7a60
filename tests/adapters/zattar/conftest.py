"""One PostgreSQL for all tests of this folder; each test has a database of its own, copied from one that is ready."""

import itertools
from collections.abc import Iterator

import pytest

from .postgres import MISSING, Database, Postgres
from .schema_sql import PG_NET, schema

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    if not Postgres.is_installed():
        pytest.skip(MISSING)
    server = Postgres()
    server.start()
    try:
        server.database("bare").run(schema())
        server.database("office", template="bare").run(PG_NET)
        yield server
    finally:
        server.stop()


@pytest.fixture
def office(postgres: Postgres) -> Database:
    """Zattar's tables, with pg_net."""
    return postgres.database(f"office{next(_NUMBERS)}", template="office")


@pytest.fixture
def bare_office(postgres: Postgres) -> Database:
    """Zattar's tables, without pg_net."""
    return postgres.database(f"bare{next(_NUMBERS)}", template="bare")
