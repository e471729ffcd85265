"""A judge's pages: the worksheets one is asked to judge, and one of them."""

from decimal import Decimal

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.access import signed_in
from lms.accounts.gate import viewer
from lms.database import reading, writing
from lms.errors import NotFound, Refused, sentence_of
from lms.exams import queries as exams
from lms.exams.policy import refuse_archived
from lms.richtext import rendered, rendered_stem
from lms.standards import queries, service
from lms.standards.forms import SHORT_NAMES, BoundsForm, chances
from lms.standards.models import Sheet
from question_bank.cut_scores import ANGOFF

bp = Blueprint("standard_judge", __name__, url_prefix="/standards", template_folder="templates")


@bp.get("/")
@signed_in
def index() -> ResponseReturnValue:
    """What one is asked to judge."""
    return render_template("standards/wanted.html", wanted=queries.wanted(reading(), viewer().id), names=SHORT_NAMES)


@bp.route("/<sheet_id>", methods=["GET", "POST"])
@signed_in
def sheet(sheet_id: str) -> ResponseReturnValue:
    """One's own judgement of this round."""
    found, form = queries.judged_by(reading(), viewer().id, sheet_id), BoundsForm()
    refused, typed = "", request.form.getlist("chance")
    if request.method == "POST":
        values = _values(found, form)
        if values is None:
            refused = gettext("Give every question a whole number of 0 to 100.") if found.method == ANGOFF else ""
        else:
            try:
                with writing() as session:
                    found = queries.judged_by(session, viewer().id, sheet_id)
                    refuse_archived(session, found.exam_id)
                    service.judge(session, found, values, viewer())
                flash(gettext("Kept. You can change it until the round is closed."), "good")
                return redirect(url_for("standard_judge.sheet", sheet_id=sheet_id), 303)
            except NotFound:
                raise
            except Refused as refusal:
                refused = sentence_of(refusal)
    return _page(found, form, typed, refused), 422 if request.method == "POST" else 200


def _values(found: Sheet, form: BoundsForm) -> list[int] | None:
    if found.method == ANGOFF:
        return chances(request.form.getlist("chance"), len(found.content))
    return form.values() if form.validate_on_submit() else None


def _page(found: Sheet, form: BoundsForm, typed: list[str], refused: str) -> str:
    session, me = reading(), viewer().id
    exam = exams.by_ids(session, [found.exam_id])[found.exam_id]
    given = queries.judgements(session, found)
    own = given.get(found.round, {}).get(me) or given.get(found.round - 1, {}).get(me)
    if found.method != ANGOFF and own and not form.is_submitted():
        form.lowest.data, form.highest.data = (Decimal(value) / 100 for value in own[:2])
        form.least.data, form.most.data = own[2:]
    versions = queries.versions(session, exam, found) if found.method == ANGOFF else {}
    before = (
        queries.rounds(session, exam, found)[found.round - 2] if found.method == ANGOFF and found.round > 1 else None
    )
    return render_template(
        "standards/judge.html",
        sheet=found,
        exam=exam,
        form=form,
        refused=refused,
        done=me in given.get(found.round, {}),
        typed=typed or [str(value) for value in own or ()] or [""] * len(found.content),
        questions=[
            (
                rendered_stem(versions[key].stem),
                versions[key].interaction.offered(versions[key].body),
                rendered(versions[key].interaction.key_summary(versions[key].body)),
            )
            for key, _worth in found.content
        ],
        before=before,
        names=SHORT_NAMES,
    )
