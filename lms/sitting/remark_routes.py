"""The examiner's pages on scoring an exam again: what may be changed, what it would change, and deciding on it."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.access import requires
from lms.accounts import queries as accounts
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.bank import queries as bank
from lms.database import reading, writing
from lms.errors import NotFound, Refused, sentence_of
from lms.exams import queries as exams
from lms.exams.policy import access_exam
from lms.exams.queries import ExamRow
from lms.paging import SIZE, Page, requested_page
from lms.richtext import rendered_stem
from lms.sitting import decisions, equating, queries, remarking
from lms.sitting.models import Decision, Remarking
from lms.sitting.remark_forms import QuestionForm, ReasonForm, WholeForm
from lms.sitting.remark_words import told
from question_bank.item import ItemVersion
from question_bank.remarking import Remark, Scoring, shape

bp = Blueprint("remark", __name__, url_prefix="/exams/<exam_id>/scoring", template_folder="templates")


@bp.get("")
@requires(Act.MANAGE_EXAMS)
def index(exam_id: str) -> ResponseReturnValue:
    """What holds, what was decided, and a change for the whole exam."""
    exam = access_exam(reading(), viewer(), exam_id)
    return _index(exam, _whole(exam, filled=True)), 200


@bp.post("")
@requires(Act.MANAGE_EXAMS)
def whole(exam_id: str) -> ResponseReturnValue:
    """Have it worked out what another pass mark or other rules would change."""
    exam = access_exam(reading(), viewer(), exam_id)
    form = _whole(exam, filled=False)
    if not form.validate_on_submit():
        return _index(exam, form), 422
    try:
        scoring = _scoring(exam)
        remark = form.remark(pass_mark=scoring.pass_mark, rules=scoring.rules)
        return redirect(_asked(exam_id, remark), 303)
    except Refused as refusal:
        form.pass_mark.errors = (sentence_of(refusal),)
        return _index(exam, form), refusal.status


@bp.route("/question/<path:ref>", methods=["GET", "POST"])
@requires(Act.MANAGE_EXAMS)
def question(exam_id: str, ref: str) -> ResponseReturnValue:
    """Change what holds for one question."""
    exam = access_exam(reading(), viewer(), exam_id)
    asked = _question(exam, ref)
    form = QuestionForm()
    form.offer(asked.version, asked.others, asked.labels)
    if form.validate_on_submit():
        try:
            return redirect(_asked(exam_id, form.remark(asked.key, asked.version, asked.others)), 303)
        except Refused as refusal:
            form.kind.errors = (sentence_of(refusal),)
    elif not form.is_submitted():
        form.kind.data = form.kinds[0]
    return render_template(
        "sitting/remark_question.html",
        exam=exam,
        form=form,
        version=asked.version,
        stem=rendered_stem(asked.version.stem),
        item=bank.item_of_version(reading(), asked.key),
        possible=exam.archived_at is None and queries.complete(reading(), exam),
    ), 422 if form.errors else 200


@bp.post("/reverse")
@requires(Act.MANAGE_EXAMS)
def reverse(exam_id: str) -> ResponseReturnValue:
    """Have it worked out what taking back the newest change would change."""
    try:
        return redirect(_asked(exam_id, None), 303)
    except NotFound:
        raise
    except Refused as refusal:
        flash(sentence_of(refusal), "bad")
    return redirect(url_for("remark.index", exam_id=exam_id), 303)


@bp.get("/change/<change_id>")
@requires(Act.MANAGE_EXAMS)
def preview(exam_id: str, change_id: str) -> ResponseReturnValue:
    """What it would change."""
    exam = access_exam(reading(), viewer(), exam_id)
    return _preview(exam, remarking.by_public_id(reading(), exam.id, change_id), ReasonForm(formdata=None)), 200


@bp.post("/change/<change_id>/propose")
@requires(Act.MANAGE_EXAMS)
def propose(exam_id: str, change_id: str) -> ResponseReturnValue:
    """Propose to carry it out."""
    exam, form = access_exam(reading(), viewer(), exam_id), ReasonForm()
    found = remarking.by_public_id(reading(), exam.id, change_id)
    if not form.validate_on_submit():
        return _preview(exam, found, form), 422
    try:
        with writing() as session:
            exam = access_exam(session, viewer(), exam_id)
            found = remarking.by_public_id(session, exam.id, change_id)
            remarking.propose(session, exam, found, str(form.reason.data), viewer())
        flash(gettext("It is proposed. Another examiner must agree."), "good")
    except Refused as refusal:
        form.reason.errors = (sentence_of(refusal),)
        return _preview(exam, found, form), refusal.status
    return redirect(url_for("remark.preview", exam_id=exam_id, change_id=change_id), 303)


@bp.post("/<decision_id>/<answer>")
@requires(Act.MANAGE_EXAMS)
def decide(exam_id: str, decision_id: str, answer: str) -> ResponseReturnValue:
    """Agree to a proposal or decline it."""
    if answer not in {"agree", "decline"}:
        raise NotFound
    try:
        with writing() as session:
            exam = access_exam(session, viewer(), exam_id)
            remarking.decide(session, exam, decision_id, viewer(), agree=answer == "agree")
        flash(gettext("Agreed. The results follow in a moment.") if answer == "agree" else gettext("Declined."), "good")
    except NotFound:
        raise
    except Refused as refusal:
        flash(sentence_of(refusal), "bad")
    return redirect(url_for("remark.index", exam_id=exam_id), 303)


def _asked(exam_id: str, remark: Remark | None) -> str:
    """Ask what a remark would change; the address of the answer."""
    with writing() as session:
        exam = access_exam(session, viewer(), exam_id)
        public_id = remarking.ask(session, exam, remark, viewer())
    return url_for("remark.preview", exam_id=exam_id, change_id=public_id)


def _scoring(exam: ExamRow) -> Scoring:
    session = reading()
    versions = exams.frozen(session, exam.id).pool.versions
    return remarking.scoring_of(exam, versions, remarking.in_force(session, exam.id))


def _whole(exam: ExamRow, *, filled: bool) -> WholeForm:
    scoring = _scoring(exam)
    values = {"pass_mark": scoring.pass_mark} | scoring.rules.to_record()
    return WholeForm(formdata=None, data=values) if filled else WholeForm()


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question of the exam as it is scored now, and by whose key it may be scored instead (by public id), with labels."""

    key: int
    version: ItemVersion
    others: Mapping[str, ItemVersion]
    labels: Mapping[str, str]


