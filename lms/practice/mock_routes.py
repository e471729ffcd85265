"""Mock exams in the browser: choosing an exam, the paper on one page, the result."""

from decimal import Decimal
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from lms.access import signed_in
from lms.accounts.gate import viewer
from lms.clock import now
from lms.database import reading, writing
from lms.errors import NotFound
from lms.exams.queries import ExamRow
from lms.practice import errors, mock_service, page, queries
from lms.practice.mock_service import KIND
from lms.practice.models import Round
from lms.question_types import TYPE_NAMES
from lms.sitting import queries as sitting
from question_bank.blueprint import Shortage
from question_bank.errors import BadResponse
from question_bank.item import ItemVersion

bp = Blueprint("practice_mocks", __name__, url_prefix="/practice/mocks", template_folder="templates")


@bp.get("/")
@signed_in
def index() -> ResponseReturnValue:
    """The exams one may rehearse, and one's mocks."""
    session = reading()
    return render_template(
        "practice/mocks.html",
        exams=mock_service.offered(session, viewer().id, viewer().unit_path),
        mocks=queries.tests(session, viewer().id, KIND),
    )


@bp.post("/")
@signed_in
def start() -> ResponseReturnValue:
    """Begin a mock, or say which part of it lacks questions."""
    with writing() as session:
        exams = mock_service.offered(session, viewer().id, viewer().unit_path)
        exam = next((one for one in exams if one.public_id == request.form.get("exam")), None)
        if exam is None:
            raise NotFound
        _refuse_candidates(session)
        lack = mock_service.lacking(session, exam)
        if lack is not None:
            flash(_lack(exam, lack), "warn")
            return redirect(url_for("practice_mocks.index"), 303)
        made = mock_service.start(session, viewer().id, exam).public_id
    return redirect(url_for("practice_mocks.show", round_id=made), 303)


@bp.get("/<round_id>")
@signed_in
def show(round_id: str) -> ResponseReturnValue:
    """The paper, or its result."""
    session = reading()
    held = _mock(session, round_id)
    return _result(session, held) if held.ended_at else _paper(session, held)


@bp.post("/<round_id>")
@signed_in
def hand_in(round_id: str) -> ResponseReturnValue:
    """Score what was answered; what cannot be read counts as not answered."""
    with writing() as session:
        held = _mock(session, round_id, lock=True)
        if held.ended_at is None:
            versions = mock_service.paper(session, held)
            responses = {place: _response(held, place, version) for place, version in versions.items()}
            mock_service.hand_in(session, held, responses)
    return redirect(url_for("practice_mocks.show", round_id=round_id), 303)


@bp.get("/<round_id>/<int:place>")
@signed_in
def place(round_id: str, place: int) -> ResponseReturnValue:
    """What was right at a place of a mock that was handed in; before it leads to the paper."""
    session = reading()
    held = _mock(session, round_id)
    if held.ended_at is None:
        return redirect(url_for("practice_mocks.show", round_id=round_id), 303)
    return page.answered_page(
        session, held, place, gettext("Mock exam"), url_for("practice_mocks.show", round_id=round_id)
    )


def _paper(session: Session, held: Round) -> ResponseReturnValue:
    versions = mock_service.paper(session, held)
    sections: dict[int, list[page.Asked]] = {}
    for slot in mock_service.slots_of(held):
        if slot.number in versions:
            shown = page.asked(versions[slot.number], page.seed_of(held.seed, slot.number), number=slot.number)
            sections.setdefault(slot.section, []).append(shown)
    deadline = mock_service.deadline(held)
    return render_template(
        "practice/mock_paper.html",
        round=held,
        blueprint=mock_service.blueprint_of(held),
        sections=sections,
        deadline=deadline,
        over=now() > deadline,
        left=max(0, int((deadline - now()).total_seconds())),
        withdrawn=len(held.items) - len(versions),
        type_names=TYPE_NAMES,
    )


def _result(session: Session, held: Round) -> ResponseReturnValue:
    given, stems = queries.answers(session, held.id), queries.stems(session, held.items)
    earned = held.record["earned"]
    spent = ((held.ended_at or now()) - held.started_at).total_seconds()
    rows = [
        (
            slot,
            stems.get(held.items[slot.number - 1]),
            page.outcome(given[slot.number].share),
            Decimal(earned[str(slot.number)]),
        )
        for slot in mock_service.slots_of(held)
        if slot.number in given
    ]
    return render_template(
        "practice/mock_result.html",
        round=held,
        blueprint=mock_service.blueprint_of(held),
        rows=rows,
        total=Decimal(held.record["total"]),
        maximum=Decimal(held.record["maximum"]),
        minutes=max(1, round(spent / 60)),
        over=max(0, -(-int(spent) // 60) - held.record["minutes"]),
        withdrawn=len(held.items) - len(given),
    )


def _response(held: Round, place: int, version: ItemVersion) -> Any:
    """The response that was posted for a place, None for what cannot be read."""
    try:
        seed = page.seed_of(held.seed, place)
        return page.response_of(version, seed, request.form, name=f"q{place}")
    except BadResponse:
        return None


def _lack(exam: ExamRow, lack: Shortage) -> str:
    sections = mock_service.counting(exam.blueprint).sections
    said: str = gettext(
        "Practice has too few questions for a mock of this exam. Part %(parts)s: %(wanted)s wanted, %(held)s there.",
        parts=", ".join(f"{number} ({sections[number - 1].title})" for number in lack.sections),
        wanted=lack.wanted,
        held=lack.held,
    )
    return said


def _mock(session: Session, round_id: str, *, lock: bool = False) -> Round:
    held = queries.round_of(session, viewer().id, round_id, test=KIND, lock=lock)
    if held is None:
        raise NotFound
    _refuse_candidates(session)
    return held


def _refuse_candidates(session: Session) -> None:
    if sitting.is_sitting(session, viewer().id, now()):
        raise errors.WhileSitting
