"""The report on the health of a pool: gathered and examined by a job, kept with its findings, read page by page."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, insert, select, update
from sqlalchemy.orm import Session

from lms import jobs
from lms.audit.service import record
from lms.bank.models import Finding, Health, Item, ItemVersion, Statistic
from lms.bank.queries import PoolRow
from lms.clock import now, today
from lms.database import reading, writing
from lms.jobs.models import Job
from lms.library import queries as library
from question_bank import health as domain
from question_bank.analysis.versions import Figures
from question_bank.formats.record import from_record
from question_bank.life import Standing, State

JOB = "bank.health"
#: findings kept in one transaction: candidates write at the same time
KEPT_AT_ONCE = 1000
#: names that go into one question to the library
NAMES_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Report:
    """A report that ended: how many items it looked at, and how many findings each category has."""

    id: int
    at: datetime
    items: int
    seconds: float
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Stem:
    """An item as a finding names it."""

    id: int
    public_id: str
    ref: str
    words: str
    state: str


@dataclass(frozen=True, slots=True)
class Row:
    """A finding with its items; `more` counts items beyond those shown."""

    category: str
    facts: Mapping[str, Any]
    items: tuple[Stem, ...]
    more: int


#: of a finding with many items so many are shown; of a law that is nowhere a few say which questions are meant
SHOWN, SHOWN_OF_LAW = 12, 3


def ask(session: Session, pool: PoolRow, *, owner: str) -> str:
    """Have the pool examined; the public id of the job. While one is at work, that one's."""
    running = at_work(session, pool.id)
    if running is not None:
        return running[0]
    job_id = jobs.enqueue(
        session, JOB, {"pool": pool.id, "page": pool.public_id}, owner=owner, unique_key=f"{JOB}:{pool.id}"
    )
    session.add(Health(pool_id=pool.id, job_id=job_id, counts={}, asked_at=now()))
    record(session, "bank.health.ask", thing="pool", thing_id=pool.public_id, after={"job": job_id})
    return job_id


def at_work(session: Session, pool_id: int) -> tuple[str, str | None, int, int] | None:
    """The job that examines the pool now: its public id and owner, done and total; None when there is none."""
    row = session.execute(
        select(Job.public_id, Job.owner, Job.done, Job.total)
        .join(Health, Health.job_id == Job.public_id)
        .where(Health.pool_id == pool_id, Health.at.is_(None), Job.state.in_(("waiting", "running")))
    ).first()
    return (row[0], row[1], row[2], row[3]) if row else None


def latest(session: Session, pool_id: int) -> Report | None:
    """The last report that ended, None before the first."""
    row = session.execute(
        select(Health.id, Health.at, Health.items, Health.seconds, Health.counts)
        .where(Health.pool_id == pool_id, Health.at.is_not(None))
        .order_by(Health.id.desc())
        .limit(1)
    ).first()
    return Report(row[0], row[1], row[2], row[3], row[4]) if row else None


def findings(report_id: int, category: str = "") -> Select[*tuple[Any, ...]]:
    """Findings of a report for `paginate`, in their order; `rows_of` makes rows of them."""
    query = select(Finding.category, Finding.facts, Finding.items).where(Finding.health_id == report_id)
    return (query.where(Finding.category == category) if category else query).order_by(Finding.id)


def rows_of(session: Session, found: Sequence[Any], *, shown: int = SHOWN) -> list[Row]:
    """Findings with the stems of their items, in one query."""
    ids = {key for row in found for key in row.items[:shown]}
    stems = _stems(session, ids)
    return [
        Row(
            row.category,
            row.facts,
            tuple(stems[key] for key in row.items[:shown] if key in stems),
            max(0, len(row.items) - shown),
        )
        for row in found
    ]


def examine(run: jobs.JobRun) -> Mapping[str, Any]:
    """Examine a pool and keep what was found; run twice, it keeps it once."""
    pool_id = int(run.payload["pool"])
    started = now()
    examined = gather(reading(), pool_id)
    reading().rollback()
    report_id = _begun(run.public_id)
    if report_id is None:
        return {}
    counts = Counter[str]()
    for place, (_part, found) in enumerate(domain.examine(examined, day=today()), 1):
        keep(report_id, found, report=run.check_cancelled)
        counts.update(one.category for one in found)
        run.report(place, len(domain.PARTS))
    with writing() as session:
        done = {"items": len(examined), "counts": dict(counts), "at": now()}
        seconds = (now() - started).total_seconds()
        session.execute(update(Health).where(Health.id == report_id).values(**done, seconds=seconds))
    _forget_older(pool_id, report_id)
    page = ["bank_health.index", {"pool_id": run.payload["page"]}]
    return {"findings": counts.total(), "items": len(examined), "page": page}


