"""Fixtures: an application on a fresh, migrated database (SQLite, and PostgreSQL where one is given), a clock
that the test sets, and clients."""

import os
import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from uuid import uuid4

import pytest
from babel.support import Translations
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine, create_engine, make_url, text
from werkzeug.routing import Rule

from lms import migrate
from lms.app import create_app
from lms.config import Config
from lms.database import db
from lms.jobs import runner

pytest_plugins = ["tests.cast", "tests.exam_day", "tests.academy", "tests.practice.school", "tests.demonstration"]

_compile, _compiled = Rule.compile, dict[tuple[object, ...], dict[str, Any]]()


def _remembered(rule: Rule) -> None:
    """Applications of one process have the same addresses: each is compiled once, not for every test."""
    key = (rule.rule, rule.subdomain, rule.host, rule.merge_slashes, repr(rule.defaults))
    if key not in _compiled:
        _compile(rule)
        names = ("_parts", "_trace", "_converters", "arguments")
        builders = {name: getattr(rule, name).__func__ for name in ("_build", "_build_unknown")}
        _compiled[key] = {**{name: getattr(rule, name) for name in names}, **builders}
    for name, made in _compiled[key].items():
        setattr(rule, name, made.__get__(rule) if callable(made) else made)


Rule.compile = _remembered  # type: ignore[method-assign,assignment]

_load = Translations.load


@cache
def _catalogue(folder: str, locale: str, domain: str) -> Any:
    """And the same catalogues: what is read of them is read once (it is copied into those of an application)."""
    return _load(folder, [locale], domain)


def _loaded(folder: str, locales: list[object], domain: str) -> Any:
    return _catalogue(folder, str(locales[0]), domain)


Translations.load = _loaded  # type: ignore[method-assign,assignment]

#: how long jobs rest at most for the sake of those who write beside them; in tests nobody does
REST_SECONDS = runner.MOST_REST_SECONDS
runner.MOST_REST_SECONDS = 0.0

SECRET = "a-test-secret-of-more-than-32-characters"
#: where the fixtures of databases leave the cast that is in one, and the numbers of the pool of the exam day
CAST, POOL = pytest.StashKey[Any](), pytest.StashKey[tuple[int, str]]()
POSTGRES = os.environ.get("LMS_TEST_POSTGRES", "")
IN_CI = os.environ.get("SHUYUAN_CI") == "1"
#: templates compiled once for the applications of all tests
COMPILED = FileSystemBytecodeCache(mkdtemp(prefix="shuyuan-templates-"))
NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # nine in the morning of a Monday in Shanghai


class TestClock:
    """A clock that stands still until the test moves it."""

    __test__ = False

    def __init__(self, moment: datetime = NINE) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, **parts: float) -> None:
        """Move on by a timedelta's keyword arguments."""
        self.moment += timedelta(**parts)


def make_config(data: Path, url: str = "") -> Config:
    """Settings of a test installation in folder `data`."""
    return Config(data=data, database_url=url, secret_key=SECRET, testing=True, jobs="off", second_factor="offered")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" in metafunc.fixturenames:
        kinds = ["sqlite"] if metafunc.definition.get_closest_marker("one_database") else ["sqlite", "postgresql"]
        metafunc.parametrize("database", kinds, indirect=True)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite database that each test copies."""
    folder = tmp_path_factory.mktemp("template")
    migrate.upgrade(make_config(folder))
    return folder / "shuyuan.db"


@pytest.fixture(scope="session")
def postgres_template() -> Iterator[str]:
    """The name of a migrated, empty PostgreSQL database that each test copies."""
    name = f"shuyuan_template_{uuid4().hex[:10]}"
    on_postgres(f'CREATE DATABASE "{name}"')
    migrate.upgrade(make_config(Path("/nonexistent"), postgres_url(name)))
    yield name
    on_postgres(f'DROP DATABASE "{name}" WITH (FORCE)')


def postgres_url(name: str) -> str:
    return make_url(POSTGRES).set(drivername="postgresql+psycopg", database=name).render_as_string(hide_password=False)


@cache
def _postgres() -> Engine:
    return create_engine(postgres_url("postgres"), isolation_level="AUTOCOMMIT", pool_pre_ping=True)


def on_postgres(statement: str) -> None:
    with _postgres().connect() as connection:
        connection.execute(text(statement))


def demand_postgres() -> None:
    """Skip where there is none; in CI fail."""
    if not POSTGRES:
        if IN_CI:
            pytest.fail("CI must run the tests on PostgreSQL: LMS_TEST_POSTGRES is not set")
        pytest.skip("no PostgreSQL: set LMS_TEST_POSTGRES to an owner's address")


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database of this test's own."""
    if request.param == "sqlite":
        template = _template(request, "sqlite")
        shutil.copy(template, tmp_path / "shuyuan.db")
        yield f"sqlite:///{tmp_path / 'shuyuan.db'}"
        return
    demand_postgres()
    template = _template(request, "postgres")
    name = f"shuyuan_{uuid4().hex[:12]}"
    on_postgres(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    yield postgres_url(name)
    on_postgres(f'DROP DATABASE "{name}" WITH (FORCE)')


def _template(request: pytest.FixtureRequest, kind: str) -> Path | str:
    """What the database of this test is copied from: with the cast, and the pool, where the test asks for them."""
    template: Path | str
    if "cast" not in request.fixturenames:
        template = request.getfixturevalue(f"{kind}_template")
    elif "exam_day" not in request.fixturenames:
        template, request.node.stash[CAST] = request.getfixturevalue(f"{kind}_with_cast")
    else:
        template, request.node.stash[CAST], request.node.stash[POOL] = request.getfixturevalue(f"{kind}_with_pool")
    return template


@pytest.fixture
def clock() -> TestClock:
    """Nine o'clock, Monday 2 March 2026 in Shanghai, until the test says otherwise."""
    return TestClock()


@pytest.fixture
def app(database: str, clock: TestClock, tmp_path: Path) -> Iterator[Flask]:
    """The application on a database of its own. No context is pushed: requests must not share one."""
    app = create_app(make_config(tmp_path, database), clock=clock)
    app.jinja_env.bytecode_cache = COMPILED
    yield app
    _end_writer(app)
    with app.app_context():
        db.engine.dispose()


class _TheEnd:
    """The last thing that is asked of a writer."""

    attempt = ""

    def run(self, _store: object) -> None:
        """End its thread, as nothing but the process ends it in the product."""
        raise SystemExit


def _end_writer(app: Flask) -> None:
    """A thread that waits for ever for something to write would keep the application of its test, a megabyte or two."""
    found = app.extensions.get("sitting.writer")
    if found is None or found._thread is None:
        return
    told = threading.excepthook  # pytest's, to which this end would be an error
    threading.excepthook = lambda said: None if said.exc_type is SystemExit else told(said)
    found.later(_TheEnd())
    found._thread.join(5)
    threading.excepthook = told


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    """An application context, for tests that call services and queries themselves (not beside a client)."""
    with app.app_context():
        yield


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser's worth of cookies, nobody signed in."""
    return app.test_client()
