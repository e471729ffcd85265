"""The page on which a question is written: its form, the preview beside it, drafts of the same question."""

from dataclasses import dataclass, replace

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from lms.accounts.gate import viewer
from lms.bank import drafts, editing, materials, preview
from lms.bank.drafts import DraftRow
from lms.bank.editor_reading import NEW, Complaint, Written, complain, written
from lms.bank.editor_typed import ItemForm, Typed, typed_of
from lms.bank.errors import NewerVersion
from lms.bank.queries import ItemRow, PoolRow
from lms.database import reading, writing
from lms.i18n import locale_code
from lms.question_types import TYPE_NAMES
from lms.subjects import SUBJECTS
from question_bank.item import Stimulus

#: the file by which a form without scripts sends the picture of a question
PICTURE_FILE = "picture_file"


@dataclass(frozen=True, slots=True)
class Desk:
    """What somebody is writing: for which pool, of which type, about which question (None: a new one), from which
    draft, and on which version it is based (0: none).
    """

    pool: PoolRow
    kind: str
    typed: Typed
    item: ItemRow | None = None
    draft: DraftRow | None = None
    based_on: int = 0

    @property
    def ref(self) -> str:
        """The question's lasting name; one that only the preview knows as long as it is new."""
        return self.item.ref if self.item else "new"

    def with_sent(self) -> "Desk":
        """The same with what the request's form says."""
        based = request.form.get("based_on", "")
        number = int(based) if based.isascii() and based.isdigit() and len(based) < 7 else self.based_on
        return replace(self, typed=typed_of(self.kind, request.form), based_on=number)


def look(session: Session, desk: Desk) -> tuple[ItemForm, Written, dict[str, Stimulus]]:
    """The form of what is being written and what it says so far."""
    form = ItemForm(desk.kind, desk.typed)
    known = materials.of_pool(session, desk.pool.id)
    found = written(form, ref=desk.ref, materials=known, new_material=editing.new_ref("case"))
    return form, editing.missing_pictures(session, found), known


def preview_of(found: Written, complaints: list[Complaint]) -> str:
    """The question as candidates see it, and what is still missing, as a piece of a page."""
    return render_template(
        "bank/editor_preview.html",
        question=_seen(found),
        missing=complaints,
        type_names=TYPE_NAMES,
    )


def _seen(found: Written) -> preview.Preview:
    """The question as its candidates will see it; words stand for a stem that nobody has written yet."""
    version = found.version
    return preview.preview(
        version if version.stem.strip() else replace(version, stem=gettext("Here the stem will stand."))
    )


def page(
    desk: Desk, *, refused: bool = False, focus: str | None = None, conflict: NewerVersion | None = None
) -> ResponseReturnValue:
    """The whole page; `refused` says the complaints at their fields."""
    session = reading()
    form, found, known = look(session, desk)
    complaints = complain(form, found)
    if not refused:
        form = ItemForm(desk.kind, desk.typed)
    _autofocus(form, focus)
    names = [(ref, one.title or ref) for ref, one in known.items()]
    form.common.offer(
        subjects=[("", gettext("unclassified")), *((one.code, one.name(locale_code())) for one in SUBJECTS)],
        materials=[("", gettext("none")), (NEW, gettext("new material")), *names],
    )
    body = render_template(
        "bank/editor.html",
        desk=desk,
        form=form,
        complaints=complaints if refused else [],
        question=_seen(found),
        missing=complaints,
        conflict=conflict,
        shared=_shared(session, desk, found),
        others=[] if desk.draft else _others(session, desk),
        type_names=TYPE_NAMES,
    )
    return body, 409 if conflict else 422 if refused else 200


def _autofocus(form: ItemForm, name: str | None) -> None:
    """Let the page open in that field."""
    field = form.field(name) if name else None
    if field is not None:
        field.render_kw = {**(field.render_kw or {}), "autofocus": True}


def _others(session: Session, desk: Desk) -> list[DraftRow]:
    """Drafts of the same question that were begun before."""
    return drafts.of_item(session, desk.item.id, viewer().id) if desk.item else []


def _shared(session: Session, desk: Desk, found: Written) -> int:
    """How many other questions rest on the same material."""
    stimulus = found.version.stimulus
    if stimulus is None or desk.typed.get("stimulus") == [NEW]:
        return 0
    return sum(one.ref != desk.ref for one in materials.sharing(session, desk.pool.id, stimulus.ref))


def take_picture(desk: Desk) -> Desk:
    """The same with the picture that a form without scripts sent along."""
    file = request.files.get(PICTURE_FILE)
    data = file.read() if file else b""
    if not data:
        return desk
    with writing() as session:
        folder = current_app.extensions["config"].media
        kept = editing.keep_picture(session, data, folder=folder, by=viewer().id)
        sizes = {"picture": f"picture:{kept.sha256}", "width": str(kept.width), "height": str(kept.height)}
    return replace(desk, typed=desk.typed | {name: [text] for name, text in sizes.items()})
