"""The alarm: a law changes, and the questions that rest on the changed words leave the draw until somebody has looked."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_babel import gettext
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from lms.bank import life
from lms.bank.errors import MoveRefused
from lms.bank.models import Item, ItemEvent, ItemVersion, LawChange, Pool
from lms.bank.queries import PoolRow, pool_by_public_id
from lms.clock import now
from lms.library.telling import REMOVED, REPEALED, Change, changes_under
from question_bank.life import Move, State

#: of the words of a law as much stands in the history of an item; the page of changes shows all
QUOTED = 400


def resting_on(session: Session, word: Mapping[str, Any]) -> dict[int, tuple[Change, ...]]:
    """The items, by id, that rest on what the word of the library says was changed, by the newest or the drawn wording."""
    return changes_under(session, word, _citations(session))


def suspend(session: Session, found: Mapping[int, Sequence[Change]], *, word: str) -> int:
    """Take these items out of the draw, each with a comment that says what was changed; how many left it.

    `word`: public id of the job that brought the word. An item that heard it does not hear it again.
    """
    told = set(session.scalars(select(LawChange.item_id).where(LawChange.word == word, LawChange.item_id.in_(found))))
    items = session.scalars(select(Item).where(Item.id.in_(found)).order_by(Item.id).with_for_update()).all()
    pools = _pools(session, {item.pool_id for item in items})
    moved = 0
    for item in items:
        if item.id in told:
            continue
        words = "\n\n".join(sentence(change) for change in found[item.id])
        moved += _take_out(session, item, pools[item.pool_id], words)
        session.add_all(LawChange(item_id=item.id, word=word, at=now(), **_columns(one)) for one in found[item.id])
    session.flush()
    return moved


def sentence(change: Change) -> str:
    """What was changed, in words for the history of an item, a line each."""
    law = f"《{change.title.strip('《》')}》"
    if change.how == REPEALED:
        said = [gettext("%(law)s is no longer in force since %(day)s.", law=law, day=change.day or "–")]
        if change.reason:
            said.append(gettext("Reason: %(reason)s", reason=change.reason))
    elif change.how == REMOVED:
        said = [gettext("%(law)s no longer has %(article)s.", law=law, article=change.article)]
        said.append(gettext("It said: %(words)s", words=_quoted(change.before)))
    else:
        said = [gettext("%(law)s: the words of %(article)s have changed.", law=law, article=change.article)]
        said.append(gettext("Before: %(words)s", words=_quoted(change.before)))
        said.append(gettext("Now: %(words)s", words=_quoted(change.after)))
    if change.moved_to:
        said.insert(1, gettext("Its words now stand in %(article)s.", article=change.moved_to))
    return "\n".join(said)


def _citations(session: Session) -> dict[int, set[tuple[str, str | None]]]:
    """What each item rests on that is not retired, by its newest and its drawn wording."""
    rows = session.execute(
        select(Item.id, ItemVersion.record["citations"])
        .join(ItemVersion, ItemVersion.item_id == Item.id)
        .where(
            Item.state != State.RETIRED.value,
            or_(ItemVersion.number == Item.newest, ItemVersion.number == Item.drawn),
        )
    )
    found = defaultdict[int, set[tuple[str, str | None]]](set)
    for item_id, citations in rows:
        found[item_id] |= {(source, article) for source, article in citations or ()}
    return found


def _pools(session: Session, ids: Iterable[int]) -> dict[int, PoolRow]:
    public_ids = session.scalars(select(Pool.public_id).where(Pool.id.in_(ids)))
    rows = [pool_by_public_id(session, public_id) for public_id in public_ids]
    return {row.id: row for row in rows if row is not None}


def _take_out(session: Session, item: Item, pool: PoolRow, words: str) -> bool:
    """Whether the item left the draw by this; one that is out already gets the words only."""
    if item.suspended:
        said = words[: life.MAX_COMMENT]
        session.add(ItemEvent(item_id=item.id, number=item.newest, act=life.COMMENT, comment=said, by=None, at=now()))
        return False
    settle(session, [item.id])
    try:
        life.move(session, pool, item.public_id, Move.SUSPEND, by=None, comment=words)
    except MoveRefused:  # retired between the reading and the writing
        return False
    return True


def settle(session: Session, item_ids: Iterable[int]) -> None:
    """What was told of these items before has been looked at."""
    session.execute(
        update(LawChange)
        .where(LawChange.item_id.in_(list(item_ids)), LawChange.settled_at.is_(None))
        .values(settled_at=now())
    )


def _columns(change: Change) -> dict[str, Any]:
    return {
        "how": change.how,
        "title": change.title[:200],
        "article": change.article[:60] if change.article else None,
        "before": change.before,
        "after": change.after,
        "moved_to": change.moved_to[:60] if change.moved_to else None,
        "reason": change.reason,
        "day": change.day,
        "document": change.document,
    }


def _quoted(words: str | None) -> str:
    text = words or ""
    return text if len(text) <= QUOTED else text[:QUOTED] + "…"
