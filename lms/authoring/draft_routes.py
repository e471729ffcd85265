"""Writing a draft: its pages and their order, its settings, its questions, pictures, and how learners will see it."""

from flask import Blueprint, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_datetime, gettext
from sqlalchemy.orm import Session

from courseware.packages.native import made_page, page_problems
from courseware.unit import Page
from lms.access import requires
from lms.accounts import queries as accounts
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.authoring import checking, drafts, errors, importing, queries, service, showing
from lms.authoring.forms import MOST_PAGE, AddPageForm, PageForm, PictureForm, SettingsForm
from lms.authoring.models import CourseDraft
from lms.authoring.policy import access_draft, access_writing, may_review
from lms.authoring.queries import DraftRow
from lms.authoring.routes import names
from lms.authoring.words import STATE_COLOURS, STATE_NAMES, sentence
from lms.clock import now
from lms.courses import telling
from lms.database import reading, writing
from lms.errors import NotFound, Refused, sentence_of, wants_json
from lms.i18n import locale_code
from lms.paging import paginate, requested_page
from lms.question_types import TYPE_NAMES
from lms.security import framing_ours
from lms.subjects import CODES

bp = Blueprint("authoring_drafts", __name__, url_prefix="/authoring/drafts", template_folder="templates")

#: units that are offered to come first
OFFERED = 500


@bp.get("/")
@requires(Act.MANAGE_COURSES)
def index() -> ResponseReturnValue:
    """Every draft, those that wait for a reviewer first."""
    asked = {name: request.args.get(name, "") for name in ("q", "state", "subject")}
    query = queries.drafts(
        text=asked["q"][:60],
        state=asked["state"] if asked["state"] in STATE_NAMES else "",
        subject=asked["subject"] if asked["subject"] in CODES else "",
    )
    session = reading()
    page = paginate(session, query, number=requested_page())
    rows = [DraftRow(*row) for row in page.items]
    return render_template(
        "authoring/drafts.html",
        page=page,
        drafts=rows,
        asked=asked,
        people=accounts.people_by_ids(session, sorted({row.saved_by for row in rows})),
        **_names(session),
    )


@bp.get("/<draft_id>")
@requires(Act.MANAGE_COURSES)
def show(draft_id: str) -> ResponseReturnValue:
    """One draft: what it lacks, its pages, its pictures, what happened to it."""
    return _overview(access_draft(reading(), draft_id), AddPageForm(formdata=None)), 200


@bp.post("/<draft_id>/pages")
@requires(Act.MANAGE_COURSES)
def add_page(draft_id: str) -> ResponseReturnValue:
    """One page more, at the end."""
    form, found = AddPageForm(), access_draft(reading(), draft_id)
    if not form.validate_on_submit():
        return _overview(found, form), 422
    with writing() as session:
        key = drafts.add_page(session, access_writing(session, draft_id), str(form.title.data), viewer())
    return redirect(url_for("authoring_drafts.page", draft_id=draft_id, page_key=key), 303)


@bp.post("/<draft_id>/order")
@requires(Act.MANAGE_COURSES)
def order(draft_id: str) -> ResponseReturnValue:
    """Put the pages in the order that is sent, or move one by one place."""
    keys, move = request.form.getlist("page"), request.form.get("move", "")
    way, _colon, key = move.partition(":")
    with writing() as session:
        draft = access_writing(session, draft_id)
        if keys and not move:
            drafts.order_pages(session, draft, keys[:100], viewer())
        else:
            drafts.shift_page(session, draft, key, -1 if way == "up" else 1, viewer())
    if wants_json():
        return jsonify(said=_saved())
    return redirect(url_for("authoring_drafts.show", draft_id=draft_id, _anchor="pages"), 303)


