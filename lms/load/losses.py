"""What was acknowledged and is not there: answers and hand-ins of simulated candidates, looked for in the journals."""

import json
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.exams import queries as exams
from lms.load.candidate import Candidate
from lms.sitting.models import Attempt, AttemptEvent
from question_bank.assembly import Form
from question_bank.attempt import Kind


def lost(session: Session, exam_id: int, candidates: Iterable[Candidate]) -> int:
    """Acknowledged answers that a journal does not hold, or holds otherwise; hand-ins that did not last."""
    versions = exams.snapshot(session, exam_id).versions
    attempts = {row.public_id: row for row in session.scalars(select(Attempt).where(Attempt.exam_id == exam_id))}
    rows = session.execute(
        select(AttemptEvent.attempt_id, AttemptEvent.client, AttemptEvent.client_seq, AttemptEvent.slot, AttemptEvent.response)
        .join(Attempt, Attempt.id == AttemptEvent.attempt_id)
        .where(Attempt.exam_id == exam_id, AttemptEvent.kind == Kind.ANSWER)
    )  # fmt: skip
    kept = {(attempt, client, seq): (slot, response) for attempt, client, seq, slot, response in rows}
    missing = 0
    for candidate in candidates:
        attempt = attempts.get(candidate.attempt)
        if attempt is None:
            missing += len(candidate.acknowledged) + candidate.handed_in
            continue
        missing += candidate.handed_in and attempt.ended_how != "handed_in"
        form = Form.from_record(attempt.form)
        for seq, slot, sent in candidate.acknowledged:
            version = versions[form.slots[slot - 1].version]
            meant = version.interaction.read(version.body, form.slot_seed(slot), json.loads(sent))
            missing += kept.get((attempt.id, candidate.window, seq)) != (slot, meant)
    return missing
