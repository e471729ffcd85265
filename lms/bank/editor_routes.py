"""Writing questions: new ones and newer wordings, looked at beside the form, kept as drafts while they are typed."""

from dataclasses import replace

from flask import Blueprint, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_datetime, gettext, ngettext
from sqlalchemy.orm import Session

from lms.access import requires
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.bank import drafts, editing, queries
from lms.bank.drafts import DraftRow
from lms.bank.editing import Kept
from lms.bank.editor_page import Desk, look, page, preview_of, take_picture
from lms.bank.editor_reading import complain, typed_from
from lms.bank.editor_typed import fresh, move_rows
from lms.bank.errors import NewerVersion, PictureUnfit
from lms.bank.policy import access_item, access_pool
from lms.bank.queries import ItemRow, PoolRow
from lms.database import reading, writing
from lms.errors import NotFound, sentence_of
from lms.question_types import TYPE_NAMES
from lms.richtext import picture_address
from lms.subjects import CODES
from question_bank.interactions import KINDS

bp = Blueprint("bank_editor", __name__, url_prefix="/bank", template_folder="templates")

KEEP, DRAFT = "keep", "draft"


@bp.get("/pools/<pool_id>/questions/new")
@requires(Act.EDIT_BANK)
def choose(pool_id: str) -> ResponseReturnValue:
    """Which type the new question is of."""
    pool = access_pool(reading(), viewer(), pool_id, Act.EDIT_BANK)
    return render_template("bank/editor_types.html", pool=pool, types=KINDS, type_names=TYPE_NAMES)


@bp.route("/pools/<pool_id>/questions/new/<kind>", methods=["GET", "POST"])
@requires(Act.EDIT_BANK)
def new(pool_id: str, kind: str) -> ResponseReturnValue:
    """Write a new question of a type."""
    pool = access_pool(reading(), viewer(), pool_id, Act.EDIT_BANK)
    if kind not in KINDS:
        raise NotFound
    subject = request.args.get("subject", "")
    desk = Desk(pool, kind, fresh(kind, subject=subject if subject in CODES else ""))
    return page(desk, focus="stem") if request.method == "GET" else _work(desk.with_sent())


@bp.route("/items/<item_id>/edit", methods=["GET", "POST"])
@requires(Act.EDIT_BANK)
def edit(item_id: str) -> ResponseReturnValue:
    """Write a newer wording of a question; the older ones stay."""
    session = reading()
    item, pool = access_item(session, viewer(), item_id, Act.EDIT_BANK)
    newest = editing.versions_of(session, item)[0].version
    desk = Desk(pool, item.type, typed_from(newest), item, based_on=item.number)
    return page(desk) if request.method == "GET" else _work(desk.with_sent())


@bp.post("/pools/<pool_id>/questions/look/<kind>")
@requires(Act.EDIT_BANK)
def look_at(pool_id: str, kind: str) -> ResponseReturnValue:
    """What a half-written question looks like to candidates, and what it lacks."""
    session = reading()
    pool = access_pool(session, viewer(), pool_id, Act.EDIT_BANK)
    if kind not in KINDS:
        raise NotFound
    form, found, _known = look(session, Desk(pool, kind, {}).with_sent())
    complaints = complain(form, found)
    return jsonify(html=preview_of(found, complaints), problems=len(complaints))


@bp.post("/pools/<pool_id>/questions/drafts/<kind>")
@requires(Act.EDIT_BANK)
def save_draft(pool_id: str, kind: str) -> ResponseReturnValue:
    """Keep what is being typed, without leaving the page."""
    if kind not in KINDS:
        raise NotFound
    with writing() as session:
        pool = access_pool(session, viewer(), pool_id, Act.EDIT_BANK)
        draft = _saved(session, Desk(pool, kind, {}, _asked_item(session, pool)).with_sent())
    said = gettext("Draft saved at %(time)s", time=_clock_time(draft))
    return jsonify(
        draft=draft.public_id,
        seen=draft.seen,
        said=said,
        page=url_for("bank_editor.draft", draft_id=draft.public_id),
        behind=draft.is_behind,
    )


@bp.route("/drafts/<draft_id>", methods=["GET", "POST"])
@requires(Act.EDIT_BANK)
def draft(draft_id: str) -> ResponseReturnValue:
    """Go on with a draft where it was left, on whichever machine."""
    session = reading()
    found, pool = drafts.access_draft(session, viewer(), draft_id)
    item = access_item(session, viewer(), found.item, Act.EDIT_BANK)[0] if found.item else None
    desk = Desk(pool, found.type, found.fields, item, found, found.based_on)
    return page(desk) if request.method == "GET" else _work(desk.with_sent())


