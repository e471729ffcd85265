"""How versions did in exams: kept as exams report it, read for item pages, lists and the health report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Float, Select, cast, delete, func, select
from sqlalchemy.orm import Session

from lms.audit.service import record
from lms.bank.models import ItemVersion, Statistic
from lms.clock import BUREAU_ZONE, now
from question_bank.analysis.versions import Figures

#: a point with fewer answers says nothing of what people know
LEAST_ANSWERS = 30


@dataclass(frozen=True, slots=True)
class StatisticRow:
    """A version in one exam: number of the version, title of the exam, share of its papers that held it, figures."""

    number: int
    source: str
    label: str
    exposure: float
    figures: Figures
    computed_at: datetime


@dataclass(frozen=True, slots=True)
class PointRow:
    """A knowledge point in exams (or one of them, `label`): answers given, and the share of the marks they earned."""

    subject: str
    point: str
    label: str
    answers: int
    share: float


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


def weakest_points(session: Session, *, year: int, limit: int) -> list[PointRow]:
    """The knowledge points whose questions earned least in what exams reported in a year, of those with LEAST_ANSWERS;
    one query. The bureau's calendar year in which figures were computed.
    """
    answers, share = _weighed()
    query = (
        _pointed(select(ItemVersion.subject, ItemVersion.point, answers, share), year)
        .group_by(ItemVersion.subject, ItemVersion.point)
        .having(answers >= LEAST_ANSWERS)
        .order_by(share, ItemVersion.subject, ItemVersion.point)
        .limit(limit)
    )
    return [PointRow(subject, point, "", held, earned) for subject, point, held, earned in session.execute(query)]


def exams_of_point(session: Session, *, subject: str, point: str, year: int) -> list[PointRow]:
    """The exams behind a point of `weakest_points`, the newest first; one query."""
    answers, share = _weighed()
    query = (
        _pointed(select(Statistic.label, answers, share), year)
        .where(ItemVersion.subject == subject, ItemVersion.point == point)
        .group_by(Statistic.source, Statistic.label)
        .order_by(func.max(Statistic.computed_at).desc(), Statistic.label)
    )
    return [PointRow(subject, point, label, held, earned) for label, held, earned in session.execute(query)]


def _weighed() -> tuple[ColumnElement[int], ColumnElement[Any]]:
    """Answers, and their mean share of the marks: versions count by how many answered them."""
    facility = Statistic.figures["facility"].as_float()
    answers = func.sum(Statistic.attempts)
    return answers, cast(func.sum(Statistic.attempts * facility), Float) / answers


def _pointed(query: Select[*tuple[Any, ...]], year: int) -> Select[*tuple[Any, ...]]:
    first, after = (datetime(one, 1, 1, tzinfo=BUREAU_ZONE).astimezone(UTC) for one in (year, year + 1))
    return query.join(ItemVersion, ItemVersion.id == Statistic.item_version_id).where(
        ItemVersion.point.is_not(None),
        Statistic.figures["facility"].as_float().is_not(None),
        Statistic.computed_at >= first,
        Statistic.computed_at < after,
    )
