"""Reading hours: rules and adoptions, accounts of people, the list of those who are behind, trials."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from courseware.rules.gates import Seen
from courseware.rules.reading import read
from courseware.rules.ruleset import Adopted, RuleSet
from lms.accounts import queries as accounts
from lms.clock import BUREAU_ZONE
from lms.courses import queries as courses
from lms.errors import NotFound
from lms.hours.account import Account, Overall, Served, account_of, day_of, learning_of
from lms.hours.models import Adoption, RulesVersion, Summary, Trial, TrialLine
from lms.particulars import queries as particulars
from lms.transcripts import queries as transcripts
from lms.transcripts.queries import RevisionRow


@lru_cache(maxsize=64)
def parsed(text: str, number: int) -> RuleSet:
    """The rules of a stored version; what is stored was read before, so it can be read again."""
    rules = read(text, version=number).rules
    if rules is None:
        raise LookupError(number)
    return rules


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version of a set of rules."""

    id: int
    public_id: str
    code: str
    number: int
    text: str
    made_at: datetime
    made_by: int | None
    reason: str

    @property
    def rules(self) -> RuleSet:
        """What it says."""
        return parsed(self.text, self.number)


_VERSION = (
    RulesVersion.id,
    RulesVersion.public_id,
    RulesVersion.code,
    RulesVersion.number,
    RulesVersion.text,
    RulesVersion.made_at,
    RulesVersion.made_by,
    RulesVersion.reason,
)
MOST_VERSIONS = 500


def versions(session: Session, *, code: str = "") -> list[VersionRow]:
    """The versions of all sets, or of one, the newest first within each set."""
    query = select(*_VERSION).order_by(RulesVersion.code, RulesVersion.number.desc()).limit(MOST_VERSIONS)
    return [VersionRow(*row) for row in session.execute(query.where(RulesVersion.code == code) if code else query)]


def version(session: Session, public_id: str) -> VersionRow:
    """The version with this public id; raises NotFound."""
    row = session.execute(select(*_VERSION).where(RulesVersion.public_id == public_id)).first()
    if row is None:
        raise NotFound
    return VersionRow(*row)


def newest_number(session: Session, code: str) -> int:
    """The number of the newest version of a set, 0 where there is none."""
    return session.scalar(select(func.max(RulesVersion.number)).where(RulesVersion.code == code)) or 0


@dataclass(frozen=True, slots=True)
class AdoptionRow:
    """Which part of the organisation goes by which version from a day on; `unit_id` None is the whole."""

    id: int
    unit_id: int | None
    rules_id: int | None
    from_date: date
    made_at: datetime
    made_by: int | None
    reason: str


def adoptions(session: Session) -> list[AdoptionRow]:
    """Every adoption, the newest first."""
    query = select(
        Adoption.id,
        Adoption.unit_id,
        Adoption.rules_id,
        Adoption.from_date,
        Adoption.made_at,
        Adoption.made_by,
        Adoption.reason,
    )
    return [AdoptionRow(*row) for row in session.execute(query.order_by(Adoption.from_date.desc(), Adoption.id.desc()))]


@dataclass(frozen=True, slots=True)
class Book:
    """What all accounts rest on: who adopted what, where each unit stands, the newest adoption."""

    adopted: tuple[Adopted, ...]
    paths: dict[int, str]
    newest: int


def book(session: Session) -> Book:
    """What is adopted; two queries and one for the units."""
    rows = adoptions(session)
    known = {row.id: row for row in versions_by_ids(session, sorted({row.rules_id for row in rows if row.rules_id}))}
    paths = {unit.id: unit.path for unit in accounts.units(session, closed=True)}
    adopted = tuple(
        Adopted(
            paths.get(row.unit_id, "/") if row.unit_id else "/",
            row.from_date,
            known[row.rules_id].rules if row.rules_id else None,
            row.id,
        )
        for row in rows
    )
    return Book(adopted, paths, max((row.id for row in rows), default=0))


