"""Courses: the list, the page of one, and its editor."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from courseware.courses import Course, from_record, progress
from courseware.errors import BadRule
from lms.access import requires
from lms.accounts.gate import viewer
from lms.database import reading, writing
from lms.paging import paginate, requested_page
from lms.plans import course_editor, queries, service
from lms.plans.forms import CourseForm
from lms.plans.models import TrainingCourse
from lms.plans.policy import ACT, access_course, may_change, paths_of
from lms.plans.routes import lines_of

bp = Blueprint("training_courses", __name__, url_prefix="/training-courses", template_folder="templates")


@bp.get("/")
@requires(ACT)
def index() -> ResponseReturnValue:
    """The courses of one's part, and of parts above and below."""
    page = paginate(reading(), queries.courses(paths_of(viewer())), number=requested_page())
    return render_template("plans/courses.html", page=page)


@bp.get("/course/<course_id>")
@requires(ACT)
def show(course_id: str) -> ResponseReturnValue:
    """What a course holds, as learners see it who have done nothing of it."""
    course = access_course(reading(), viewer(), course_id)
    holds = queries.course_of(reading(), course)
    return render_template(
        "plans/course.html",
        course=course,
        holds=holds,
        lines=lines_of(holds, progress(holds, ())),
        may_change=may_change(viewer(), course.owner_path),
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(ACT)
def new() -> ResponseReturnValue:
    """A new course."""
    return _edit(None)


@bp.route("/course/<course_id>/edit", methods=["GET", "POST"])
@requires(ACT)
def edit(course_id: str) -> ResponseReturnValue:
    """The next version of one; plans keep the version they were made with until they are saved again."""
    return _edit(access_course(reading(), viewer(), course_id, change=True))


def _edit(course: TrainingCourse | None) -> ResponseReturnValue:
    session = reading()
    holds = queries.course_of(session, course) if course else None
    form = CourseForm(data=_filled(course, holds))
    offered = course_editor.offered(session, viewer(), holds)
    typed = course_editor.typed(request.form) if form.is_submitted() else course_editor.held(holds)
    if form.validate_on_submit():
        try:
            course_id = _save(course, form, offered, typed)
            flash(gettext("The course is saved."), "good")
            return redirect(url_for("training_courses.show", course_id=course_id), 303)
        except BadRule as refused:
            form.electives.errors = (_why(refused),)
    body = render_template(
        "plans/course_edit.html",
        form=form,
        course=course,
        groups=course_editor.groups(offered),
        typed=typed,
        ways=course_editor.ways(),
        numbers=range(course_editor.WAYS),
    )
    return body, 422 if form.errors else 200


def _save(
    course: TrainingCourse | None, form: CourseForm, offered: Mapping[str, dict[str, Any]], typed: Mapping[str, str]
) -> str:
    """Keep what was typed; the public id. Raises BadRule."""
    items, electives = course_editor.records(offered, typed), int(form.electives.data or 0)
    holds = from_record({"items": items, "electives": electives, "in_order": bool(form.in_order.data)})
    with writing() as session:
        row = access_course(session, viewer(), course.public_id, change=True, lock=True) if course else None
        saved = service.save_course(
            session,
            row,
            viewer(),
            title=str(form.title.data),
            title_en=str(form.title_en.data or ""),
            holds=holds,
            owner_path=paths_of(viewer())[0],
        )
        return saved.public_id


def _filled(course: TrainingCourse | None, holds: Course | None) -> dict[str, object]:
    if course is None or holds is None:
        return {}
    return {
        "title": course.title, "title_en": course.title_en, "electives": holds.electives, "in_order": holds.in_order,
    }  # fmt: skip


def _why(refused: BadRule) -> str:
    field = str(refused.facts.get("field", ""))
    if field.startswith("electives"):
        return str(gettext("Not more elective items have to be done than there are, and something has to be done."))
    if field == "items":
        return str(gettext("A course has at least one item, and at most 120."))
    return str(gettext("Hours are whole quarters: 8, 1.5, 0.25."))
