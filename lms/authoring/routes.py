"""Units for those who keep them: the list, one of them with its versions, new ones, withdrawing."""

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from lms.access import requires
from lms.accounts import queries as accounts
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.authoring import checking, drafts, errors, importing, queries, service, showing
from lms.authoring.forms import NewUnitForm, ReasonForm
from lms.authoring.words import ACT_NAMES, ORIGIN_NAMES, UNIT_STATES, field_name
from lms.clock import today
from lms.courses import queries as courses
from lms.courses import telling
from lms.courses.queries import OpenUnit
from lms.courses.telling import Choice, HeldUnit
from lms.database import reading, writing
from lms.errors import NotFound, sentence_of
from lms.i18n import locale_code
from lms.paging import paginate, requested_page
from lms.subjects import CODES, SUBJECTS

bp = Blueprint("authoring", __name__, url_prefix="/authoring", template_folder="templates")


@bp.get("/")
@requires(Act.MANAGE_COURSES)
def index() -> ResponseReturnValue:
    """Every unit, narrowed as asked."""
    asked = {name: request.args.get(name, "") for name in ("q", "state", "subject", "origin", "show")}
    soon, session = today() + showing.SOON, reading()
    chosen = Choice(
        text=asked["q"][:60],
        state=asked["state"] if asked["state"] in UNIT_STATES else "",
        subject=asked["subject"] if asked["subject"] in CODES else "",
        origin=asked["origin"] if asked["origin"] in ORIGIN_NAMES else "",
        ends_by=soon if asked["show"] == "ending" else None,
        flagged=asked["show"] == "law",
    )
    page = paginate(session, telling.held(chosen), number=requested_page())
    return render_template(
        "authoring/index.html",
        page=page,
        units=[HeldUnit(*row) for row in page.items],
        asked=asked,
        ending=telling.count_ending(session, soon),
        today=today().isoformat(),
        **names(session),
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Act.MANAGE_COURSES)
def new() -> ResponseReturnValue:
    """Begin a unit from nothing."""
    form = NewUnitForm()
    form.offer()
    if form.validate_on_submit():
        try:
            with writing() as session:
                draft = drafts.begin_new(session, form.unit(), viewer())
            return redirect(url_for("authoring_drafts.show", draft_id=draft.public_id), 303)
        except (errors.CodeTaken, errors.DraftOpen) as refusal:
            form.code.errors = [sentence_of(refusal)]
    return render_template("authoring/new.html", form=form, **names(reading())), 422 if form.errors else 200


@bp.get("/units/<unit_id>")
@requires(Act.MANAGE_COURSES)
def unit(unit_id: str) -> ResponseReturnValue:
    """One unit: what it is, its versions, what was decided about it."""
    return _unit_page(_access(reading(), unit_id), ReasonForm(formdata=None)), 200


@bp.post("/units/<unit_id>/draft")
@requires(Act.MANAGE_COURSES)
def begin(unit_id: str) -> ResponseReturnValue:
    """Begin the next version from the one in force; the draft under hand, where there is one."""
    with writing() as session:
        found = _access(session, unit_id)
        held = drafts.open_draft(session, found.unit.code)
        made = held or drafts.begin(session, found.unit, viewer()).public_id
    if held:
        flash(gettext("There was a draft already: here it is."), "info")
    return redirect(url_for("authoring_drafts.show", draft_id=made), 303)


@bp.post("/units/<unit_id>/withdraw")
@requires(Act.MANAGE_COURSES)
def withdraw(unit_id: str) -> ResponseReturnValue:
    """Take a unit from learners."""
    return _stand(unit_id, again=False, said=gettext("Withdrawn. Who completed it may still read it."))


@bp.post("/units/<unit_id>/reopen")
@requires(Act.MANAGE_COURSES)
def reopen(unit_id: str) -> ResponseReturnValue:
    """Open a unit to learners again."""
    return _stand(unit_id, again=True, said=gettext("Open again. Everybody goes on where they were."))


@bp.get("/units/<unit_id>/versions/<int(max=999999):number>")
@requires(Act.MANAGE_COURSES)
def version(unit_id: str, number: int) -> ResponseReturnValue:
    """What a version changed of the one before."""
    session = reading()
    found = _access(session, unit_id)
    shown, before = telling.version(session, found.id, number), telling.version(session, found.id, number - 1)
    if shown is None:
        raise NotFound
    asked = request.args.get("page", "")
    return render_template(
        "authoring/version.html",
        found=found,
        title=found.title(locale_code()),
        number=number,
        unit=shown,
        compared=showing.compared(session, before, shown, unit_id=found.id, page=asked),
        field_name=field_name,
        link=lambda key: url_for("authoring.version", unit_id=unit_id, number=number, page=key),
        **names(session),
    )


@bp.get("/units/<unit_id>/versions/<int(max=999999):number>/export")
@requires(Act.MANAGE_COURSES)
def export(unit_id: str, number: int) -> ResponseReturnValue:
    """A version as the archive from which it can be read again."""
    session = reading()
    found = telling.version(session, _access(session, unit_id).id, number)
    if found is None:
        raise NotFound
    data = importing.archive_of(found, media=current_app.extensions["config"].media)
    answer = Response(data, mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{found.code}-v{number}.zip"'
    return answer


def names(session: Session) -> dict[str, object]:
    """What every page of authoring needs: names, and how much waits for this reviewer."""
    language = locale_code()
    return {
        "subject_names": {one.code: one.name(language) for one in SUBJECTS},
        "subjects": [("", gettext("All subjects")), *((one.code, one.name(language)) for one in SUBJECTS)],
        "unit_states": UNIT_STATES,
        "origin_names": ORIGIN_NAMES,
        "act_names": ACT_NAMES,
        "to_review": queries.waiting(session, viewer().id),
    }


def _access(session: Session, unit_id: str) -> OpenUnit:
    found = courses.newest(session, unit_id)
    if found is None:
        raise NotFound
    return found


def _unit_page(found: OpenUnit, form: ReasonForm) -> str:
    session = reading()
    events = queries.unit_events(session, found.id)
    under_way, completed = telling.standing(session, found.id)
    before = found.unit.prerequisites
    return render_template(
        "authoring/unit.html",
        found=found,
        unit=found.unit,
        title=found.title(locale_code()),
        form=form,
        versions=telling.versions(session, found.id),
        draft=drafts.open_draft(session, found.unit.code),
        events=events,
        by_version={one.version: one for one in events if one.version},
        people=accounts.people_by_ids(session, sorted({one.by for one in events})),
        under_way=under_way,
        completed=completed,
        estimate=checking.estimate(found.unit),
        before=showing.titles(before, telling.named(session, before), locale_code()),
        **names(session),
    )


def _stand(unit_id: str, *, again: bool, said: str) -> ResponseReturnValue:
    found, form = _access(reading(), unit_id), ReasonForm()
    if not form.validate_on_submit():
        return _unit_page(found, form), 422
    with writing() as session:
        service.withdraw(session, unit_id, viewer(), reason=str(form.reason.data), again=again)
    flash(said, "good")
    return redirect(url_for("authoring.unit", unit_id=unit_id), 303)
