"""Other particulars for many questions at once: worked out first, shown, written in one transaction, taken back as one.

What a question says and its key stay, so labels (subject, point, levels, validity, enemies, classification) keep the
approval: the new version is noted as relabelled, and nobody becomes its author. What it rests on was part of the
review: another citation is a new wording, a draft where the pool asks for review.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from lms.audit.service import record
from lms.bank.errors import BundledPool
from lms.bank.life import WORD, stand, standing_of
from lms.bank.models import RELABEL, Bulk, Item, ItemEvent, ItemVersion
from lms.bank.queries import PoolRow
from lms.bank.service import stored_version
from lms.clock import now
from lms.subjects import CODES
from question_bank.formats.record import from_record
from question_bank.item import ItemVersion as Wording
from question_bank.life import Standing, State
from question_bank.particulars import Changes
from question_bank.problem import Problem

#: more than these are changed by a job
AT_ONCE = 300
JOB, UNDO_JOB = "bank.bulk", "bank.bulk.undo"
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Step:
    """One question: where it stands now, and its next version."""

    item_id: int
    public_id: str
    ref: str
    standing: Standing
    before: Wording
    after: Wording


@dataclass(slots=True)
class Plan:
    """What a change would do: the questions it changes, how many have it already, and those it cannot change."""

    changes: Changes
    steps: list[Step] = field(default_factory=list)
    same: int = 0
    refused: list[tuple[str, str, Problem]] = field(default_factory=list)

    def redrafted(self, pool: PoolRow) -> int:
        """How many lose their approval by it."""
        touched = self.changes.touches_sources and pool.reviewed
        return (
            sum(step.standing.state in (State.READY, State.TRIAL, State.IN_REVIEW) for step in self.steps)
            if touched
            else 0
        )

    def older_drawn(self) -> int:
        """How many go on being drawn by an older wording, with its particulars, until the newest is approved."""
        return sum(step.standing.drawn not in (None, step.standing.newest) for step in self.steps)

    def was(self, name: str) -> Counter[Any]:
        """The values of a field before, and how many have each."""
        return Counter(getattr(step.before, name) for step in self.steps)


def plan(session: Session, pool: PoolRow, ids: Sequence[int], changes: Changes) -> Plan:
    """Work a change out; nothing is written."""
    made = Plan(changes)
    for item, version in _newest(session, pool.id, ids):
        before = from_record(version)
        after = changes.applied(before)
        if after == before:
            made.same += 1
        elif problems := [one for one in after.problems((*CODES, "")) if one not in before.problems((*CODES, ""))]:
            made.refused.append((item.public_id, item.ref, problems[0]))
        else:
            made.steps.append(Step(item.id, item.public_id, item.ref, standing_of(item), before, after))
    return made


def _newest(session: Session, pool_id: int, ids: Sequence[int]) -> Iterator[tuple[Item, Any]]:
    query = (
        select(Item, ItemVersion.record)
        .join(ItemVersion, (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.newest))
        .where(Item.pool_id == pool_id)
        .order_by(Item.ref)
    )
    for part in _parts(ids):
        yield from ((row[0], row[1]) for row in session.execute(query.where(Item.id.in_(part))))


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


def apply(session: Session, pool: PoolRow, made: Plan, *, public_id: str, by: int) -> int:
    """Carry a plan out in this transaction; how many changed. What was worded anew since is left as it is.

    Applying it again under the same `public_id` changes nothing.
    """
    if pool.bundled:
        raise BundledPool
    if session.scalar(select(exists().where(Bulk.public_id == public_id))):
        return 0
    touched = made.changes.touches_sources
    rows: list[list[Any]] = []
    versions = {s.item_id: stored_version(s.item_id, s.standing.newest + 1, s.after, by) for s in made.steps}
    for item in _locked(session, pool.id, made.steps):
        before = standing_of(item)
        rows.append([item.id, before.newest, before.newest + 1, before.state.value, before.drawn, before.suspended])
        stand(item, before.worded(reviewed=pool.reviewed) if touched else before.relabelled())
        session.add(versions[item.id])
        session.add(_event(item, WORD if touched else RELABEL, by))
    changes = made.changes.to_record()
    session.add(Bulk(public_id=public_id, pool_id=pool.id, changes=changes, versions=rows, by=by, at=now()))
    after = {"changes": changes, "items": len(rows)}
    record(session, "bank.bulk.change", thing="bulk", thing_id=public_id, before={"pool": pool.public_id}, after=after)
    return len(rows)


def _locked(session: Session, pool_id: int, steps: Sequence[Step]) -> Iterator[Item]:
    """The items of the steps that have not been worded anew since."""
    expected = {step.item_id: step.standing.newest for step in steps}
    for part in _parts(list(expected)):
        yield from (item for item in _fresh(session, pool_id, part) if item.newest == expected[item.id])


def _fresh(session: Session, pool_id: int, ids: Sequence[int]) -> Iterable[Item]:
    """These items as they are now, for nobody else to change until the transaction ends."""
    query = select(Item).where(Item.id.in_(ids), Item.pool_id == pool_id).order_by(Item.id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).all()


def _event(item: Item, act: str, by: int) -> ItemEvent:
    return ItemEvent(item_id=item.id, number=item.newest, act=act, by=by, at=now())


@dataclass(frozen=True, slots=True)
class BulkRow:
    """A change of many as its page shows it."""

    id: int
    public_id: str
    pool_id: int
    changes: Changes
    versions: tuple[tuple[int, int, int, str, int | None, str], ...]
    by: int
    at: datetime
    undone_at: datetime | None


def bulk_by_public_id(session: Session, public_id: str) -> BulkRow | None:
    """The change, whoever asks; policies decide who may."""
    found = session.scalar(select(Bulk).filter_by(public_id=public_id))
    if found is None:
        return None
    versions = tuple((*row,) for row in found.versions)
    changes = Changes.from_record(found.changes)
    return BulkRow(found.id, public_id, found.pool_id, changes, versions, found.by, found.at, found.undone_at)


def bulks_of(session: Session, pool_id: int, *, limit: int) -> list[tuple[str, int, datetime, datetime | None, int]]:
    """The latest changes of many in a pool: public id, by whom, when, when taken back, how many questions."""
    query = select(Bulk).where(Bulk.pool_id == pool_id).order_by(Bulk.id.desc()).limit(limit)
    return [(one.public_id, one.by, one.at, one.undone_at, len(one.versions)) for one in session.scalars(query)]


def changed_since(session: Session, bulk: BulkRow) -> list[tuple[str, str]]:
    """Questions of a change, (public id, ref), that have a newer version than it made: these stay when it is undone."""
    after = {row[0]: row[2] for row in bulk.versions}
    found: list[tuple[str, str]] = []
    for part in _parts(list(after)):
        rows = session.execute(select(Item.id, Item.public_id, Item.ref, Item.newest).where(Item.id.in_(part)))
        found += [(row.public_id, row.ref) for row in rows if row.newest != after[row.id]]
    return sorted(found, key=lambda pair: pair[1])


def undo(session: Session, pool: PoolRow, bulk: BulkRow, *, by: int) -> int:
    """Take a change back in this transaction: new versions that say what was said before; how many.

    What was worded anew since stays. A change is taken back once.
    """
    held = session.scalar(select(Bulk).filter_by(id=bulk.id).with_for_update())
    if held is None or held.undone_at is not None:
        return 0
    touched = bulk.changes.touches_sources
    rows = {row[0]: row for row in bulk.versions}
    old = dict(_numbered(session, {row[0]: row[1] for row in bulk.versions}))
    authors = _authors(session, {row[0]: row[1] for row in bulk.versions}) if touched else {}
    count = 0
    for item in _still(session, pool.id, rows):
        _item, earlier, _after, state, drawn, suspended = rows[item.id]
        standing = standing_of(item)
        before = Standing(State(state), earlier, drawn, suspended)
        stand(item, standing.taken_back(before) if touched else standing.relabelled())
        # words that come back are still theirs who wrote them
        session.add(stored_version(item.id, item.newest, old[item.id], authors.get(item.id) if touched else by))
        session.add(_event(item, WORD if touched else RELABEL, by))
        count += 1
    held.undone_at = now()
    after = {"items": count, "stay": len(rows) - count}
    record(session, "bank.bulk.undo", thing="bulk", thing_id=bulk.public_id, after=after)
    return count


def _still(session: Session, pool_id: int, rows: Mapping[int, Sequence[Any]]) -> Iterator[Item]:
    """The items whose newest version is the one that the change made."""
    for part in _parts(list(rows)):
        yield from (item for item in _fresh(session, pool_id, part) if item.newest == rows[item.id][2])


def _numbered(session: Session, numbers: Mapping[int, int]) -> Iterable[tuple[int, Wording]]:
    """What these versions (item: number) say."""
    for part in _parts(list(numbers)):
        query = select(ItemVersion.item_id, ItemVersion.number, ItemVersion.record)
        for row in session.execute(query.where(ItemVersion.item_id.in_(part))):
            if numbers[row.item_id] == row.number:
                yield row.item_id, from_record(row.record)


def _authors(session: Session, numbers: Mapping[int, int]) -> dict[int, int | None]:
    """Who wrote the words of these versions (item: number)."""
    label = exists().where(
        ItemEvent.item_id == ItemVersion.item_id, ItemEvent.number == ItemVersion.number, ItemEvent.act == RELABEL
    )
    found: dict[int, int | None] = {}
    for part in _parts(list(numbers)):
        query = select(ItemVersion.item_id, ItemVersion.number, ItemVersion.created_by).where(~label)
        for row in session.execute(query.where(ItemVersion.item_id.in_(part)).order_by(ItemVersion.number)):
            if row.number <= numbers[row.item_id]:
                found[row.item_id] = row.created_by
    return found
