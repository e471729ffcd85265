"""Tallies say what the entries in force say, whatever was corrected in whatever order."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import Connection, delete, select, text, update

from courseware.hours import Hours
from lms.audit.models import AuditEntry
from lms.database import reading, writing
from lms.transcripts import quick, recounting, service
from lms.transcripts.cli import transcripts
from lms.transcripts.quick import Scope
from lms.transcripts.tallies import PersonTally, UnitTally
from tests.cast import Cast

KINDS = ("unit", "exam", "class", "outside")
FIRST = datetime(2024, 12, 1, tzinfo=UTC)
migration = import_module("migrations.versions.0046_tallies")


def words(chance: random.Random, people: list[int], count: int) -> list[dict[str, Any]]:
    """Entries of three years and four kinds, a third of them corrected once or twice, some of them taken back."""
    found = []
    for number in range(count):
        kind = chance.choice(KINDS)
        word = {
            "person_id": chance.choice(people),
            "kind": kind,
            "source": f"thing-{number}",
            "title": "学习",
            "title_en": None,
        }
        for revision in range(1, 2 + chance.choice((0, 0, 0, 0, 1, 2))):
            day = FIRST + timedelta(hours=chance.randrange(0, 24 * 500))
            found.append(
                {
                    **word,
                    "revision": revision,
                    "subject": chance.choice((None, "penalty", "food")),
                    "hours": str(Hours(chance.randrange(0, 24)).decimal),
                    "score": "61" if kind == "exam" else None,
                    "maximum": "100" if kind == "exam" else None,
                    "passed": chance.random() < 0.7,
                    "happened_at": day.isoformat(),
                }
            )
    chance.shuffle(found)
    return found


@pytest.fixture
def learned(database: str, app: Flask, cast: Cast) -> Iterator[Cast]:
    """Some hundred entries of six people in four units, entered in batches of twenty."""
    chance = random.Random(8)
    held = words(chance, [getattr(cast, name).id for name in ("lin", "wang", "zhao", "qian", "sun", "wu")], 160)
    with app.app_context():
        for first in range(0, len(held), 20):
            with writing() as session:
                service.enter(session, held[first : first + 20])
        yield cast


def counted() -> dict[type[UnitTally] | type[PersonTally], set[tuple[Any, ...]]]:
    """Every row of both tallies that counts anything."""
    return {
        table: {tuple(row) for row in reading().execute(select(*table.__table__.columns)) if any(row[4:])}
        for table in (UnitTally, PersonTally)
    }


def scopes(cast: Cast) -> list[Scope]:
    """Years, months, units, kinds and subjects, by themselves and together."""
    paths = ("/",), (cast.branch_a.path,), (cast.office_b1.path, cast.branch_a.path)
    return [
        Scope(path, year, month, kind, subject)
        for path in paths
        for year, month in ((2024, 0), (2025, 0), (2025, 1), (2025, 12), (2026, 3))
        for kind in ("", "exam", "outside")
        for subject in (None, "food", "")
    ]


def test_every_figure_equals_the_sum_of_its_rows(learned: Cast) -> None:
    """Person-times, passed and hours are those of the entries that the figure opens; nothing is counted twice or lost."""
    session, told = reading(), 0
    for scope in scopes(learned):
        rows = session.execute(quick.entries(scope)).all()
        found = quick.figures(session, scope)
        told += found.entries

        assert found.entries == len(rows), scope
        assert found.passed == sum(row.passed for row in rows)
        assert found.passed == len(session.execute(quick.entries(scope, passed=True)).all())
        assert found.sat == sum(row.kind in ("exam", "class") for row in rows)
        assert found.hours.decimal == sum(row.hours for row in rows)
    assert told > 500


def test_parts_add_up_to_the_whole(learned: Cast) -> None:
    """Months, kinds, subjects and units each make the year again; people count once in each part and in the whole."""
    session = reading()
    scope = Scope(("/",), 2025)
    whole = quick.figures(session, scope)
    for parts in (quick.by_month, quick.by_kind, quick.by_subject):
        assert sum(parts(session, scope).values(), quick.Figures()) == whole, parts
    by_unit = quick.by_unit(session, scope)
    assert sum((figures for _path, figures in by_unit.values()), quick.Figures()) == whole
    people = session.execute(quick.people(scope)).all()
    units = [learned.bureau, learned.branch_a, learned.branch_b]
    counted = quick.people_by_part(
        session,
        scope,
        {
            unit.id: [number for number, (path, _figures) in by_unit.items() if path.startswith(unit.path)]
            for unit in units
        },
    )

    assert len(people) == quick.people_count(session, scope) == counted[learned.bureau.id]
    assert sum(row[3] for row in people) == whole.entries
    assert counted[learned.branch_a.id] == len(
        {row[0] for row in session.execute(quick.people(Scope((learned.branch_a.path,), 2025)))}
    )
    assert 0 < counted[learned.branch_b.id] < counted[learned.bureau.id]


def test_a_stored_database_is_counted_like_a_running_one(learned: Cast) -> None:
    """What the migration counts from the entries is what was counted as they came."""
    tables = counted()
    with writing() as session:
        connection: Connection = session.connection()
        for table in tables:
            connection.execute(text(f"DELETE FROM {table.__tablename__}"))
        for statement in migration.fillings(connection.dialect.name):
            connection.execute(text(statement))
    filled = counted()

    assert tables[UnitTally]
    assert filled == tables


def test_spoiled_tallies_are_mended(learned: Cast) -> None:
    """
    Counts that are too high, gone, or of what never was are made right again, said by year and written down; a second time
    there is nothing to mend, and what is entered afterwards is counted as ever.
    """
    right = counted()
    with writing() as session:
        session.execute(update(UnitTally).where(UnitTally.month == 202503).values(entries=UnitTally.entries + 7))
        session.execute(delete(PersonTally).where(PersonTally.person_id == learned.lin.id, PersonTally.year == 2025))
        session.add(UnitTally(month=199905, unit_id=1, kind="unit", subject="", entries=3, passed=3, quarters=9))
    spoiled = counted()
    wrong = {table: {row[:4] for row in right[table] ^ spoiled[table]} for table in right}
    reading().rollback()
    said = CliRunner().invoke(transcripts, ["recount"])
    mended, again = counted(), CliRunner().invoke(transcripts, ["recount"])
    audited = {
        row.thing_id: (row.after["units"], row.after["people"])
        for row in reading().scalars(select(AuditEntry).where(AuditEntry.act == "transcript.recount"))
    }

    assert all(wrong.values())
    assert mended == right
    assert f"Mended: {sum(map(len, wrong.values()))}." in said.output
    assert "1999: 0 entries; mended 1 counts of units, 0 of people" in said.output
    assert audited == {
        "1999": (1, 0),
        "2025": (len(wrong[UnitTally]) - 1, len(wrong[PersonTally])),
    }
    assert "Every count was right." in again.output
    with writing() as session:
        service.enter(session, words(random.Random(9), [learned.lin.id, learned.wang.id], 12))
    with writing() as session:
        assert {(one.units, one.people) for one in (recounting.recount(session, y) for y in (2024, 2025, 2026))} == {
            (0, 0)
        }
