"""What is known of a document and what it has to do with others; a librarian sets it."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.access import requires
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.database import reading, writing
from lms.library import relating, service
from lms.library.forms import RELATION_NAMES, FactsForm, RelationForm
from lms.library.names import kinds_to_choose, names, subjects_to_choose
from lms.library.policy import access_document
from lms.library.queries import DocumentFacts, DocumentRow
from lms.library.texts import CITES

bp = Blueprint("library_facts", __name__, url_prefix="/library/documents", template_folder="templates")


@bp.get("/<document_id>/facts")
@requires(Act.MANAGE_LIBRARY)
def edit(document_id: str) -> ResponseReturnValue:
    """The facts of a document, to be corrected."""
    row, facts = access_document(reading(), viewer(), document_id)
    return _facts_page(row, facts, _form(row, facts))


@bp.post("/<document_id>/facts")
@requires(Act.MANAGE_LIBRARY)
def save(document_id: str) -> ResponseReturnValue:
    """Set them, with the reason."""
    row, facts = access_document(reading(), viewer(), document_id)
    form = _form(row, facts)
    if not form.validate_on_submit():
        return _facts_page(row, facts, form), 422
    with writing() as session:
        changed = service.set_facts(session, document_id, form.facts(), reason=str(form.reason.data))
    flash(gettext("It is noted.") if changed else gettext("Nothing was changed."), "good" if changed else "info")
    return redirect(url_for("library.document", document_id=document_id), 303)


@bp.get("/<document_id>/relations")
@requires(Act.MANAGE_LIBRARY)
def relations(document_id: str) -> ResponseReturnValue:
    """What is said by hand of a document and other laws, to be taken back or added to. Readers have the page of reading."""
    return _relations_page(document_id, RelationForm())


@bp.post("/<document_id>/relations")
@requires(Act.MANAGE_LIBRARY)
def relate(document_id: str) -> ResponseReturnValue:
    """Say what it has to do with a law."""
    access_document(reading(), viewer(), document_id)
    form = RelationForm()
    if not form.validate_on_submit():
        return _relations_page(document_id, form), 422
    title = str(form.title.data).strip("《》")
    with writing() as session:
        added = service.relate(session, document_id, kind=str(form.kind.data), title=title, by=viewer().id)
    flash(gettext("It is noted.") if added else gettext("That was said already."), "good" if added else "info")
    return redirect(url_for("library_facts.relations", document_id=document_id), 303)


@bp.post("/<document_id>/relations/<relation_id>/remove")
@requires(Act.MANAGE_LIBRARY)
def unrelate(document_id: str, relation_id: str) -> ResponseReturnValue:
    """Take back what was said by hand."""
    access_document(reading(), viewer(), document_id)
    with writing() as session:
        service.unrelate(session, document_id, relation_id)
    flash(gettext("It is taken back."), "good")
    return redirect(url_for("library_facts.relations", document_id=document_id), 303)


def _form(row: DocumentRow, facts: DocumentFacts) -> FactsForm:
    held = {name: getattr(row, name) for name in ("title", "subject", "kind", "author", "issued_on")}
    more = ("issuer", "number", "effective_on", "amended_on", "valid_until", "access", "source_note", "rights")
    form = FactsForm(**held, **{name: getattr(facts, name) for name in more}, tags="、".join(facts.tags))
    form.offer(subjects=subjects_to_choose(gettext("none")), kinds=kinds_to_choose(held=row.kind))
    return form


def _facts_page(row: DocumentRow, facts: DocumentFacts, form: FactsForm) -> str:
    return render_template("library/facts.html", document=row, facts_known=facts, form=form, **names())


def _relations_page(document_id: str, form: RelationForm) -> str:
    row, facts = access_document(reading(), viewer(), document_id)
    said = [one for one in relating.relations_of(reading(), document_id) if one.kind != CITES]
    return render_template(
        "library/relations.html", document=row, facts_known=facts, said=said, relation_names=RELATION_NAMES, form=form
    )
