"""What people are typing, kept while they type: theirs alone, on whichever machine, gone once the question is kept.

A draft is no question and no record: it leaves no trace in the audit log.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from lms.accounts.policy import Act, Viewer
from lms.bank.editor_typed import Typed
from lms.bank.errors import DraftElsewhere, TooManyDrafts
from lms.bank.models import Draft, Item, Pool
from lms.bank.policy import access_pool
from lms.bank.queries import PoolRow
from lms.clock import now
from lms.errors import NotFound
from question_bank.interactions import KINDS
from question_bank.text import plain_text

MOST_DRAFTS = 100


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft as pages need it; `item` is the public id of the question it changes, None for a new one."""

    public_id: str
    pool_public_id: str
    item: str | None
    type: str
    based_on: int
    #: number of the question's newest version now, 0 for a new question
    newest: int
    fields: Typed
    saved_at: datetime

    @property
    def is_behind(self) -> bool:
        """Whether the question has got a newer wording since the draft was begun."""
        return self.item is not None and self.newest != self.based_on

    @property
    def words(self) -> str:
        """The stem as a list shows it."""
        return plain_text((self.fields.get("stem") or [""])[0])

    @property
    def seen(self) -> str:
        """What a page sends back to say which state of the draft it knows."""
        return self.saved_at.isoformat()


_COLUMNS = (
    Draft.public_id, Pool.public_id, Item.public_id, Draft.type, Draft.based_on, func.coalesce(Item.newest, 0),
    Draft.fields, Draft.saved_at,
)  # fmt: skip


def _rows(person_id: int) -> Any:
    """Drafts of a person as DraftRow's fields, the latest first."""
    return (
        select(*_COLUMNS)
        .select_from(Draft)
        .join(Pool, Pool.id == Draft.pool_id)
        .outerjoin(Item, Item.id == Draft.item_id)
        .where(Draft.person_id == person_id, Draft.type.in_(list(KINDS)))
        .order_by(Draft.saved_at.desc(), Draft.id.desc())
    )


def of_pool(session: Session, pool_id: int, person_id: int) -> list[DraftRow]:
    """What a person has begun in a pool."""
    return [DraftRow(*row) for row in session.execute(_rows(person_id).where(Draft.pool_id == pool_id))]


def of_item(session: Session, item_id: int, person_id: int) -> list[DraftRow]:
    """What a person has begun about a question."""
    return [DraftRow(*row) for row in session.execute(_rows(person_id).where(Draft.item_id == item_id))]


def access_draft(session: Session, viewer: Viewer, public_id: str) -> tuple[DraftRow, PoolRow]:
    """A draft of the viewer's own and its pool, as long as they may edit that; raises NotFound for everybody else."""
    row = session.execute(_rows(viewer.id).where(Draft.public_id == public_id)).first()
    if row is None:
        raise NotFound
    found = DraftRow(*row)
    return found, access_pool(session, viewer, found.pool_public_id, Act.EDIT_BANK)


def keep(
    session: Session, pool: PoolRow, kind: str, typed: Typed, *, by: int, item_id: int | None = None, based_on: int = 0
) -> DraftRow:
    """Begin a draft; raises TooManyDrafts."""
    held = session.scalar(select(func.count()).select_from(Draft).filter_by(person_id=by)) or 0
    if held >= MOST_DRAFTS:
        raise TooManyDrafts(most=MOST_DRAFTS)
    draft = Draft(
        pool_id=pool.id, item_id=item_id, person_id=by, type=kind, based_on=based_on, fields=typed, saved_at=now()
    )
    session.add(draft)
    session.flush()
    return DraftRow(*session.execute(_rows(by).where(Draft.public_id == draft.public_id)).one())


def go_on(session: Session, draft: DraftRow, typed: Typed, *, seen: str, by: int, based_on: int) -> DraftRow:
    """What was typed since; raises DraftElsewhere when another window changed the draft after `seen`."""
    found = session.scalars(
        select(Draft).filter_by(public_id=draft.public_id, person_id=by).with_for_update()
    ).one_or_none()
    if found is None or found.saved_at.isoformat() != seen:
        raise DraftElsewhere
    if found.fields != typed or found.based_on != based_on:
        found.fields, found.based_on = typed, based_on
        found.saved_at = now()
        session.flush()
    return DraftRow(*session.execute(_rows(by).where(Draft.public_id == draft.public_id)).one())


def discard(session: Session, public_id: str, *, by: int) -> None:
    """Forget a draft of one's own; nothing where there is none."""
    session.execute(delete(Draft).where(Draft.public_id == public_id, Draft.person_id == by))
