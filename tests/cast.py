"""The cast: a small organisation and the people every web test speaks of.

    局机关 (bureau)
    ├── 东城分局 (branch A) ── 朝阳门所 (office A1: Lin), 景山所 (office A2)
    └── 西城分局 (branch B) ── 西单所 (office B1: Wang)

Lin and Wang are cadres of different branches, Zhao examines, Qian is training manager of branch A, Sun, Li and
Zhou are the three administrators, Wu keeps the library, Zheng invigilates, Feng reviews, Chen marks.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from lms.accounts import service
from lms.accounts.passwords import CHEAP, Hasher
from lms.accounts.policy import Role
from lms.accounts.queries import PersonRow, UnitRow
from lms.app import create_app
from lms.config import Config
from lms.database import db, writing
from tests.conftest import CAST, TestClock, make_config, on_postgres, postgres_url

PASSWORD = "eleven wooden lanterns"  # of everybody in the cast
_HASHER = Hasher(CHEAP)
_HASHED = _HASHER.hash(PASSWORD)
FOUNDED = date(2020, 1, 1)

#: name in the tests -> (Chinese name, pinyin, unit, role, unit of the role; None is the whole organisation)
_PEOPLE: dict[str, tuple[str, str, str, Role | None, str | None]] = {
    "lin": ("林晓", "lin xiao", "office_a1", None, None),
    "wang": ("王磊", "wang lei", "office_b1", None, None),
    "zhao": ("赵敏", "zhao min", "bureau", Role.EXAMINER, None),
    "qian": ("钱进", "qian jin", "branch_a", Role.TRAINING_MANAGER, "branch_a"),
    "sun": ("孙浩", "sun hao", "bureau", Role.SYSTEM_ADMIN, None),
    "li": ("李静", "li jing", "bureau", Role.SECURITY_ADMIN, None),
    "zhou": ("周正", "zhou zheng", "bureau", Role.AUDITOR, None),
    "wu": ("吴书", "wu shu", "bureau", Role.LIBRARIAN, None),
    "zheng": ("郑严", "zheng yan", "bureau", Role.INVIGILATOR, None),
    "feng": ("冯审", "feng shen", "bureau", Role.REVIEWER, None),
    "chen": ("陈评", "chen ping", "bureau", Role.MARKER, None),
}


@dataclass(frozen=True, slots=True)
class Cast:
    """Units and people, each with `id` and `public_id`; `cast["lin"]` is `cast.lin`."""

    bureau: UnitRow
    branch_a: UnitRow
    branch_b: UnitRow
    office_a1: UnitRow
    office_a2: UnitRow
    office_b1: UnitRow
    lin: PersonRow
    wang: PersonRow
    zhao: PersonRow
    qian: PersonRow
    sun: PersonRow
    li: PersonRow
    zhou: PersonRow
    wu: PersonRow
    zheng: PersonRow
    feng: PersonRow
    chen: PersonRow

    def __getitem__(self, name: str) -> PersonRow:
        person = getattr(self, name)
        assert isinstance(person, PersonRow)
        return person

    @property
    def people(self) -> dict[str, PersonRow]:
        """Everybody by name."""
        return {item.name: self[item.name] for item in fields(self) if item.name in _PEOPLE}


def _make_units() -> dict[str, UnitRow]:
    made: dict[str, UnitRow] = {}
    with writing() as session:
        for key, code, name, kind, parent in (
            ("bureau", "100", "局机关", "bureau", None),
            ("branch_a", "101", "东城分局", "branch", "bureau"),
            ("branch_b", "102", "西城分局", "branch", "bureau"),
            ("office_a1", "10101", "朝阳门所", "office", "branch_a"),
            ("office_a2", "10102", "景山所", "office", "branch_a"),
            ("office_b1", "10201", "西单所", "office", "branch_b"),
        ):
            made[key] = service.add_unit(
                session,
                code=code,
                name=name,
                kind=kind,
                parent_id=made[parent].id if parent else None,
                sort_order=len(made),
                from_date=FOUNDED,
            )
    return made


def _make_people(units: dict[str, UnitRow]) -> dict[str, PersonRow]:
    made: dict[str, PersonRow] = {}
    with writing() as session:
        for number, (key, (name, pinyin, unit, role, part)) in enumerate(_PEOPLE.items(), start=1001):
            made[key] = service.add_person(
                session,
                staff_number=f"T{number}",
                name=name,
                name_pinyin=pinyin,
                unit_id=units[unit].id,
                post="科员",
                rank="一级行政执法员",
                from_date=FOUNDED,
            )
            service.store_password(session, made[key].id, hashed=_HASHED)
            if role is not None:
                unit_id = units[part].id if part else None
                service.grant_role(session, made[key].id, role, reason="测试", by=None, unit_id=unit_id)
    return made


def make_cast(app: Flask) -> Cast:
    """Put the organisation and the people into the database of `app`."""
    app.extensions["accounts.hasher"] = _HASHER
    with app.app_context():
        units = _make_units()
        return Cast(**units, **_make_people(units))


@pytest.fixture(scope="session")
def sqlite_with_cast(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Cast]:
    """The same with the cast in it, whom most tests want."""
    folder = tmp_path_factory.mktemp("cast")
    shutil.copy(sqlite_template, folder)
    return folder / "shuyuan.db", _with_cast(make_config(folder))


@pytest.fixture(scope="session")
def postgres_with_cast(postgres_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Cast]]:
    """The same with the cast in it, whom most tests want."""
    name = f"shuyuan_cast_{uuid4().hex[:10]}"
    on_postgres(f'CREATE DATABASE "{name}" TEMPLATE "{postgres_template}"')
    yield name, _with_cast(make_config(tmp_path_factory.mktemp("cast"), postgres_url(name)))
    on_postgres(f'DROP DATABASE "{name}" WITH (FORCE)')


def _with_cast(config: Config) -> Cast:
    app = create_app(config, clock=TestClock())
    cast = make_cast(app)
    with app.app_context():
        db.engine.dispose()
    return cast


@pytest.fixture
def cast(app: Flask, request: pytest.FixtureRequest) -> Cast:
    """The organisation and its people on the database of this test; hashing is cheap in their application."""
    app.extensions["accounts.hasher"] = _HASHER
    found: Cast = request.node.stash[CAST]
    return found


def sign_in(client: FlaskClient, person: PersonRow, *, second_factor: bool = True) -> FlaskClient:
    """Begin a session for `person` without the form and give `client` its cookie; the client itself again."""
    app = client.application
    with app.app_context(), writing() as session:
        begun = service.begin_session(
            session, person.id, address="127.0.0.1", user_agent="tests", second_factor_passed=second_factor
        )
    client.set_cookie(app.extensions["accounts.cookie"], begun.token)
    return client


def csrf(client: FlaskClient) -> str:
    """A valid CSRF token for the browser of `client`: a form's `csrf_token` or the header `X-CSRFToken`."""
    with client.session_transaction() as page:
        raw = page.setdefault("csrf_token", "0" * 40)
    return str(URLSafeTimedSerializer(client.application.secret_key, salt="wtf-csrf-token").dumps(raw))  # type: ignore[arg-type]


def post(client: FlaskClient, address: str, **fields: str) -> TestResponse:
    """Send a form as a browser on our own page does."""
    return client.post(address, data={"csrf_token": csrf(client), **fields})
