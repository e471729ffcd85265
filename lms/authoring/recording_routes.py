"""Video and document of a page of a draft: files, chapters, and what must be watched."""

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from courseware.unit import Page
from lms.access import requires
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.authoring import drafts, errors, queries, recordings
from lms.authoring.models import CourseDraft
from lms.authoring.policy import access_draft, access_writing
from lms.authoring.recording_forms import RecordingForm
from lms.authoring.words import sentence
from lms.courses import telling
from lms.database import reading, writing
from lms.errors import NotFound, Refused, sentence_of
from lms.i18n import locale_code
from lms.security import framing_ours

bp = Blueprint("authoring_recording", __name__, url_prefix="/authoring/drafts", template_folder="templates")

#: what beside a file stands in a request
_AROUND = 1


@bp.get("/<draft_id>/pages/<page_key>/recording")
@requires(Act.MANAGE_COURSES)
def show(draft_id: str, page_key: str) -> ResponseReturnValue:
    """What stands on the page now."""
    draft, page = _found(draft_id, page_key)
    form = RecordingForm(formdata=None, data={**RecordingForm.of(page), "seen": drafts.mark(page)})
    return _answer(draft, page, form, 200)


@bp.post("/<draft_id>/pages/<page_key>/recording")
@requires(Act.MANAGE_COURSES)
def save(draft_id: str, page_key: str) -> ResponseReturnValue:
    """Put files on the page or take them off."""
    draft, page = _found(draft_id, page_key)
    form = RecordingForm()
    wish = form.wish() if form.validate_on_submit() else None
    if wish is None:
        return _answer(draft, page, form, 422)
    folder, seen = current_app.extensions["config"].media, str(form.seen.data or "")
    try:
        with writing() as session:
            found = recordings.save(
                session, access_writing(session, draft_id), page_key, wish, viewer(), seen=seen, folder=folder
            )
    except (errors.Elsewhere, errors.TooManyFiles) as refusal:
        return _refused(draft_id, page_key, form, refusal)
    if found:
        form.chapters.errors = [sentence(one) for one in found]
        return _answer(draft, page, form, 422)
    flash(gettext("Kept."), "good")
    return redirect(url_for("authoring_recording.show", draft_id=draft_id, page_key=page_key), 303)


def _found(draft_id: str, page_key: str) -> tuple[CourseDraft, Page]:
    draft = access_draft(reading(), draft_id)
    page = drafts.unit_of(draft).page(page_key)
    if page is None:
        raise NotFound
    return draft, page


def _refused(draft_id: str, page_key: str, form: RecordingForm, refusal: Refused) -> ResponseReturnValue:
    """The page again with what was typed; keeping once more is deliberate."""
    draft, page = _found(draft_id, page_key)
    form.seen.data = drafts.mark(page)
    form.seen.errors = [sentence_of(refusal)]
    return _answer(draft, page, form, refusal.status)


def _answer(draft: CourseDraft, page: Page, form: RecordingForm, status: int) -> ResponseReturnValue:
    unit = drafts.unit_of(draft)
    document = telling.shown_document(unit, page)
    text = render_template(
        "authoring/recording.html",
        draft=draft,
        page=page,
        form=form,
        video=telling.shown_video(unit, page),
        document=document,
        most=min(current_app.extensions["config"].max_upload_mb - _AROUND, recordings.MOST_FILE // 2**20),
        title=queries.name_of(draft, locale_code()),
    )
    answer = current_app.make_response((text, status))
    if document is not None:
        framing_ours(answer)
    return answer