def _question(exam: ExamRow, ref: str) -> _Asked:
    """Raises NotFound for a question that is not among those frozen with the exam."""
    scoring = _scoring(exam)
    key, version = next(((key, one) for key, one in scoring.versions.items() if one.ref == ref), (0, None))
    if version is None:
        raise NotFound
    others, labels, body = {}, {}, version.interaction.to_record(version.body)
    for row in bank.other_versions(reading(), key):
        other = row.version
        if (
            other.type == version.type
            and shape(other) == shape(version)
            and other.interaction.to_record(other.body) != body
        ):
            others[row.public_id] = other
            key_words = other.interaction.key_summary(other.body)
            labels[row.public_id] = gettext("Version %(number)s: %(key)s", number=row.number, key=key_words)
    return _Asked(key, version, others, labels)


def _index(exam: ExamRow, form: WholeForm) -> str:
    session = reading()
    found = decisions.all_of(session, exam.id)
    standing = decisions.in_force(found)
    asked = remarking.by_ids(session, [one.remarking_id for one in found if one.remarking_id])
    scoring = _scoring(exam)
    return render_template(
        "sitting/remark_index.html",
        exam=exam,
        form=form,
        scoring=scoring,
        possible=exam.archived_at is None and queries.complete(session, exam),
        equated=equating.in_force(found),
        at_work=decisions.being_carried_out(found),
        pending=decisions.under_way(found),
        decisions=found,
        standing=standing,
        asked=asked,
        words={key: told(exam, row) for key, row in asked.items()},
        people=accounts.people_by_ids(session, sorted(_deciders(*found))),
    )


def _preview(exam: ExamRow, found: Remarking, form: ReasonForm) -> str:
    session = reading()
    ids = found.changed or []
    number = min(requested_page(), max(1, -(-len(ids) // SIZE)))
    rows = remarking.rows_of(session, ids[(number - 1) * SIZE : number * SIZE])
    decision = next((one for one in decisions.all_of(session, exam.id) if one.remarking_id == found.id), None)
    waits = decision is not None and decision.agreed is None
    facts = found.facts or {}
    units = accounts.units(session, closed=True)
    names = {unit.public_id: unit.name for unit in units}
    return render_template(
        "sitting/remark_preview.html",
        exam=exam,
        form=form,
        change=found,
        words=told(exam, found),
        counts=facts,
        units=[(names.get(key, ""), counts) for key, counts in facts.get("units", {}).items()],
        page=Page(rows, number, SIZE, len(ids)),
        people=accounts.people_by_ids(session, sorted({row.person_id for row in rows} | _deciders(*_some(decision)))),
        decision=decision,
        waits=waits,
        current=found.worked_out_at is not None and (decision is not None or remarking.current(session, found)),
        me=viewer().id,
    )


def _some(decision: Decision | None) -> list[Decision]:
    return [decision] if decision else []


def _deciders(*found: Decision) -> set[int]:
    both = {one.proposed_by for one in found} | {one.decided_by for one in found}
    return {person for person in both if person is not None}
