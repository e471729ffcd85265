"""The examiner's desk: drafts, publishing, releasing."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from lms.access import requires
from lms.accounts import queries as accounts
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.bank import queries as bank
from lms.bank.policy import access_pool
from lms.clock import BUREAU_ZONE, now
from lms.database import reading, writing
from lms.errors import Forbidden, NotFound, Refused, describe, sentence_of
from lms.exams import proof, queries, service
from lms.exams.forms import PAPER_NAMES, PRESENTATION_NAMES, ExamForm
from lms.exams.policy import access_exam, managed_ids, managed_paths
from lms.exams.proof import pool_of_draft
from lms.exams.queries import ExamRow
from lms.i18n import locale_code
from lms.paging import paginate, requested_page
from lms.question_types import TYPE_NAMES
from lms.subjects import SUBJECTS

bp = Blueprint("exams", __name__, url_prefix="/exams", template_folder="templates")

describe(
    {
        "bank.pool_too_small": lazy_gettext("The pool holds too few questions for this paper."),
        "bank.unknown_record": lazy_gettext("A stored record belongs to another release of this program."),
    }
)


@bp.get("/")
@requires(Act.MANAGE_EXAMS)
def index() -> ResponseReturnValue:
    """The exams one may manage, newest window first."""
    found = queries.rows(paths=managed_paths(viewer()), thing_ids=managed_ids(viewer()))
    page = paginate(reading(), found, number=requested_page())
    exams = [queries.row_of(row) for row in page.items]
    may_make = bool(managed_paths(viewer()))
    return render_template("exams/index.html", page=page, exams=exams, may_make=may_make, now=now())


@bp.route("/new", methods=["GET", "POST"])
@requires(Act.MANAGE_EXAMS)
def new() -> ResponseReturnValue:
    """Draft an exam for a part of the organisation; who was given single exams makes no further ones."""
    owners = managed_paths(viewer())
    if not owners:
        raise Forbidden
    form = _form(ExamForm())
    if _changed_sections(form) or not form.validate_on_submit():
        return render_template("exams/edit.html", form=form, exam=None, tree=_tree()), 422 if form.errors else 200
    with writing() as session:
        pool = access_pool(session, viewer(), str(form.pool.data), Act.USE_BANK)
        public_id = service.create_exam(session, form.plan(pool_id=pool.id), owner_path=owners[0], by=viewer().id)
    flash(gettext("The draft was kept. Publish it when it is complete."), "good")
    return redirect(url_for("exams.show", exam_id=public_id))


@bp.route("/<exam_id>/edit", methods=["GET", "POST"])
@requires(Act.MANAGE_EXAMS)
def edit(exam_id: str) -> ResponseReturnValue:
    """Change a draft."""
    exam = access_exam(reading(), viewer(), exam_id)
    form = _form(ExamForm(data=None if request.method == "POST" else _filled(exam)))
    if _changed_sections(form) or not form.validate_on_submit():
        return render_template("exams/edit.html", form=form, exam=exam, tree=_tree()), 422 if form.errors else 200
    with writing() as session:
        access_exam(session, viewer(), exam_id)
        pool = access_pool(session, viewer(), str(form.pool.data), Act.USE_BANK)
        service.update_exam(session, exam.id, form.plan(pool_id=pool.id))
    flash(gettext("The draft was changed."), "good")
    return redirect(url_for("exams.show", exam_id=exam_id))


@bp.get("/<exam_id>")
@requires(Act.MANAGE_EXAMS)
def show(exam_id: str) -> ResponseReturnValue:
    """One exam: its plan, what keeps it from being published, its items, its commitment."""
    session = reading()
    exam = access_exam(session, viewer(), exam_id)
    units = accounts.units(session)
    chosen = set(queries.audience(session, exam.id))
    return render_template(
        "exams/show.html",
        exam=exam,
        phase=exam.phase(now()),
        doubt=_doubt(exam),
        audience=[unit for unit in units if unit.id in chosen],
        items=queries.snapshot_size(session, exam.id),
        report=proof.report(session, exam),
        proving=proof.at_work(session, exam.public_id),
        paper_names=PAPER_NAMES,
        presentation_names=PRESENTATION_NAMES,
        subject_names=_subject_names(),
        type_names=TYPE_NAMES,
    )


@bp.post("/<exam_id>/prove")
@requires(Act.MANAGE_EXAMS)
def prove(exam_id: str) -> ResponseReturnValue:
    """Have the report on the papers worked out again: the pool may have changed."""
    with writing() as session:
        exam = access_exam(session, viewer(), exam_id)
        proof.ask(session, exam.id, exam.public_id)
    return redirect(url_for("exams.show", exam_id=exam_id))


@bp.post("/<exam_id>/publish")
@requires(Act.MANAGE_EXAMS)
def publish(exam_id: str) -> ResponseReturnValue:
    """Freeze the exam; a refusal is shown on its page."""
    try:
        with writing() as session:
            service.publish(session, access_exam(session, viewer(), exam_id).id)
        flash(gettext("The exam is published. Its questions and its plan are frozen."), "good")
    except NotFound:
        raise
    except Refused as refusal:
        flash(sentence_of(refusal), "bad")
    return redirect(url_for("exams.show", exam_id=exam_id))


@bp.post("/<exam_id>/release")
@requires(Act.MANAGE_EXAMS)
def release(exam_id: str) -> ResponseReturnValue:
    """Let candidates see their results."""
    try:
        with writing() as session:
            service.release(session, access_exam(session, viewer(), exam_id).id)
        flash(gettext("The results are released."), "good")
    except NotFound:
        raise
    except Refused as refusal:
        flash(sentence_of(refusal), "bad")
    return redirect(url_for("exams.show", exam_id=exam_id))


@bp.post("/<exam_id>/delete")
@requires(Act.MANAGE_EXAMS)
def delete(exam_id: str) -> ResponseReturnValue:
    """Forget a draft."""
    try:
        with writing() as session:
            service.delete_draft(session, access_exam(session, viewer(), exam_id).id)
    except NotFound:
        raise
    except Refused as refusal:
        flash(sentence_of(refusal), "bad")
        return redirect(url_for("exams.show", exam_id=exam_id))
    flash(gettext("The draft was deleted."), "good")
    return redirect(url_for("exams.index"))


def _form(form: ExamForm) -> ExamForm:
    session = reading()
    units = accounts.units(session, paths=managed_paths(viewer()))
    if form.paper.data == "fixed":
        form.held = _held(str(form.pool.data))
    form.offer(
        pools=[(pool.public_id, pool.name) for pool in bank.pools_for(session, viewer(), Act.USE_BANK)],
        subjects=list(_subject_names().items()),
        units=[(unit.id, unit.name) for unit in units],
    )
    return form


def _held(pool_id: str) -> dict[str, int]:
    """Numbers of the versions that papers may hold, by their references; none of a pool that is not open to the viewer."""
    session = reading()
    try:
        pool = access_pool(session, viewer(), pool_id, Act.USE_BANK)
    except NotFound:
        return {}
    found = pool_of_draft(session, pool.id)
    return {version.ref: key for key, version in found.versions.items()}


def _changed_sections(form: ExamForm) -> bool:
    """Add or remove a section when that button was pressed; the page is then shown again."""
    if "add_section" in request.form:
        form.sections.append_entry()
        _form(form)
        return True
    remove = request.form.get("remove_section", "")
    if remove.isdigit() and len(form.sections) > 1:
        form.sections.entries = [e for n, e in enumerate(form.sections.entries) if n != int(remove)]
        return True
    return False


def _tree() -> Sequence[accounts.UnitRow]:
    return accounts.units(reading(), paths=managed_paths(viewer()))


def _subject_names() -> dict[str, str]:
    return {subject.code: subject.name(locale_code()) for subject in SUBJECTS}


def _doubt(exam: ExamRow) -> str | None:
    if exam.state != "draft":
        return None
    try:
        service.refuse_unfit(exam.blueprint, exam.release)
        lack = service.doubt(reading(), exam)
        if lack:
            raise service.too_few(lack)
    except Refused as refusal:
        return sentence_of(refusal)
    return None


def _filled(exam: ExamRow) -> dict[str, object]:
    session = reading()
    pools = {pool.id: pool.public_id for pool in bank.pools_for(session, viewer(), Act.USE_BANK)}
    listed = bank.versions(session, [key for section in exam.blueprint.sections for key in section.listed])
    return {
        "title": exam.title,
        "pool": pools.get(exam.pool_id),
        "sections": [
            {
                "title": section.title,
                "types": list(section.types),
                "subjects": list(section.subjects),
                "quota": section.quota,
                "marks": section.marks,
                "counts": "yes" if section.counts else "no",
                "order": section.order,
                "listed": "\n".join(listed[key].ref for key in section.listed if key in listed),
            }
            for section in exam.blueprint.sections
        ],
        "paper": exam.blueprint.paper,
        "shuffle_options": "yes" if exam.blueprint.shuffle_options else "no",
        "presentation": exam.blueprint.presentation,
        "multiple": exam.blueprint.rules.multiple,
        "ordering": exam.blueprint.rules.ordering,
        "matching": exam.blueprint.rules.matching,
        "pass_mark": exam.blueprint.pass_mark,
        "minutes": exam.minutes,
        "opens_at": exam.opens_at.astimezone(BUREAU_ZONE).replace(tzinfo=None),
        "closes_at": exam.closes_at.astimezone(BUREAU_ZONE).replace(tzinfo=None),
        "release": exam.release,
        "shows": exam.shows,
        "units": queries.audience(session, exam.id),
    }
