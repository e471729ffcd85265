"""The rules in the browser: all sets, one in plain words, a further version with its preview, adopting one."""

from datetime import date

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from courseware.packages.settings import decoded
from courseware.problem import Problem
from courseware.rules.reading import FILE, Reading, read
from lms.access import requires, signed_in
from lms.accounts import queries as accounts
from lms.accounts.gate import viewer
from lms.accounts.policy import Act, may
from lms.accounts.queries import UnitRow
from lms.clock import BUREAU_ZONE, now
from lms.database import reading, writing
from lms.errors import NotFound, Refused, sentence_of
from lms.hours import queries, rule_words, service
from lms.hours.complaints import complaint
from lms.hours.forms import AdoptForm, RulesForm
from lms.hours.policy import access_rules, units_within
from lms.hours.queries import VersionRow

bp = Blueprint("hours_rules", __name__, url_prefix="/hours/rules", template_folder="templates")


@bp.get("")
@requires(Act.MANAGE_HOURS)
def index() -> ResponseReturnValue:
    """All sets in their newest versions, and who goes by which."""
    session = reading()
    rows = queries.versions(session)
    newest = [row for place, row in enumerate(rows) if not place or rows[place - 1].code != row.code]
    return render_template(
        "hours/rules.html",
        sets=newest,
        name=rule_words.set_name,
        adoptions=queries.adoptions(session),
        versions={row.id: row for row in rows},
        units={unit.id: unit for unit in accounts.units(session, closed=True)},
        today=_today(),
    )


@bp.get("/<version_id>")
@signed_in
def show(version_id: str) -> ResponseReturnValue:
    """A version in plain words."""
    return _page(access_rules(reading(), viewer(), version_id), _adopt_form()), 200


@bp.get("/<version_id>/rules.toml")
@requires(Act.MANAGE_HOURS)
def text(version_id: str) -> ResponseReturnValue:
    """The text of a version."""
    found = access_rules(reading(), viewer(), version_id)
    answer = Response(found.text, mimetype="application/toml")
    answer.headers["Content-Disposition"] = f'attachment; filename="{found.code}-{found.number}.toml"'
    return answer


@bp.route("/<version_id>/next", methods=["GET", "POST"])
@requires(Act.MANAGE_HOURS)
def further(version_id: str) -> ResponseReturnValue:
    """A further version, from this one's text or a file: first shown, then kept."""
    found = access_rules(reading(), viewer(), version_id)
    form = RulesForm(text=found.text)
    if not form.validate_on_submit():
        return render_template("hours/edit.html", found=found, form=form, preview=None), 422 if form.errors else 200
    sent, given = _read(form.sent())
    form.text.data = sent
    if given.rules is None:
        form.text.errors = tuple(complaint(problem) for problem in given.problems)
        return render_template("hours/edit.html", found=found, form=form, preview=None), 422
    if request.form.get("keep"):
        try:
            with writing() as session:
                made = service.add_version(session, viewer(), given.rules, sent, str(form.reason.data))
            flash(gettext("The version is kept. Nobody goes by it before it is adopted."), "good")
            return redirect(url_for("hours_rules.show", version_id=made), 303)
        except Refused as refusal:
            form.text.errors = (sentence_of(refusal),)
            return render_template("hours/edit.html", found=found, form=form, preview=None), 422
    return render_template("hours/edit.html", found=found, form=form, preview=given.rules, words=rule_words)


@bp.post("/<version_id>/adopt")
@requires(Act.MANAGE_HOURS)
def adopt(version_id: str) -> ResponseReturnValue:
    """Let a unit and all below it go by a version."""
    found, form = access_rules(reading(), viewer(), version_id), _adopt_form()
    if not form.validate_on_submit():
        return _page(found, form), 422
    try:
        with writing() as session:
            unit = _unit(units_within(session, viewer()), str(form.unit.data))
            since = form.since.data or _today()
            service.adopt(session, viewer(), found, unit, since=since, reason=str(form.reason.data))
    except NotFound:
        raise
    except Refused as refusal:
        form.since.errors = (sentence_of(refusal),)
        return _page(found, form), 422
    flash(gettext("Adopted. Where everybody stands is being worked out anew."), "good")
    return redirect(url_for("hours_rules.index"), 303)


def _adopt_form() -> AdoptForm:
    form = AdoptForm()
    form.offer(units_within(reading(), viewer()))
    return form


def _unit(units: list[UnitRow], public_id: str) -> UnitRow:
    found = next((unit for unit in units if unit.public_id == public_id), None)
    if found is None:
        raise NotFound
    return found


def _read(data: bytes) -> tuple[str, Reading]:
    """The text that was sent and what it says; a complaint where it is no text."""
    problems: list[Problem] = []
    sent = decoded(data, file=FILE, problems=problems)
    return ("", Reading(None, tuple(problems))) if sent is None else (sent, read(sent))


def _page(found: VersionRow, form: AdoptForm) -> str:
    session = reading()
    people = accounts.people_by_ids(session, [found.made_by] if found.made_by else [])
    return render_template(
        "hours/ruleset.html",
        found=found,
        rules=found.rules,
        words=rule_words,
        form=form,
        manages=may(viewer(), Act.MANAGE_HOURS),
        others=queries.versions(session, code=found.code),
        made_by=people[found.made_by].name if found.made_by in people else "",
    )


def _today() -> date:
    return now().astimezone(BUREAU_ZONE).date()
