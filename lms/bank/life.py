"""Moving items through their life: one transaction, one event and one audit entry a move."""

from collections.abc import Iterable, Sequence

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from lms.audit.service import record
from lms.bank.errors import MoveRefused
from lms.bank.models import RELABEL, Item, ItemEvent, ItemVersion
from lms.bank.queries import PoolRow
from lms.clock import now
from lms.errors import NotFound
from question_bank.errors import NotAllowed
from question_bank.life import Move, Standing, State

MAX_COMMENT = 2000
WORD, COMMENT = "word", "comment"


def standing_of(item: Item) -> Standing:
    """Where a stored item stands."""
    return Standing(State(item.state), item.newest, item.drawn, item.suspended)


def stand(item: Item, standing: Standing) -> None:
    """Store where an item stands."""
    item.state, item.newest, item.drawn = standing.state.value, standing.newest, standing.drawn
    item.suspended = standing.suspended


def move(session: Session, pool: PoolRow, public_id: str, move: Move, *, by: int | None, comment: str = "") -> None:
    """Move an item of `pool` on; raises NotFound and MoveRefused. `by` is None for the program itself.

    Retiring what is retired and restoring what is not change nothing: people click twice.
    """
    item = session.scalar(select(Item).filter_by(public_id=public_id, pool_id=pool.id).with_for_update())
    if item is None:
        raise NotFound
    before = standing_of(item)
    if before.is_done(move):
        return
    try:
        after = before.moved(move, author=_wrote(session, item, by), reviewed=pool.reviewed, comment=comment)
    except NotAllowed as refusal:
        raise MoveRefused(**refusal.facts) from refusal
    stand(item, after)
    _event(session, item, move.value, by, comment)
    record(
        session,
        f"bank.item.{move.value}",
        thing="item",
        thing_id=public_id,
        before={"state": before.state.value, "drawn": before.drawn, "suspended": before.suspended},
        after={"state": after.state.value, "drawn": after.drawn, "suspended": after.suspended}
        | ({"comment": comment.strip()} if comment.strip() else {}),
    )


def move_all(
    session: Session, pool: PoolRow, public_ids: Iterable[str], what: Move, *, by: int, comment: str = ""
) -> tuple[int, int]:
    """Move many items; how many moved, and how many could not (they stay as they are)."""
    moved = refused = 0
    for public_id in public_ids:
        try:
            move(session, pool, public_id, what, by=by, comment=comment)
            moved += 1
        except (MoveRefused, NotFound):
            refused += 1
    return moved, refused


def comment(session: Session, pool: PoolRow, public_id: str, words: str, *, by: int) -> None:
    """Say something about the newest version of an item; raises NotFound."""
    item = session.scalar(select(Item).filter_by(public_id=public_id, pool_id=pool.id))
    if item is None:
        raise NotFound
    _event(session, item, COMMENT, by, words)
    record(session, "bank.item.comment", thing="item", thing_id=public_id, after={"comment": words.strip()})


def moves_of(session: Session, pool: PoolRow, item_id: int, *, by: int) -> Sequence[Move]:
    """What `by` could do with an item now, were every right theirs."""
    item = session.get_one(Item, item_id)
    return standing_of(item).moves(author=_wrote(session, item, by), reviewed=pool.reviewed)


def author_of(session: Session, item_id: int) -> int | None:
    """Who wrote the newest wording: the maker of the newest version that is more than other particulars."""
    label = exists().where(
        ItemEvent.item_id == item_id, ItemEvent.number == ItemVersion.number, ItemEvent.act == RELABEL
    )
    query = select(ItemVersion.created_by).where(ItemVersion.item_id == item_id, ~label)
    return session.scalar(query.order_by(ItemVersion.number.desc()).limit(1))


def _wrote(session: Session, item: Item, person_id: int | None) -> bool:
    return person_id is not None and author_of(session, item.id) == person_id


def _event(session: Session, item: Item, act: str, by: int | None, words: str) -> None:
    said = words.strip()[:MAX_COMMENT] or None
    session.add(ItemEvent(item_id=item.id, number=item.newest, act=act, comment=said, by=by, at=now()))
    session.flush()
