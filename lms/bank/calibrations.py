"""Calibrations of the questions: kept as they are worked out, read for their pages and for the difficulties of papers."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from lms.audit.service import record
from lms.bank.models import CalibratedVersion, Calibration, Item, ItemVersion
from lms.clock import now
from question_bank.analysis.misfit import misfit
from question_bank.difficulty import CALIBRATED_FROM, Difficulty, measured

#: by what the questions of a calibration can be sorted
SORTED_BY = ("p", "p_error", "answers", "infit", "outfit", "change")


@dataclass(frozen=True, slots=True)
class Figures:
    """Of the whole: `log_likelihood` of the answers; `cycles` of the fit, and whether it `converged`; `mean` and `sd` of the
    abilities in logits; `error`: median standard error of the expected shares; `seconds` it took; `common`: questions that link it to the calibration before, 0 for none, and how many
    of these have `moved`; `people`, `items`: by half logits from -6 to 6, the share of the people and the number of questions.
    """

    log_likelihood: float
    cycles: int
    converged: bool
    mean: float
    sd: float
    error: float
    seconds: float
    common: int
    moved: int
    people: Sequence[float]
    items: Sequence[int]


@dataclass(frozen=True, slots=True)
class Measured:
    """What a calibration says of one version, by the names of `lms.bank.models.CalibratedVersion`."""

    item_version_id: int
    b: float
    b_error: float | None
    p: float
    p_error: float | None
    answers: int
    partial: int
    infit: float
    outfit: float
    change: float | None
    moved: bool


@dataclass(frozen=True, slots=True)
class Worked:
    """A calibration that was worked out, to be kept. `asked_by`: id and public id of the person, None where an exam did; the
    rest by the names of `lms.bank.models.Calibration`.
    """

    job_id: str
    asked_by: tuple[int, str] | None
    counted: int
    attempts: int
    answers: int
    figures: Figures
    anchored_to: int | None
    found: Sequence[Measured]

    @property
    def items(self) -> int:
        """How many questions."""
        return len(self.found)


@dataclass(frozen=True, slots=True)
class Run:
    """A calibration, by the names of `lms.bank.models.Calibration`."""

    id: int
    public_id: str
    created_by: int | None
    created_at: datetime
    counted: int
    attempts: int
    items: int
    answers: int
    anchored_to: int | None
    figures: Figures


@dataclass(frozen=True, slots=True)
class Row:
    """A question in a calibration: its item, and what was found; `fit` as `misfit` says it."""

    item: str
    ref: str
    stem: str
    type: str
    found: Measured

    @property
    def fit(self) -> str:
        """Whether it fits the model."""
        return misfit(self.found.infit, self.found.outfit, self.found.answers)


_RUN = [getattr(Calibration, name) for name in Run.__dataclass_fields__]
_MEASURED = [getattr(CalibratedVersion, name) for name in Measured.__dataclass_fields__]


def runs() -> Select[*tuple[Any, ...]]:
    """All calibrations for `paginate`, the newest first; `run_of` makes a Run of a row."""
    return select(*_RUN).order_by(Calibration.id.desc())


def run_of(values: Sequence[Any]) -> Run:
    """A row of `runs`."""
    found = dict(zip(Run.__dataclass_fields__, values, strict=True))
    return Run(**{**found, "figures": Figures(**found["figures"])})


def newest(session: Session) -> Run | None:
    """The last calibration, None before the first."""
    row = session.execute(runs().limit(1)).first()
    return run_of(row) if row else None


def by_public_id(session: Session, public_id: str) -> Run | None:
    """A calibration, whoever asks."""
    row = session.execute(runs().where(Calibration.public_id == public_id)).first()
    return run_of(row) if row else None


def by_id(session: Session, run_id: int) -> Run | None:
    """A calibration by its number."""
    row = session.execute(runs().where(Calibration.id == run_id)).first()
    return run_of(row) if row else None


def by_job(session: Session, job_id: str) -> Run | None:
    """The calibration that a job has kept."""
    row = session.execute(runs().where(Calibration.job_id == job_id)).first()
    return run_of(row) if row else None


def known(session: Session, run_id: int) -> dict[int, float]:
    """Difficulties by version in logits, of those that have enough answers to link another calibration."""
    query = select(CalibratedVersion.item_version_id, CalibratedVersion.b)
    query = query.where(CalibratedVersion.calibration_id == run_id, CalibratedVersion.answers >= CALIBRATED_FROM)
    return {row.item_version_id: row.b for row in session.execute(query)}


def rows(
    run_id: int, pool_ids: Iterable[int], *, sort: str, descending: bool, search: str = ""
) -> Select[*tuple[Any, ...]]:
    """The questions of a calibration that belong to these pools, for `paginate`; what has no such figure comes last."""
    query = (
        select(Item.public_id, Item.ref, ItemVersion.stem_text, ItemVersion.type, *_MEASURED)
        .join(ItemVersion, ItemVersion.id == CalibratedVersion.item_version_id)
        .join(Item, Item.id == ItemVersion.item_id)
        .where(CalibratedVersion.calibration_id == run_id, Item.pool_id.in_(list(pool_ids)))
    )
    if search:
        query = query.where(or_(ItemVersion.stem_text.contains(search, autoescape=True), Item.ref == search))
    by = getattr(CalibratedVersion, sort if sort in SORTED_BY else "p")
    by = func.abs(by) if sort == "change" else by
    return query.order_by(by.desc().nulls_last() if descending else by.asc().nulls_last(), Item.ref, Item.id)


def row_of(values: Sequence[Any]) -> Row:
    """A row of `rows`."""
    item, ref, stem, kind, *found = values
    return Row(item, ref, stem, kind, Measured(*found))


def difficulties(session: Session, version_ids: Sequence[int]) -> dict[int, Difficulty]:
    """What the last calibration says of these versions, where it says how hard they are for a paper: from `CALIBRATED_FROM`
    answers on, and where no answer earned a part of the marks, because such a part counted for nothing.
    """
    run = newest(session)
    if run is None:
        return {}
    query = select(*_MEASURED).where(
        CalibratedVersion.calibration_id == run.id,
        CalibratedVersion.item_version_id.in_(version_ids),
        CalibratedVersion.answers >= CALIBRATED_FROM,
        CalibratedVersion.partial == 0,
    )
    mean, sd = run.figures.mean, run.figures.sd
    found = [Measured(*row) for row in session.execute(query)]
    return {
        one.item_version_id: measured(one.b, one.b_error, answers=one.answers, mean=mean, sd=sd)
        for one in found
        if one.b_error is not None
    }


def keep(session: Session, worked: Worked) -> str:
    """Keep a calibration; its public id."""
    person, actor = worked.asked_by or (None, None)
    counts = {name: getattr(worked, name) for name in ("counted", "attempts", "items", "answers")}
    run = Calibration(
        job_id=worked.job_id,
        created_by=person,
        created_at=now(),
        figures=asdict(worked.figures),
        anchored_to=worked.anchored_to,
        **counts,
    )
    session.add(run)
    session.flush()
    session.add_all(CalibratedVersion(calibration_id=run.id, **asdict(one)) for one in worked.found)
    record(session, "bank.calibrate", thing="calibration", thing_id=run.public_id, after=counts, actor=actor)
    return run.public_id
