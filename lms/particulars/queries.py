"""Reading particulars: what was in force on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from lms.particulars import identity
from lms.particulars.models import Particulars

AT_ONCE = 500


class Political(StrEnum):
    """政治面貌: what a person is to the party."""

    MEMBER = "member"
    PROBATIONARY = "probationary"
    LEAGUE = "league"
    DEMOCRATIC = "democratic"
    NONE = "none"


#: who counts as a member of the party where a rule asks: probationary members owe the same study
PARTY = frozenset({Political.MEMBER, Political.PROBATIONARY})

#: what papers and workbooks, which are Chinese, call them
GENDERS_ZH = {"female": "女", "male": "男"}
POLITICAL_ZH = {
    Political.MEMBER: "中共党员", Political.PROBATIONARY: "中共预备党员", Political.LEAGUE: "共青团员",
    Political.DEMOCRATIC: "民主党派成员", Political.NONE: "群众",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ParticularsRow:
    """What the file says of a person on a day; None where it says nothing. `born` is "1984-05"."""

    gender: str | None
    born: str | None
    ethnicity: str | None
    political: Political | None
    education: str | None
    degree: str | None
    category: str | None
    appointed_on: date | None


def of_people(session: Session, person_ids: Sequence[int], day: date) -> dict[int, ParticularsRow]:
    """What is in force on `day` for each of these people; nobody's file: left out. One query for each 500 people."""
    found: dict[int, ParticularsRow] = {}
    for first in range(0, len(person_ids), AT_ONCE):
        for row in session.execute(_in_force(day, person_ids[first : first + AT_ONCE])):
            found[row.person_id] = _said(row)
    return found


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One row of a file as it was recorded; `hidden_number` is the number of the identity card as a page shows it."""

    from_date: date
    said: ParticularsRow
    hidden_number: str
    recorded_at: datetime
    recorded_by: int | None
    reason: str


def history(session: Session, person_id: int) -> list[VersionRow]:
    """Everything that was recorded of a person, what is in force latest first."""
    order = (Particulars.from_date.desc(), Particulars.id.desc())
    query = select(Particulars).where(Particulars.person_id == person_id).order_by(*order)
    return [
        VersionRow(
            row.from_date, _said(row), identity.masked(identity.opened(row.sealed_id_number or b"")), row.recorded_at,
            row.recorded_by, row.reason,
        )
        for row in session.scalars(query)
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class SaidRow:
    """What a file says from a day on; `sealed` is the sealed number of the identity card, None where there is none."""

    from_date: date
    said: ParticularsRow
    sealed: bytes | None

    @property
    def number(self) -> str:
        """The number of the identity card, "" where there is none."""
        return identity.opened(self.sealed) if self.sealed else ""


@dataclass(frozen=True, slots=True)
class File:
    """All that is recorded of a person, in the order in which it came into force."""

    rows: tuple[SaidRow, ...] = ()

    @property
    def last_day(self) -> date | None:
        """The day from which the newest row is in force."""
        return self.rows[-1].from_date if self.rows else None

    def on(self, day: date) -> SaidRow | None:
        """What is in force on a day."""
        return next((row for row in reversed(self.rows) if row.from_date <= day), None)


def files(session: Session, person_ids: Sequence[int]) -> dict[int, File]:
    """The whole files of these people; who has none is left out. One query for each 500 people."""
    found: dict[int, list[SaidRow]] = {}
    for first in range(0, len(person_ids), AT_ONCE):
        query = select(Particulars).where(Particulars.person_id.in_(person_ids[first : first + AT_ONCE]))
        for row in session.scalars(query.order_by(Particulars.from_date, Particulars.id)):
            found.setdefault(row.person_id, []).append(SaidRow(row.from_date, _said(row), row.sealed_id_number))
    return {person: File(tuple(rows)) for person, rows in found.items()}


def sealed_numbers(session: Session, person_ids: Sequence[int], day: date) -> dict[int, bytes]:
    """The sealed numbers of identity cards in force on `day`; who has none is left out. One query for each 500 people."""
    found: dict[int, bytes] = {}
    for first in range(0, len(person_ids), AT_ONCE):
        latest = _ranked(day, Particulars.sealed_id_number).where(
            Particulars.person_id.in_(person_ids[first : first + AT_ONCE])
        )
        rows = latest.subquery()
        query = select(rows.c.person_id, rows.c.sealed_id_number).where(rows.c.place == 1)
        found |= {row.person_id: row.sealed_id_number for row in session.execute(query) if row.sealed_id_number}
    return found


def _said(row: Any) -> ParticularsRow:
    """What a row of the table says, whole or as the columns of `_ranked`."""
    return ParticularsRow(
        row.gender, row.born, row.ethnicity, Political(row.political) if row.political else None, row.education, row.degree,
        row.category, row.appointed_on,
    )  # fmt: skip


def party_members(day: date) -> Select[int]:
    """Ids of the people who are members of the party on `day`, probationary ones included, as a subquery."""
    latest = _ranked(day).subquery()
    return select(latest.c.person_id).where(latest.c.place == 1, latest.c.political.in_([str(one) for one in PARTY]))


def in_force(day: date) -> Select[*tuple[Any, ...]]:
    """What the file says of everybody on `day`: person_id, political, category, appointed_on; for the queries of others."""
    latest = _ranked(day).subquery()
    columns = (latest.c.person_id, latest.c.political, latest.c.category, latest.c.appointed_on)
    return select(*columns).where(latest.c.place == 1)


def _in_force(day: date, person_ids: Sequence[int]) -> Select[*tuple[Any, ...]]:
    latest = _ranked(day).where(Particulars.person_id.in_(person_ids)).subquery()
    return select(latest).where(latest.c.place == 1)


def _ranked(day: date, *more: Any) -> Select[*tuple[Any, ...]]:
    place = func.row_number().over(
        partition_by=Particulars.person_id, order_by=(Particulars.from_date.desc(), Particulars.id.desc())
    )
    return select(
        Particulars.person_id,
        Particulars.gender,
        Particulars.born,
        Particulars.ethnicity,
        Particulars.political,
        Particulars.education,
        Particulars.degree,
        Particulars.category,
        Particulars.appointed_on,
        *more,
        place.label("place"),
    ).where(Particulars.from_date <= day)
