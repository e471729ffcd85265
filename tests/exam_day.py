"""A small bank and exams on it, for the tests of exams, sitting and what comes after."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask

from lms.app import create_app
from lms.bank.models import Item, ItemVersion, Pool
from lms.config import Config
from lms.database import db, reading, writing
from lms.exams import queries, service
from lms.exams.queries import ExamRow
from lms.exams.service import Plan
from question_bank.blueprint import Blueprint, Section
from question_bank.formats.record import to_record
from question_bank.interactions.fill_in import Blank, Blanks
from question_bank.interactions.matching import Pairs
from question_bank.interactions.multiple_choice import Options
from question_bank.interactions.numeric import Number
from question_bank.interactions.options import Option
from question_bank.interactions.ordering import Sequence
from question_bank.interactions.true_false import Statement
from question_bank.item import ItemVersion as Wording
from tests.cast import Cast
from tests.conftest import NINE, POOL, TestClock, make_config, on_postgres, postgres_url

PER_TYPE = 8


def wordings() -> list[Wording]:
    """Eight items of each machine-scored type; right is always what says 对."""
    made: list[Wording] = []
    bodies: dict[str, Callable[[int], object]] = {
        "single_choice": lambda n: Options(
            tuple(Option(text, text.startswith("对")) for text in (f"对{n}", f"错甲{n}", f"错乙{n}", f"错丙{n}"))
        ),
        "multiple_choice": lambda n: Options(
            tuple(Option(text, text.startswith("对")) for text in (f"对甲{n}", f"对乙{n}", f"错甲{n}", f"错乙{n}"))
        ),
        "true_false": lambda n: Statement(n % 2 == 0),
        "fill_in": lambda n: Blanks((Blank(("三十日", "30日"), numerals=True),)),
        "numeric": lambda n: Number(Decimal(n), Decimal("0.5"), "万元"),
        "ordering": lambda n: Sequence(("立案", "调查", "告知", "决定")),
        "matching": lambda n: Pairs((("甲", f"一{n}"), ("乙", f"二{n}")), (f"三{n}",)),
    }
    for kind, body in bodies.items():
        for n in range(PER_TYPE):
            blank = "期限为[[1]]。" if kind == "fill_in" else ""
            made.append(
                Wording(
                    ref=f"{kind}-{n}",
                    type=kind,
                    subject="penalty" if n % 2 else "food",
                    stem=f"{kind} 第 {n} 题：{blank}",
                    body=body(n),
                    explanation="解析文字",
                    difficulty=("easy", "medium", "hard")[n % 3],
                )
            )
    return made


def section(kind: str, quota: int = 2, marks: str = "2") -> Section:
    """A section of one type from any subject."""
    return Section(title=kind, types=(kind,), subjects=(), quota=quota, marks=Decimal(marks))


ALL_TYPES = tuple(
    section(kind)
    for kind in ("single_choice", "multiple_choice", "true_false", "fill_in", "numeric", "ordering", "matching")
)


@dataclass(frozen=True, slots=True)
class ExamDay:
    """The pool, and a maker of exams."""

    app: Flask
    cast: Cast
    pool_id: int
    pool_public_id: str

    def plan(
        self,
        *,
        sections: tuple[Section, ...] = ALL_TYPES,
        minutes: int = 60,
        opens_at: datetime = NINE,
        hours: int = 3,
        release: str = "at_once",
        shows: str = "explanations",
        units: tuple[int, ...] | None = None,
    ) -> Plan:
        """A plan that can be published at nine o'clock."""
        blueprint = Blueprint(sections, pass_mark=Decimal(1))
        return Plan(
            title="食品安全年度考试",
            pool_id=self.pool_id,
            blueprint=blueprint,
            minutes=minutes,
            opens_at=opens_at,
            closes_at=opens_at + timedelta(hours=hours),
            release=release,
            shows=shows,
            units=(self.cast.branch_a.id,) if units is None else units,
        )

    def draft(self, plan: Plan | None = None) -> ExamRow:
        """A draft of Zhao's."""
        with self.app.app_context():
            with writing() as session:
                public_id = service.create_exam(session, plan or self.plan(), owner_path="/", by=self.cast.zhao.id)
            return self.exam(public_id)

    def published(self, plan: Plan | None = None) -> ExamRow:
        """A published exam; by default branch A may sit it from nine to twelve."""
        draft = self.draft(plan)
        with self.app.app_context():
            with writing() as session:
                service.publish(session, draft.id)
            return self.exam(draft.public_id)

    def exam(self, public_id: str) -> ExamRow:
        """The exam as it is stored now."""
        with self.app.app_context():
            found = queries.by_public_id(reading(), public_id)
            assert found is not None
            return found


def make_exam_day(app: Flask, cast: Cast, moment: datetime) -> ExamDay:
    """Put a pool of 56 items that Zhao keeps into the database of `app`."""
    with app.app_context(), writing() as session:
        pool = Pool(name="测试题库", created_by=cast.zhao.id, created_at=moment)
        session.add(pool)
        session.flush()
        for wording in wordings():
            item = Item(pool_id=pool.id, ref=wording.ref, drawn=1, created_at=moment)
            session.add(item)
            session.flush()
            session.add(
                ItemVersion(
                    item_id=item.id,
                    number=1,
                    type=wording.type,
                    subject=wording.subject,
                    record=to_record(wording),
                    stem_text=wording.stem,
                    sha256=bytes(32),
                    created_at=moment,
                )
            )
        return ExamDay(app, cast, pool.id, pool.public_id)


@pytest.fixture(scope="session")
def sqlite_with_pool(
    sqlite_with_cast: tuple[Path, Cast], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Cast, tuple[int, str]]:
    """The database with the cast, and the pool of the exam day in it."""
    template, cast = sqlite_with_cast
    folder = tmp_path_factory.mktemp("pool")
    shutil.copy(template, folder)
    return folder / "shuyuan.db", cast, _with_pool(make_config(folder), cast)


@pytest.fixture(scope="session")
def postgres_with_pool(
    postgres_with_cast: tuple[str, Cast], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Cast, tuple[int, str]]]:
    """The same on PostgreSQL."""
    template, cast = postgres_with_cast
    name = f"shuyuan_pool_{uuid4().hex[:10]}"
    on_postgres(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    yield name, cast, _with_pool(make_config(tmp_path_factory.mktemp("pool"), postgres_url(name)), cast)
    on_postgres(f'DROP DATABASE "{name}" WITH (FORCE)')


def _with_pool(config: Config, cast: Cast) -> tuple[int, str]:
    clock = TestClock()
    app = create_app(config, clock=clock)
    made = make_exam_day(app, cast, clock())
    with app.app_context():
        db.engine.dispose()
    return made.pool_id, made.pool_public_id


@pytest.fixture
def exam_day(app: Flask, cast: Cast, request: pytest.FixtureRequest) -> ExamDay:
    """The pool of 56 items, on the database of this test."""
    return ExamDay(app, cast, *request.node.stash[POOL])
