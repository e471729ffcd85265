"""The examiner's pages on what an exam measured."""

from collections.abc import Sequence

from flask import Blueprint, Response, current_app, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from lms import exports
from lms.access import requires
from lms.accounts import queries as accounts
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.accounts.queries import UnitRow
from lms.analysis import printing, queries, service, unit_people
from lms.analysis.words import FLAGS, decided, trust
from lms.bank import queries as bank
from lms.clock import now
from lms.config import Config
from lms.database import reading, writing
from lms.errors import NotFound
from lms.exams import queries as exams
from lms.exams.policy import access_exam
from lms.exams.queries import ExamRow
from lms.i18n import chosen_locale
from lms.paging import paginate, requested_page
from lms.question_types import TYPE_NAMES
from lms.richtext import rendered_stem
from question_bank.item import ItemVersion

bp = Blueprint("analysis", __name__, url_prefix="/exams/<exam_id>/analysis", template_folder="templates")
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("")
@requires(Act.MANAGE_EXAMS)
def index(exam_id: str) -> ResponseReturnValue:
    """The whole of it, and the parts of the organisation."""
    exam = access_exam(reading(), viewer(), exam_id)
    found, tree = queries.of_exam(reading(), exam.id), accounts.units(reading(), closed=True)
    parent = _unit(tree, request.args.get("unit", ""))
    return render_template(
        "analysis/index.html",
        exam=exam,
        found=found,
        report=found.report if found else None,
        at_work=service.under_way(reading(), exam),
        over=exam.phase(now()) == "over",
        flags=[FLAGS[flag] for flag in found.report.flags()] if found else [],
        trust=trust(found.report) if found else "",
        decided=decided(found.report) if found else "",
        units=queries.units_below(found, tree, parent) if found and found.report.shown else [],
        above=_above(tree, parent),
        steps=[
            (one.name, url_for("analysis.index", exam_id=exam_id, unit=one.public_id)) for one in _above(tree, parent)
        ],
    )


@bp.post("")
@requires(Act.MANAGE_EXAMS)
def work_out(exam_id: str) -> ResponseReturnValue:
    """Have it worked out again."""
    with writing() as session:
        service.ask(session, access_exam(session, viewer(), exam_id))
    return redirect(url_for("analysis.index", exam_id=exam_id), 303)


@bp.get("/questions")
@requires(Act.MANAGE_EXAMS)
def questions(exam_id: str) -> ResponseReturnValue:
    """The questions with their figures."""
    exam = access_exam(reading(), viewer(), exam_id)
    sort, order = request.args.get("sort", "discrimination"), request.args.get("order", "asc")
    words = request.args.get("q", "").strip()[: bank.SEARCH_LENGTH]
    query = bank.reported(exam.public_id, sort=sort, descending=order == "desc", search=words)
    page = paginate(reading(), query, number=requested_page())
    return render_template(
        "analysis/questions.html",
        exam=exam,
        page=page,
        rows=[bank.reported_row(row) for row in page.items],
        sort=sort,
        order=order,
        words=words,
        type_names=TYPE_NAMES,
        flags=bank.FLAGS,
        over=exam.phase(now()) == "over",
    )


@bp.get("/question/<path:ref>")
@requires(Act.MANAGE_EXAMS)
def question(exam_id: str, ref: str) -> ResponseReturnValue:
    """A question: who chose what, and what is to be thought about."""
    exam = access_exam(reading(), viewer(), exam_id)
    key, version = _version(exam, ref)
    return render_template(
        "analysis/question.html",
        exam=exam,
        version=version,
        stem=rendered_stem(version.stem),
        row=bank.reported_of(reading(), exam.public_id, key),
        item=bank.item_of_version(reading(), key),
        flags=bank.FLAGS,
        over=exam.phase(now()) == "over",
    )


@bp.get("/units/<unit_id>")
@requires(Act.MANAGE_EXAMS)
def unit(exam_id: str, unit_id: str) -> ResponseReturnValue:
    """The results of a unit and those below it, by name."""
    session, wanted = reading(), unit_people.Wanted.asked(request.args)
    exam = access_exam(session, viewer(), exam_id)
    found = accounts.unit_by_public_id(session, unit_id)
    page = paginate(session, unit_people.results(exam, (found.path,), wanted), number=requested_page())
    return render_template(
        "analysis/unit.html",
        exam=exam,
        unit=found,
        page=page,
        rows=unit_people.rows(session, viewer(), exam, page.items),
        wanted=wanted,
        sections=unit_people.section_titles(exam),
    )


@bp.get("/sheet")
@requires(Act.MANAGE_EXAMS)
def sheet(exam_id: str) -> ResponseReturnValue:
    """Everything as a workbook."""
    exam = access_exam(reading(), viewer(), exam_id)
    data = service.workbook_of(reading(), exam)
    if data is None:
        raise NotFound
    headers = {"Content-Disposition": "attachment; filename=analysis.xlsx"}
    return Response(data, mimetype=SHEET, headers=headers)


@bp.post("/print")
@requires(Act.MANAGE_EXAMS)
def print_(exam_id: str) -> ResponseReturnValue:
    """Have the report drawn as a PDF, in the language of the page."""
    with writing() as session:
        job = printing.ask(session, access_exam(session, viewer(), exam_id), viewer(), chosen_locale())
    return redirect(url_for("jobs.show", job_id=job), 303)


@bp.get("/print/<name>")
@requires(Act.MANAGE_EXAMS)
def printed(exam_id: str, name: str) -> ResponseReturnValue:
    """A report that was drawn for whoever asks."""
    exam = access_exam(reading(), viewer(), exam_id)
    config: Config = current_app.extensions["config"]
    path = exports.waiting_file(exports.folder_of(config.data, exam.public_id, viewer().public_id), name)
    if path is None:
        raise NotFound
    return send_file(path, mimetype="application/pdf", as_attachment=True, download_name=f"{exam.title}.pdf")


def _version(exam: ExamRow, ref: str) -> tuple[int, ItemVersion]:
    versions = exams.frozen(reading(), exam.id).pool.versions
    found = next(((key, version) for key, version in versions.items() if version.ref == ref), None)
    if found is None:
        raise NotFound
    return found


def _unit(tree: Sequence[UnitRow], public_id: str) -> UnitRow | None:
    return next((unit for unit in tree if unit.public_id == public_id), None)


def _above(tree: Sequence[UnitRow], unit: UnitRow | None) -> list[UnitRow]:
    """The way down to a unit, the root first."""
    found: list[UnitRow] = []
    while unit is not None:
        found.insert(0, unit)
        unit = next((one for one in tree if one.id == found[0].parent_id), None)
    return found