def versions_by_ids(session: Session, ids: Sequence[int]) -> list[VersionRow]:
    """The versions with these keys."""
    return [VersionRow(*row) for row in session.execute(select(*_VERSION).where(RulesVersion.id.in_(ids)))]


def accounts_of(
    session: Session, person_ids: Sequence[int], year: int, kept: Book, *, today: date
) -> dict[int, Account]:
    """The accounts of these people and where they stand in a year; as many queries for many as for one."""
    rows: dict[int, list[RevisionRow]] = defaultdict(list)
    for row in transcripts.revisions(session, person_ids):
        rows[row.person_id].append(row)
    day = day_of(year, today)
    posts, files = accounts.served_as(session, person_ids, day), particulars.of_people(session, person_ids, day)
    seen = _seen(session, person_ids, kept)
    found = {}
    for person in person_ids:
        post, file = posts.get(person), files.get(person)
        served = Served(
            kept.paths.get(post.unit_id, "/") if post else "/",
            (file.category if file else None, *((post.rank, post.post) if post else ())),
            file.appointed_on if file else None,
        )
        acts = [learning_of(row, kept.paths) for row in rows[person]]
        found[person] = account_of(acts, kept.adopted, served, year, today=today, seen=seen.get(person))
    return found


def _seen(session: Session, person_ids: Sequence[int], kept: Book) -> dict[int, dict[int, Seen]]:
    """Visits and exercises by person and year; asked only where some rules go by gates."""
    if not any(one.rules and one.rules.gates for one in kept.adopted):
        return {}
    checks = courses.checks_of(session, person_ids)
    days: dict[int, dict[int, set[date]]] = defaultdict(lambda: defaultdict(set))
    for person, moment in courses.moments_of(session, person_ids):
        day = moment.astimezone(BUREAU_ZONE).date()
        days[person][day.year].add(day)
    return {
        person: {year: Seen(len(visited), *checks.get(person, (0, 0))) for year, visited in years.items()}
        for person, years in days.items()
    }


@dataclass(frozen=True, slots=True)
class Titles:
    """What entries of the transcript are called, by their source, in the wording of the newest revision."""

    names: dict[str, tuple[str, str | None]]

    def name(self, source: str, language: str) -> str:
        """The title for a page in `language`."""
        title, english = self.names.get(source, (source, None))
        return english if english and language.startswith("en") else title


def titles(session: Session, person_id: int) -> Titles:
    """What the entries of a person are called."""
    return Titles({row.source: (row.title, row.title_en) for row in transcripts.revisions(session, [person_id])})


@dataclass(frozen=True, slots=True)
class ListedRow:
    """A person in the list of hours; None where nothing has been worked out yet."""

    id: int
    public_id: str
    staff_number: str
    name: str
    unit_name: str | None
    state: str | None
    category: str | None
    rules_id: int | None
    done: Decimal | None
    missing: Decimal | None
    worked_at: datetime | None


def listed(
    year: int, *, paths: Sequence[str], unit_path: str = "", search: str = "", state: str = ""
) -> Select[*tuple[Any, ...]]:
    """People below these paths with where they stood in a year, for `paginate`; rows as ListedRow's fields."""
    people = accounts.people(search=search, paths=paths, unit_path=unit_path, enabled=True).order_by(None).subquery()
    query = (
        select(
            people.c.id,
            people.c.public_id,
            people.c.staff_number,
            people.c.name,
            people.c.unit_name,
            Summary.state,
            Summary.category,
            Summary.rules_id,
            Summary.done,
            Summary.missing,
            Summary.worked_at,
        )
        .outerjoin(Summary, (Summary.person_id == people.c.id) & (Summary.year == year))
        .order_by(people.c.staff_number)
    )
    return query.where(Summary.state == state) if state else query


def tally(session: Session, year: int, *, paths: Sequence[str]) -> dict[str, int]:
    """How many people below these paths stood where in a year."""
    people = accounts.people(paths=paths, enabled=True).order_by(None).subquery()
    query = select(Summary.state, func.count()).join(people, people.c.id == Summary.person_id)
    query = query.where(Summary.year == year).group_by(Summary.state)
    return {str(state): count for state, count in session.execute(query)}