@bp.post("/drafts/<draft_id>/discard")
@requires(Act.EDIT_BANK)
def discard(draft_id: str) -> ResponseReturnValue:
    """Forget a draft; the question it was about stays as it is."""
    with writing() as session:
        found, pool = drafts.access_draft(session, viewer(), draft_id)
        drafts.discard(session, found.public_id, by=viewer().id)
    flash(gettext("The draft is forgotten."), "good")
    return redirect(url_for("bank.pool", pool_id=pool.public_id), 303)


@bp.post("/pools/<pool_id>/pictures")
@requires(Act.EDIT_BANK)
def add_picture(pool_id: str) -> ResponseReturnValue:
    """Keep a picture for a question of this pool; the answer says by which name texts show it."""
    file = request.files.get("file")
    with writing() as session:
        access_pool(session, viewer(), pool_id, Act.EDIT_BANK)
        kept = editing.keep_picture(
            session, file.read() if file else b"", folder=current_app.extensions["config"].media, by=viewer().id
        )
        name = f"picture:{kept.sha256}"
        answer = {"name": name, "width": kept.width, "height": kept.height, "address": picture_address(name)}
    return jsonify(answer)


def _work(desk: Desk) -> ResponseReturnValue:
    """Do what the button says that was pressed: keep, keep as a draft, change rows, or only look."""
    try:
        desk = take_picture(desk)
    except PictureUnfit as refusal:
        flash(sentence_of(refusal), "bad")
        return page(desk)
    what = request.form.get("do", "look")
    if what == KEEP:
        return _keep(desk)
    if what == DRAFT:
        with writing() as session:
            access_pool(session, viewer(), desk.pool.public_id, Act.EDIT_BANK)
            kept = _saved(session, desk)
        flash(gettext("Draft saved at %(time)s", time=_clock_time(kept)), "good")
        return redirect(url_for("bank_editor.draft", draft_id=kept.public_id), 303)
    focus = move_rows(desk.kind, desk.typed, what)
    return page(desk, focus=focus)


def _keep(desk: Desk) -> ResponseReturnValue:
    """Keep the question, unless something is wrong with it or somebody kept a newer wording meanwhile."""
    _form, found, _known = look(reading(), desk)
    if found.problems:
        return page(desk, refused=True)
    version = found.version if desk.item else found.version.with_ref(editing.new_ref("item"))
    try:
        with writing() as session:
            pool, item = _still_theirs(session, desk)
            if item:
                kept = editing.keep_revision(session, pool, item, version, based_on=desk.based_on, by=viewer().id)
            else:
                kept = editing.keep_new(session, pool, version, by=viewer().id)
            drafts.discard(session, request.form.get("draft", ""), by=viewer().id)
    except NewerVersion as refusal:
        return page(replace(desk, based_on=int(str(refusal.facts["newest"]))), conflict=refusal)
    _tell(pool, kept)
    return redirect(url_for("bank.item", item_id=kept.public_id), 303)


def _still_theirs(session: Session, desk: Desk) -> tuple[PoolRow, ItemRow | None]:
    """Pool and question as they are now, inside the transaction; raises NotFound for those who lost the right."""
    if desk.item is None:
        return access_pool(session, viewer(), desk.pool.public_id, Act.EDIT_BANK), None
    item, pool = access_item(session, viewer(), desk.item.public_id, Act.EDIT_BANK)
    return pool, item


def _saved(session: Session, desk: Desk) -> DraftRow:
    """The draft of what is being written: the one that the page names, else a new one."""
    named = request.form.get("draft", "")
    if named:
        held, _pool = drafts.access_draft(session, viewer(), named)
        seen = request.form.get("seen", "")
        return drafts.go_on(session, held, desk.typed, seen=seen, by=viewer().id, based_on=desk.based_on)
    item_id = desk.item.id if desk.item else None
    return drafts.keep(
        session, desk.pool, desk.kind, desk.typed, by=viewer().id, item_id=item_id, based_on=desk.based_on
    )


def _asked_item(session: Session, pool: PoolRow) -> ItemRow | None:
    """The question that a draft is about; raises NotFound for one of another pool."""
    asked = request.form.get("item", "")
    if not asked:
        return None
    found = queries.item_by_public_id(session, asked)
    if found is None or found[1] != pool.public_id:
        raise NotFound
    return found[0]


def _tell(pool: PoolRow, kept: Kept) -> None:
    if not kept.changed:
        flash(gettext("Nothing had changed: there is no new version."), "info")
        return
    if pool.reviewed:
        flash(gettext("Kept as a draft: papers hold it once somebody else has approved it."), "good")
    else:
        flash(gettext("The question is kept: new papers may hold it."), "good")
    if kept.others:
        words = ngettext(
            "%(num)s other question got the same new material.", "%(num)s other questions got the same new material.",
            kept.others,
        )  # fmt: skip
        flash(words, "info")


def _clock_time(draft: DraftRow) -> str:
    """The time of day, to the second: people look whether it moves."""
    return str(format_datetime(draft.saved_at, "HH:mm:ss"))