@bp.route("/<draft_id>/pages/<page_key>", methods=["GET", "POST"])
@requires(Act.MANAGE_COURSES)
def page(draft_id: str, page_key: str) -> ResponseReturnValue:
    """Write one page."""
    draft = access_draft(reading(), draft_id)
    held = drafts.unit_of(draft).page(page_key)
    if held is None:
        raise NotFound
    form = PageForm(data={"title": held.title, "markdown": held.markdown.strip(), "seen": drafts.mark(held)})
    if request.method == "GET":
        return _page_editor(draft, held, form), 200
    if not form.validate_on_submit():
        return _unfit(form) if wants_json() else (_page_editor(draft, held, form), 422)
    seen = str(form.seen.data or "")
    try:
        with writing() as session:
            mark = drafts.save_page(
                session, access_writing(session, draft_id), page_key, form.words, viewer(), seen=seen
            )
    except errors.Elsewhere as refusal:
        return _page_conflict(draft_id, page_key, form, refusal)
    except errors.TooMuchText as refusal:
        form.markdown.errors = [sentence_of(refusal)]
        return _unfit(form) if wants_json() else (_page_editor(draft, held, form), 422)
    if wants_json():
        return jsonify(seen=mark, said=_saved())
    flash(gettext("Kept."), "good")
    return redirect(url_for("authoring_drafts.page", draft_id=draft_id, page_key=page_key), 303)


@bp.post("/<draft_id>/pages/<page_key>/remove")
@requires(Act.MANAGE_COURSES)
def remove_page(draft_id: str, page_key: str) -> ResponseReturnValue:
    """Take a page out; the list of the draft offers to bring it back."""
    with writing() as session:
        drafts.remove_page(session, access_writing(session, draft_id), page_key, viewer())
    flash(gettext("The page is taken out. It can be brought back below the list."), "good")
    return redirect(url_for("authoring_drafts.show", draft_id=draft_id, _anchor="pages"), 303)


@bp.post("/<draft_id>/pages/<page_key>/restore")
@requires(Act.MANAGE_COURSES)
def restore_page(draft_id: str, page_key: str) -> ResponseReturnValue:
    """Bring a page back that was taken out."""
    with writing() as session:
        drafts.bring_back(session, access_writing(session, draft_id), page_key, viewer())
    return redirect(url_for("authoring_drafts.show", draft_id=draft_id, _anchor="pages"), 303)


@bp.post("/<draft_id>/look")
@requires(Act.MANAGE_COURSES)
def look(draft_id: str) -> ResponseReturnValue:
    """What a page that is being typed looks like, and what is wrong with it."""
    unit = drafts.unit_of(access_draft(reading(), draft_id))
    typed = made_page("page", request.form.get("title", "")[:200], request.form.get("markdown", "")[:MOST_PAGE])
    found = page_problems(typed, {one.name for one in unit.media}) if typed.markdown.strip() else ()
    html = render_template(
        "authoring/_look.html", html=showing.html_of(unit, typed.markdown), problems=found, sentence=sentence
    )
    return jsonify(html=html, problems=len(found))


@bp.route("/<draft_id>/settings", methods=["GET", "POST"])
@requires(Act.MANAGE_COURSES)
def settings(draft_id: str) -> ResponseReturnValue:
    """Title, hours, origin and the rest."""
    draft = access_draft(reading(), draft_id)
    unit = drafts.unit_of(draft)
    form = SettingsForm(data={**SettingsForm.of(unit), "seen": drafts.mark(unit)})
    form.offer()
    if request.method == "GET":
        return _settings(draft, form), 200
    if not form.validate_on_submit():
        return _unfit(form) if wants_json() else (_settings(draft, form), 422)
    try:
        with writing() as session:
            draft = access_writing(session, draft_id)
            typed = form.settings(drafts.unit_of(draft))
            mark = drafts.save_settings(session, draft, typed, viewer(), seen=str(form.seen.data or ""))
    except errors.Elsewhere as refusal:
        return _settings_conflict(draft_id, form, refusal)
    if wants_json():
        return jsonify(seen=mark, said=_saved())
    flash(gettext("Kept."), "good")
    return redirect(url_for("authoring_drafts.settings", draft_id=draft_id), 303)


@bp.get("/<draft_id>/check")
@requires(Act.MANAGE_COURSES)
def check(draft_id: str) -> ResponseReturnValue:
    """The questions at the end, the units that come first, and what else could be chosen."""
    session = reading()
    draft = access_draft(session, draft_id)
    unit = drafts.unit_of(draft)
    words, subject = request.args.get("q", "")[:60], request.args.get("subject", draft.subject)
    subject = subject if subject in CODES else ""
    return render_template(
        "authoring/check.html",
        draft=draft,
        unit=unit,
        chosen=checking.chosen(session, unit.check.items),
        found=checking.questions(session, words=words, subject=subject, without=unit.check.items),
        words=words,
        subject=subject,
        before=showing.titles(unit.prerequisites, telling.named(session, unit.prerequisites), locale_code()),
        others=[
            one
            for one in telling.open_units(session, limit=OFFERED)
            if one.code != unit.code and one.code not in unit.prerequisites
        ],
        type_names=TYPE_NAMES,
        **_names(session, draft),
    )