def stale(session: Session, year: int, kept: Book, *, today: date) -> list[int]:
    """
    Ids of the people who serve now and whose summary of a year does not know the newest entry, adoption or day: what was owed in
    a year is missed once it is over, and a promotion may be made up for until much later.
    """
    newest = transcripts.newest_entries(session)
    query = select(Summary.person_id, Summary.last_entry, Summary.last_adoption, Summary.day)
    fresh = {
        person
        for person, entry, adoption, day in session.execute(query.where(Summary.year == year))
        if (entry, adoption, day) == (newest.get(person, 0), kept.newest, today)
    }
    return [person for person in session.scalars(accounts.serving(("/",))) if person not in fresh]


@dataclass(frozen=True, slots=True)
class TrialRow:
    """A trial of a version on a year."""

    id: int
    public_id: str
    rules_id: int
    year: int
    paths: list[str]
    made_by: int
    made_at: datetime
    job: str | None
    finished_at: datetime | None


_TRIAL = (
    Trial.id,
    Trial.public_id,
    Trial.rules_id,
    Trial.year,
    Trial.paths,
    Trial.made_by,
    Trial.made_at,
    Trial.job,
    Trial.finished_at,
)


def trials(person_id: int) -> Select[*tuple[Any, ...]]:
    """Somebody's trials, the newest first, for `paginate`; rows as TrialRow's fields."""
    return select(*_TRIAL).where(Trial.made_by == person_id).order_by(Trial.id.desc())


def trial_of(session: Session, person_id: int, public_id: str) -> TrialRow:
    """A trial that somebody asked for; raises NotFound for everybody else."""
    row = session.execute(select(*_TRIAL).where(Trial.made_by == person_id, Trial.public_id == public_id)).first()
    if row is None:
        raise NotFound
    return TrialRow(*row)


def trial_by_id(session: Session, trial_id: int) -> TrialRow | None:
    """The trial with this key."""
    row = session.execute(select(*_TRIAL).where(Trial.id == trial_id)).first()
    return TrialRow(*row) if row else None


@dataclass(frozen=True, slots=True)
class TrialLineRow:
    """A person in a trial: sum of the year and where they stand, by the rules in force and by those tried."""

    public_id: str
    staff_number: str
    name: str
    unit_name: str | None
    before: Decimal
    after: Decimal
    before_state: str
    after_state: str


def trial_lines(
    trial_id: int, *, paths: Sequence[str], changed: bool = True, state: str = ""
) -> Select[*tuple[Any, ...]]:
    """The people of a trial who are below these paths now, for `paginate`; `state`: where they would stand."""
    people = accounts.people(paths=paths).order_by(None).subquery()
    query = (
        select(
            people.c.public_id,
            people.c.staff_number,
            people.c.name,
            people.c.unit_name,
            TrialLine.before,
            TrialLine.after,
            TrialLine.before_state,
            TrialLine.after_state,
        )
        .join(people, people.c.id == TrialLine.person_id)
        .where(TrialLine.trial_id == trial_id)
        .order_by(people.c.staff_number)
    )
    query = query.where(TrialLine.changed) if changed else query
    return query.where(TrialLine.after_state == state) if state else query


def trial_moves(session: Session, trial_id: int) -> dict[tuple[str, str], int]:
    """How many people a trial moves from where to where."""
    states = (TrialLine.before_state, TrialLine.after_state)
    query = select(*states, func.count()).where(TrialLine.trial_id == trial_id).group_by(*states)
    return {(before, after): count for before, after, count in session.execute(query)}


def trial_changed(session: Session, trial_id: int) -> int:
    """How many people's sum or standing a trial changes."""
    query = select(func.count()).where(TrialLine.trial_id == trial_id, TrialLine.changed)
    return session.scalar(query) or 0


def years_of(account: Account, today: date) -> list[int]:
    """The years that a person's account speaks of, the present one first."""
    return sorted({today.year, *(posting.year for posting in account.book.postings)}, reverse=True)


STATES = tuple(Overall)
