"""Setting a standard: a worksheet is begun, judged in rounds, settled, and taken as the pass mark. One function a use case."""

import secrets
from collections.abc import Mapping, Sequence
from decimal import Decimal

from sqlalchemy.orm import Session

from lms.accounts.policy import Viewer
from lms.audit.service import record
from lms.bank import queries as bank
from lms.clock import now, today
from lms.errors import NotFound
from lms.exams import queries as exams
from lms.exams import service as exam_service
from lms.exams.queries import ExamRow
from lms.sitting import queries as sitting
from lms.sitting import service as sitting_service
from lms.standards import errors, queries
from lms.standards.models import Judge, Judgement, Sheet
from question_bank.chance import Chance
from question_bank.cut_scores import ANGOFF, HOFSTEE, Bounds, Compromise, Standard, hofstee
from question_bank.pool import Pool

#: questions of a section that a panel judges; more tire it
MOST_OF_SECTION = 10


def begin(session: Session, exam: ExamRow, method: str, by: Viewer) -> str:
    """Begin a worksheet; its public id. Of Angoff's the questions are drawn now: each stands for its part of a section.

    Raises NoQuestions, and NoTotals for Hofstee's before the exam is over.
    """
    if method == HOFSTEE and not sitting.complete(session, exam):
        raise errors.NoTotals
    content = _drawn(_pool(session, exam), exam) if method == ANGOFF else []
    if method == ANGOFF and not content:
        raise errors.NoQuestions
    sheet = Sheet(exam_id=exam.id, method=method, content=content, made_by=by.id, made_at=now())
    session.add(sheet)
    session.flush()
    after = {"sheet": sheet.public_id, "method": method, "questions": len(content)}
    record(session, "standard.begin", thing="exam", thing_id=exam.public_id, after=after)
    return sheet.public_id


def _pool(session: Session, exam: ExamRow) -> Pool:
    if exam.state == "draft":
        return bank.pool_for_exams(session, exam.pool_id).valid_on(today())
    return exams.frozen(session, exam.id).pool


def _drawn(pool: Pool, exam: ExamRow) -> list[list[int]]:
    """Versions and the hundredths of a mark that each stands for, which together are the full marks."""
    chance, found = Chance(secrets.token_bytes(32)), list[list[int]]()
    for section in exam.blueprint.sections:
        held = sorted(key for key in pool.versions if section.counts and section.draws(pool, key))
        some = [key for key in section.listed if key in pool.versions] or chance.shuffled(held)[:MOST_OF_SECTION]
        worth = int(section.quota * section.marks * 100)
        for place, key in enumerate(some):
            # what does not divide evenly goes to the first ones
            found.append([key, worth // len(some) + (place < worth % len(some))])
    return [pair for pair in found if pair[1]]


def add_judge(session: Session, exam: ExamRow, sheet: Sheet, person_id: int, by: Viewer) -> None:
    """Somebody judges from now on; raises Settled, NoJudge."""
    _refuse_settled(sheet)
    if sitting.has_sat(session, exam.id, person_id):
        raise errors.NoJudge
    if session.get(Judge, (sheet.id, person_id)) is None:
        session.add(Judge(sheet_id=sheet.id, person_id=person_id, added_by=by.id, added_at=now()))
        after = {"sheet": sheet.public_id, "judge": person_id}
        record(session, "standard.judge", thing="exam", thing_id=exam.public_id, after=after)


def take_off(session: Session, exam: ExamRow, sheet: Sheet, person_id: int) -> None:
    """Somebody who has not judged yet judges no more; raises Settled, HasJudged, and NotFound for somebody who is no judge."""
    _refuse_settled(sheet)
    found = session.get(Judge, (sheet.id, person_id))
    if found is None:
        raise NotFound
    if any(person_id in given for given in queries.judgements(session, sheet).values()):
        raise errors.HasJudged
    session.delete(found)
    before = {"sheet": sheet.public_id, "judge": person_id}
    record(session, "standard.judge_off", thing="exam", thing_id=exam.public_id, before=before)


def judge(session: Session, sheet: Sheet, values: Sequence[int], by: Viewer) -> None:
    """Keep what a judge says in this round; raises Settled, NotFound for somebody who is no judge, NoJudge for a candidate."""
    _refuse_settled(sheet)
    if session.get(Judge, (sheet.id, by.id)) is None:
        raise NotFound
    if sitting.has_sat(session, sheet.exam_id, by.id):
        raise errors.NoJudge
    session.add(Judgement(sheet_id=sheet.id, person_id=by.id, round=sheet.round, values=[*values], at=now()))


def next_round(session: Session, exam: ExamRow, sheet: Sheet) -> None:
    """Let everybody judge once more, knowing what all said; raises Settled, NotJudged."""
    _refuse_settled(sheet)
    _refuse_unjudged(session, sheet)
    sheet.round += 1
    after = {"sheet": sheet.public_id, "round": sheet.round}
    record(session, "standard.round", thing="exam", thing_id=exam.public_id, after=after)


def settle(session: Session, exam: ExamRow, sheet: Sheet, reason: str, by: Viewer) -> None:
    """Keep what the last round came to, with method, judges and error; raises Settled, NotJudged, NoTotals, Undecidable."""
    _refuse_settled(sheet)
    _refuse_unjudged(session, sheet)
    given = queries.judgements(session, sheet)[sheet.round]
    if sheet.method == ANGOFF:
        last = queries.rounds(session, exam, sheet)[-1]
        cut, error = last.cut, last.error
    else:
        cut, error = compromise(session, exam, given).cut, None
    standard = Standard(
        sheet.method, round(cut, 2), None if error is None else round(error, 2), tuple(sorted(given)), today()
    )
    sheet.standard, sheet.reason, sheet.settled_by = standard.to_record(), reason, by.id
    after = {"sheet": sheet.public_id, "standard": sheet.standard, "reason": reason}
    record(session, "standard.settle", thing="exam", thing_id=exam.public_id, after=after)


def compromise(session: Session, exam: ExamRow, given: Mapping[int, Sequence[int]]) -> Compromise:
    """Where the bounds of the panel meet the results; raises NoTotals, Undecidable."""
    totals = [float(total) for total in sitting_service.totals(session, exam.id)]
    if not totals:
        raise errors.NoTotals
    try:
        return hofstee(totals, [Bounds(*(value / 100 for value in values)) for values in given.values()])
    except ValueError as fault:
        raise errors.Undecidable from fault


def take(session: Session, exam: ExamRow, sheet: Sheet, by: Viewer) -> str | None:
    """Take the standard as the pass mark: of a draft at once; of an exam that is over as a change of scoring that two agree to,
    whose public id is given back. Raises NotFound before it is settled, ExamFrozen between publishing and end.
    """
    if sheet.standard is None:
        raise NotFound
    mark = mark_of(sheet)
    if exam.state == "draft":
        exam_service.set_pass_mark(session, exam.id, mark)
        return None
    return sitting_service.another_pass_mark(session, exam, mark, by)


def mark_of(sheet: Sheet) -> Decimal:
    """The standard of a settled worksheet as marks."""
    return Decimal(str(Standard.from_record(sheet.standard or {}).cut)).quantize(Decimal("0.01"))


def _refuse_settled(sheet: Sheet) -> None:
    if sheet.standard is not None:
        raise errors.Settled


def _refuse_unjudged(session: Session, sheet: Sheet) -> None:
    given = queries.judgements(session, sheet).get(sheet.round, {})
    lacking = sum(person not in given for person in queries.judges(session, sheet.id))
    if lacking or not given:
        raise errors.NotJudged(judges=lacking)
