"""What is known of an exam's papers beforehand: proved by a job, kept with the exam, read on its page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms import jobs
from lms.bank import queries as bank
from lms.clock import now, today
from lms.database import reading, writing
from lms.exams import queries
from lms.exams.models import Exam
from lms.exams.queries import ExamRow
from question_bank.pool import Pool
from question_bank.prover import OFTEN, Proof, prove

JOB = "exams.prove"
#: of the questions that many candidates will see so many are named
NAMED = 10


@dataclass(frozen=True, slots=True)
class Report:
    """A proof as a page needs it. `current`: for the plan as it stands now; `shares`: least and greatest share of the
    papers that hold a question; `often`: how many stand on too many papers; `named`: reference and share of the first.
    """

    at: datetime
    current: bool
    facts: Mapping[str, Any]
    shares: tuple[float, float]
    often: int
    named: tuple[tuple[str, float], ...]


def pool_of_draft(session: Session, pool_id: int) -> Pool:
    """What papers may hold today."""
    return bank.pool_for_exams(session, pool_id).valid_on(today())


def ask(session: Session, exam_id: int, public_id: str) -> None:
    """Have it proved."""
    jobs.enqueue(session, JOB, {"exam": exam_id}, unique_key=f"prove:{public_id}")


def at_work(session: Session, public_id: str) -> bool:
    """Whether a proof is under way."""
    return jobs.under_way(session, f"prove:{public_id}")


def work_out(run: jobs.JobRun) -> Mapping[str, Any]:
    """The job: read and work outside any transaction, keep at the end; nothing for a plan that contradicts itself."""
    session, exam_id = reading(), int(run.payload["exam"])
    exam = queries.by_ids(session, [exam_id]).get(exam_id)
    if exam is None or exam.blueprint.problems():
        return {}
    if exam.state == "draft":
        pool = pool_of_draft(session, exam.pool_id)
        known = bank.difficulties(session, pool.versions)
    else:
        kept = queries.stored(session, exam_id)
        pool, known = kept.pool, dict(kept.difficulties)
    session.rollback()
    found = prove(pool, exam.blueprint, known)
    with writing() as session:
        row = session.get(Exam, exam_id)
        if row is None:
            return {}
        row.proof = _record(found, exam)
    return {"feasible": found.feasible}


def report(session: Session, exam: ExamRow) -> Report | None:
    """What was proved last, None before the first."""
    kept = session.scalar(select(Exam.proof).where(Exam.id == exam.id))
    if kept is None:
        return None
    refs = {key: version.ref for key, version in bank.versions(session, [key for key, _share in kept["often"]]).items()}
    return Report(
        at=datetime.fromisoformat(kept["at"]),
        current=kept["plan"] == _plan(exam),
        facts=kept["facts"],
        shares=(kept["shares"][0], kept["shares"][1]),
        often=kept["often_count"],
        named=tuple((refs.get(key, str(key)), share) for key, share in kept["often"]),
    )


def _record(found: Proof, exam: ExamRow) -> dict[str, Any]:
    facts = found.to_record() | {"likely_spread": found.likely_spread}
    shares = list(facts.pop("exposure").values()) or [0.0]
    return {
        "at": now().isoformat(),
        "plan": _plan(exam),
        "facts": facts,
        "shares": [min(shares), max(shares)],
        "often_above": OFTEN,
        "often_count": len(found.overexposed),
        "often": [[key, found.exposure[key]] for key in found.overexposed[:NAMED]],
    }


def _plan(exam: ExamRow) -> dict[str, Any]:
    return {"pool": exam.pool_id, "blueprint": exam.blueprint.to_record()}