def gather(session: Session, pool_id: int) -> list[domain.Examined]:
    """The items of a pool that are not retired, with what exams and the library say of them."""
    rows = session.execute(
        select(Item.id, Item.state, Item.newest, Item.drawn, Item.suspended)
        .add_columns(ItemVersion.id.label("version"), ItemVersion.record)
        .join(ItemVersion, ItemVersion.item_id == Item.id)
        .where(Item.pool_id == pool_id, Item.state != State.RETIRED.value)
        .where(ItemVersion.number == func.coalesce(Item.drawn, Item.newest))
        .order_by(Item.ref)
    ).all()
    figures, exposures = _experience(session, pool_id)
    versions = [from_record(row.record) for row in rows]
    laws = _laws(session, {(one.source, one.article) for version in versions for one in version.citations})
    found = []
    for row, version in zip(rows, versions, strict=True):
        standing = Standing(State(row.state), row.newest, row.drawn, row.suspended)
        troubles = {one.source: laws[one.source] for one in version.citations if one.source in laws}
        found.append(
            domain.Examined(
                row.id,
                version,
                drawable=standing.may_be_drawn,
                suspended=bool(row.suspended),
                figures=figures.get(row.version),
                exposure=exposures.get(row.id),
                laws=troubles,
            )
        )
    return found


def keep(report_id: int, found: Iterable[domain.Finding], *, report: Callable[[], None]) -> None:
    """Keep findings, some at a time."""
    rows = [
        {"health_id": report_id, "category": one.category, "items": list(one.items), "facts": dict(one.facts)}
        for one in found
    ]
    for start in range(0, len(rows), KEPT_AT_ONCE):
        with writing() as session:
            session.execute(insert(Finding), rows[start : start + KEPT_AT_ONCE])
        report()


def _begun(job_id: str) -> int | None:
    """The report of a job, empty; None when nobody asked for it."""
    with writing() as session:
        report_id = session.scalar(select(Health.id).where(Health.job_id == job_id))
        if report_id is not None:
            session.execute(delete(Finding).where(Finding.health_id == report_id))
        return report_id


def _forget_older(pool_id: int, report_id: int) -> None:
    older = select(Health.id).where(Health.pool_id == pool_id, Health.id < report_id)
    with writing() as session:
        session.execute(delete(Finding).where(Finding.health_id.in_(older)))
        session.execute(delete(Health).where(Health.pool_id == pool_id, Health.id < report_id))


def _experience(session: Session, pool_id: int) -> tuple[dict[int, Figures], dict[int, float]]:
    """Of each version the figures of its largest exam, and of each item the share of all papers that held it.

    An exam says how many answered and on which share of its papers a version stood; from that follows how many papers
    it had, and an item counts over the papers of all exams that drew from the pool.
    """
    rows = session.execute(
        select(ItemVersion.item_id, Statistic.item_version_id, Statistic.source)
        .add_columns(Statistic.exposure, Statistic.attempts, Statistic.figures)
        .join(ItemVersion, ItemVersion.id == Statistic.item_version_id)
        .join(Item, Item.id == ItemVersion.item_id)
        .where(Item.pool_id == pool_id)
        .order_by(Statistic.attempts)
    ).all()
    figures = {row.item_version_id: Figures.from_record(row.figures) for row in rows}
    papers = defaultdict[str, float](float)
    for row in rows:
        if row.exposure > 0:
            papers[row.source] = max(papers[row.source], row.attempts / row.exposure)
    held = defaultdict[int, float](float)
    for row in rows:
        held[row.item_id] += row.exposure * papers[row.source]
    total = sum(papers.values())
    return figures, {item: share / total for item, share in held.items()} if total else {}


def _laws(session: Session, references: Iterable[tuple[str, str | None]]) -> dict[str, str]:
    """What is wrong with cited laws, by their titles as they are cited."""
    sources = sorted({source for source, _article in references})
    found: dict[str, str] = {}
    for start in range(0, len(sources), NAMES_AT_ONCE):
        part = sources[start : start + NAMES_AT_ONCE]
        cited = library.cited_by(session, [(source, None) for source in part])
        standing = library.standing_of(session, {one.name for one in cited.values()})
        for source in part:
            state = standing.get(cited[source, None].name)
            if state is None or state[0] != "current":
                found[source] = "unknown" if state is None else state[0]
    return found


def _stems(session: Session, ids: Iterable[int]) -> dict[int, Stem]:
    wanted, found = sorted(ids), dict[int, Stem]()
    for start in range(0, len(wanted), NAMES_AT_ONCE):
        rows = session.execute(
            select(Item.id, Item.public_id, Item.ref, ItemVersion.stem_text, Item.state)
            .join(ItemVersion, (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.newest))
            .where(Item.id.in_(wanted[start : start + NAMES_AT_ONCE]))
        )
        found |= {row[0]: Stem(*row) for row in rows}
    return found