@bp.post("/<draft_id>/check")
@requires(Act.MANAGE_COURSES)
def change_check(draft_id: str) -> ResponseReturnValue:
    """Put a question or a unit in, or take one out."""
    sent = {name: request.form.get(name, "")[:80] for name in ("add", "remove", "first", "not_first")}
    with writing() as session:
        draft = access_writing(session, draft_id)
        if sent["add"] in checking.types_of(session, [sent["add"]]) or sent["remove"]:
            drafts.set_items(session, draft, add=sent["add"], remove=sent["remove"], viewer=viewer())
        if sent["first"] in telling.named(session, [sent["first"]]) or sent["not_first"]:
            drafts.set_prerequisites(session, draft, add=sent["first"], remove=sent["not_first"], viewer=viewer())
    place = "first" if sent["first"] or sent["not_first"] else "questions"
    words, subject = request.args.get("q"), request.args.get("subject")
    address = url_for("authoring_drafts.check", draft_id=draft_id, q=words, subject=subject, _anchor=place)
    return redirect(address, 303)


@bp.post("/<draft_id>/pictures")
@requires(Act.MANAGE_COURSES)
def add_picture(draft_id: str) -> ResponseReturnValue:
    """Keep a picture; the answer says by which name pages show it."""
    form, found = PictureForm(), access_draft(reading(), draft_id)
    if not form.validate_on_submit():
        raise errors.PictureUnfit
    sent, folder = form.file.data, current_app.extensions["config"].media
    data = sent.read(drafts.MOST_PICTURE + 1)
    try:
        with writing() as session:
            draft = access_writing(session, draft_id)
            kept = drafts.add_picture(session, draft, str(sent.filename or ""), data, viewer(), folder=folder)
    except Refused as refusal:
        if wants_json():
            raise
        flash(sentence_of(refusal), "bad")
        return redirect(url_for("authoring_drafts.show", draft_id=found.public_id, _anchor="pictures"), 303)
    if wants_json():
        return jsonify(name=kept.name)
    flash(gettext("The picture is kept as %(name)s.", name=kept.name), "good")
    return redirect(url_for("authoring_drafts.show", draft_id=draft_id, _anchor="pictures"), 303)


@bp.post("/<draft_id>/pictures/remove")
@requires(Act.MANAGE_COURSES)
def remove_picture(draft_id: str) -> ResponseReturnValue:
    """Take a picture out that no page shows."""
    with writing() as session:
        drafts.remove_picture(session, access_writing(session, draft_id), request.form.get("name", ""), viewer())
    return redirect(url_for("authoring_drafts.show", draft_id=draft_id, _anchor="pictures"), 303)


@bp.get("/<draft_id>/preview")
@requires(Act.MANAGE_COURSES)
def preview(draft_id: str) -> ResponseReturnValue:
    """The draft as a learner reads it, page by page."""
    session = reading()
    draft = access_draft(session, draft_id)
    unit = drafts.unit_of(draft)
    asked = request.args.get("page", "")
    shown = unit.page(asked) or (unit.pages[0] if unit.pages else None)
    place = unit.page_keys.index(shown.key) if shown else 0
    document = telling.shown_document(unit, shown) if shown else None
    text = render_template(
        "authoring/preview.html",
        draft=draft,
        unit=unit,
        page=shown,
        place=place,
        html=showing.page_html(session, unit, shown) if shown else "",
        video=telling.shown_video(unit, shown) if shown else None,
        document=document,
        may_review=may_review(viewer(), draft, queries.hands(session, draft.id)),
        **_names(session, draft),
    )
    answer = current_app.make_response(text)
    if document is not None:
        framing_ours(answer)
    return answer


