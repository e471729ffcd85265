"""How versions did in exams: kept as exams report it, read for item pages, lists and the health report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lms.audit.service import record
from lms.bank.models import ItemVersion, Statistic
from lms.clock import now
from question_bank.analysis.versions import Figures


@dataclass(frozen=True, slots=True)
class StatisticRow:
    """A version in one exam: number of the version, title of the exam, share of its papers that held it, figures."""

    number: int
    source: str
    label: str
    exposure: float
    figures: Figures
    computed_at: datetime


def keep(
    session: Session, *, source: str, label: str, found: Mapping[int, Figures], exposures: Mapping[int, float]
) -> None:
    """Keep the figures of one exam's versions, instead of those it reported before."""
    session.execute(delete(Statistic).where(Statistic.source == source))
    moment = now()
    session.add_all(
        Statistic(
            item_version_id=version,
            source=source,
            label=label[:200],
            exposure=exposures.get(version, 0.0),
            attempts=figures.attempts,
            figures=figures.to_record(),
            computed_at=moment,
        )
        for version, figures in sorted(found.items())
    )
    record(session, "bank.statistics.keep", thing="exam", thing_id=source, after={"versions": len(found)})


def of_item(session: Session, item_id: int) -> list[StatisticRow]:
    """All figures of an item's versions, the newest version and exam first."""
    query = (
        select(
            ItemVersion.number,
            Statistic.source,
            Statistic.label,
            Statistic.exposure,
            Statistic.figures,
            Statistic.computed_at,
        )
        .join(ItemVersion, ItemVersion.id == Statistic.item_version_id)
        .where(ItemVersion.item_id == item_id)
        .order_by(ItemVersion.number.desc(), Statistic.computed_at.desc(), Statistic.id.desc())
    )
    return [
        StatisticRow(number, source, label, exposure, Figures.from_record(figures), at)
        for number, source, label, exposure, figures, at in session.execute(query)
    ]


def most_telling(session: Session, version_ids: Sequence[int]) -> dict[int, Figures]:
    """Of each version the figures of the exam in which most people answered it."""
    query = (
        select(Statistic.item_version_id, Statistic.figures)
        .where(Statistic.item_version_id.in_(version_ids))
        .order_by(Statistic.attempts)
    )
    return {version: Figures.from_record(figures) for version, figures in session.execute(query)}
