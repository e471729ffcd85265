"""Every column of every row that belongs to an attempt: changed behind the program's back, verifying names it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Column, Connection, Table, create_engine, select, text
from sqlalchemy.orm import Session

from lms.database import db, engine_options
from lms.exams import queries as exams
from lms.exams.queries import ExamRow
from lms.sitting import verification
from lms.sitting.models import Attempt, AttemptEvent, AttemptResult, Paper
from tests.sitting.test_redraw import sat as sat

TABLES: tuple[Table, ...] = tuple(
    model.__table__  # type: ignore[misc]
    for model in (Attempt, AttemptEvent, AttemptResult, Paper)
)
#: what no other row tells of, and why that is no harm
UNTOLD = {
    "attempt.number": "1 for everybody; nothing reads it but the order of a list",
    "attempt.settled_at": "tells the job not to tell a result twice; the audit entry says when it was told",
    "attempt.session_id": "who may write an open attempt; of one that ended nobody may",
    "attempt_result.reason": "words; revision and pass mark, which say the same, are compared",
}
#: a change of them that deals the very same papers is none
DEALS_ALIKE = {"sitting_paper.batch", "sitting_paper.late", "sitting_paper.seat"}
#: rows of each table that are changed, beside the first and the last
SOME = 1


def altered(value: Any, column: Column[Any]) -> Any:
    """Another value of the same kind."""
    changed: Any
    if value is None:
        absent = {"UtcDateTime": datetime(2026, 3, 2, tzinfo=UTC), "Hundredths": Decimal(7), "Integer": 7}
        changed = absent.get(type(column.type).__name__, {"seconds": 60})
    elif isinstance(value, bool):
        changed = not value
    elif isinstance(value, int | Decimal):
        changed = value + (1 if isinstance(value, Decimal) else 1000)
    elif isinstance(value, datetime):
        changed = value + timedelta(minutes=2)
    elif isinstance(value, bytes):
        changed = bytes([value[0] ^ 1]) + value[1:]
    elif isinstance(value, str):
        changed = {"answer": "flag", "handed_in": "closed", "closed": "handed_in"}.get(value, f"{value[:-1]}_")
    else:
        changed = {"other": value}
    assert changed != value
    return changed


@contextmanager
def owner(app: Flask) -> Iterator[Connection]:
    """Somebody who has the whole database in hand: no trigger, no key between tables holds them."""
    with app.app_context():
        url = db.engine.url
        db.session.remove()
    if url.get_backend_name() != "sqlite":
        pytest.skip("what is compared does not depend on the database; the triggers there have a test of their own")
    engine = create_engine(url, **engine_options(url.drivername))
    with engine.connect() as connection:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        for name in connection.scalars(text(query)).all():
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.commit()
        yield connection
    engine.dispose()


def complaint(app: Flask, connection: Connection, exam: ExamRow) -> str:
    """What verifying says of what this connection sees, "" when all fits."""
    app.extensions.pop("exam_snapshots", None)
    with app.app_context(), Session(bind=connection, join_transaction_mode="rollback_only") as session:
        try:
            verification.verify(session, exams.by_ids(session, [exam.id])[exam.id])
        except verification.Discrepancy as found:
            return str(found)
        return ""


def rows(connection: Connection, table: Table) -> list[Any]:
    """The first row, the last one, and some between; of papers only those that somebody has sat."""
    query = select(table).order_by(*table.primary_key.columns)
    if table.name == "sitting_paper":
        query = query.where(table.columns["person_id"].in_(select(Attempt.person_id)))
    found = list(connection.execute(query).mappings())
    return [found[0], found[-1], *Random(table.name).sample(found, min(SOME, len(found)))]


@pytest.mark.one_database
def test_every_column_is_told_of(app: Flask, sat: ExamRow) -> None:
    """
    Attempts, their journals, results and papers, column by column: a changed value is complained of, in the first row
    as in the last; only those that are listed as untold are not.
    """
    silent: set[str] = set()
    tried = 0
    with owner(app) as connection:
        before = complaint(app, connection, sat)
        connection.rollback()
        for table in TABLES:
            some = rows(connection, table)
            for column in table.columns:
                for row in some:
                    here = [key == row[key.name] for key in table.primary_key.columns]
                    done = connection.execute(
                        table.update().where(*here).values({column.name: altered(row[column.name], column)})
                    )
                    assert done.rowcount == 1
                    if not complaint(app, connection, sat):
                        silent.add(f"{table.name}.{column.name}")
                    connection.rollback()
                    tried += 1
        assert complaint(app, connection, sat) == before == ""

    assert silent - DEALS_ALIKE == set(UNTOLD)
    assert tried > 100