@bp.get("/<draft_id>/export")
@requires(Act.MANAGE_COURSES)
def export(draft_id: str) -> ResponseReturnValue:
    """The draft as the archive from which it can be read again."""
    draft = access_draft(reading(), draft_id)
    data = importing.archive_of(drafts.unit_of(draft), media=current_app.extensions["config"].media)
    answer = current_app.response_class(data, mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{draft.code}-draft.zip"'
    return answer


def _names(session: Session, draft: CourseDraft | None = None) -> dict[str, object]:
    title = queries.name_of(draft, locale_code()) if draft else ""
    return {**names(session), "title": title, "state_names": STATE_NAMES, "state_colours": STATE_COLOURS}


def _saved() -> str:
    """That it is kept, with the time of day to the second: people look whether it moves."""
    return str(gettext("Saved at %(time)s", time=str(format_datetime(now(), "HH:mm:ss"))))


def _unfit(form: PageForm | SettingsForm) -> ResponseReturnValue:
    first = next((str(said) for said in _flat(form.errors)), "")
    return jsonify(message=gettext("Not saved yet: %(reason)s", reason=first)), 422


def _flat(found: object) -> list[object]:
    """The complaints of a form, those of rows within it too."""
    if isinstance(found, dict):
        return [one for inner in found.values() for one in _flat(inner)]
    if isinstance(found, list | tuple):
        return [one for inner in found for one in _flat(inner)]
    return [found] if found else []


def _overview(draft: CourseDraft, form: AddPageForm) -> str:
    session, unit = reading(), drafts.unit_of(draft)
    events, hands = queries.events(session, draft.id), queries.hands(session, draft.id)
    shown = {name for page in unit.pages for name in page.files}
    held = telling.by_code(session, draft.code)
    return render_template(
        "authoring/draft.html",
        draft=draft,
        unit=unit,
        form=form,
        picture_form=PictureForm(formdata=None),
        found=checking.look_over(session, unit),
        sentence=sentence,
        shown=shown,
        events=events,
        hands=hands,
        people=accounts.people_by_ids(session, sorted({one.by for one in events} | set(hands) | {draft.saved_by})),
        estimate=checking.estimate(unit),
        behind=service.is_behind(draft, held),
        held=held,
        wrote=viewer().id in hands,
        may_review=may_review(viewer(), draft, hands),
        **_names(session, draft),
    )


def _page_editor(draft: CourseDraft, held: Page, form: PageForm, *, other: Page | None = None) -> str:
    session, unit = reading(), drafts.unit_of(draft)
    keys = unit.page_keys
    place = keys.index(held.key)
    typed = made_page(held.key, str(form.title.data or ""), str(form.markdown.data or ""))
    return render_template(
        "authoring/page.html",
        draft=draft,
        unit=unit,
        page=held,
        form=form,
        picture_form=PictureForm(formdata=None),
        other=other,
        html=showing.html_of(unit, typed.markdown),
        problems=page_problems(typed, {one.name for one in unit.media}) if typed.markdown.strip() else (),
        sentence=sentence,
        place=place,
        before=keys[place - 1] if place else None,
        after=keys[place + 1] if place + 1 < len(keys) else None,
        **_names(session, draft),
    )


def _page_conflict(draft_id: str, page_key: str, form: PageForm, refusal: Refused) -> ResponseReturnValue:
    """The page again, with what was typed and what somebody else kept meanwhile; keeping once more is deliberate."""
    draft = access_draft(reading(), draft_id)
    other = drafts.unit_of(draft).page(page_key)
    if other is None or wants_json():
        raise refusal
    form.seen.data = drafts.mark(other)
    return _page_editor(draft, other, form, other=other), refusal.status


def _settings(draft: CourseDraft, form: SettingsForm, *, conflict: str = "") -> str:
    unit = drafts.unit_of(draft)
    form.spare_rows()
    return render_template(
        "authoring/settings.html",
        draft=draft,
        unit=unit,
        form=form,
        conflict=conflict,
        other=SettingsForm.of(unit) if conflict else {},
        estimate=checking.estimate(unit),
        **_names(reading(), draft),
    )


def _settings_conflict(draft_id: str, form: SettingsForm, refusal: Refused) -> ResponseReturnValue:
    if wants_json():
        raise refusal
    draft = access_draft(reading(), draft_id)
    form.seen.data = drafts.mark(drafts.unit_of(draft))
    return _settings(draft, form, conflict=sentence_of(refusal)), refusal.status
