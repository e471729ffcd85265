"""Keeping what somebody wrote in the editor: a new question, a newer wording, an older one brought back, a copy.

Nothing is written over in silence: whoever keeps a wording says on which version it was based.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit.service import record
from lms.bank import materials, pictures, queries, service
from lms.bank.editor_reading import Written, pictures_of
from lms.bank.errors import NewerVersion
from lms.bank.models import Item, ItemVersion, Picture, Pool
from lms.bank.queries import ItemRow, PoolRow
from lms.clock import now
from lms.errors import NotFound
from lms.ids import new_public_id
from question_bank import item as domain
from question_bank.formats.record import from_record
from question_bank.life import State
from question_bank.problem import Problem
from question_bank.text import plain_text

#: who keeps the same words again so soon has pressed the button twice, or came back to the form
AGAIN, MOST_AGAIN = timedelta(minutes=10), 20


@dataclass(frozen=True, slots=True)
class Kept:
    """What keeping did: the question, whether anything changed, and how many others got the same new material."""

    public_id: str
    changed: bool = True
    others: int = 0


def new_ref(kind: str) -> str:
    """A lasting name for something written here."""
    return f"{kind}-{new_public_id()}"


def missing_pictures(session: Session, found: Written) -> Written:
    """The same with a complaint about pictures that are not kept here."""
    named = pictures_of(found.version)
    known = set(session.scalars(select(Picture.sha256).where(Picture.sha256.in_(named)))) if named else set()
    problems = [Problem("stem", "unfit_missing", f"picture:{digest[:12]}…") for digest in sorted(named - known)]
    return replace(found, problems=(*found.problems, *problems))


def keep_new(session: Session, pool: PoolRow, version: domain.ItemVersion, *, by: int) -> Kept:
    """A new question; the one that was kept a moment ago where it says the same. Raises UnsoundItem."""
    earlier = _kept_just_now(session, pool, version, by=by)
    return Kept(earlier, changed=False) if earlier else _new(session, pool, version, by=by)


def _new(session: Session, pool: PoolRow, version: domain.ItemVersion, *, by: int) -> Kept:
    others = _reworded_material(session, pool, version)
    service.store_items(session, pool, [version, *others], by)
    return Kept(_public_id(session, pool, version.ref), others=len(others))


def keep_revision(
    session: Session, pool: PoolRow, item: ItemRow, version: domain.ItemVersion, *, based_on: int, by: int
) -> Kept:
    """A newer wording of a question; the same wording is nothing. Raises NewerVersion, BundledPool, UnsoundItem."""
    newest = session.scalars(select(Item.newest).where(Item.id == item.id).with_for_update()).one()
    held = _wording(session, item, newest)
    if held == version:
        return Kept(item.public_id, changed=False)
    if newest != based_on:
        raise NewerVersion(based_on=based_on, newest=newest)
    service.revise_item(session, pool, version, by)
    others = _reworded_material(session, pool, version)
    if others:
        service.store_items(session, pool, others, by)
    return Kept(item.public_id, others=len(others))


def bring_back(session: Session, pool: PoolRow, item: ItemRow, number: int, *, based_on: int, by: int) -> Kept:
    """An older wording as a new version; raises NotFound and what `keep_revision` raises."""
    version = _wording(session, item, number)
    kept = keep_revision(session, pool, item, version, based_on=based_on, by=by)
    if kept.changed:
        after = {"version": number}
        record(session, "bank.item.bring_back", thing="item", thing_id=item.public_id, after=after)
    return kept


def copy(session: Session, version: domain.ItemVersion, target: PoolRow, *, by: int) -> Kept:
    """The same question in another pool, under its name where that is free there; nothing there is written over."""
    taken = session.scalar(select(Item.id).filter_by(pool_id=target.id, ref=version.ref)) is not None
    made = version.with_ref(new_ref("item") if taken else version.ref)
    return _new(session, target, made, by=by)


def keep_picture(session: Session, data: bytes, *, folder: Path, by: int) -> Picture:
    """A picture for a question; raises PictureUnfit."""
    picture = pictures.keep(session, data, folder=folder, by=by)
    after: Mapping[str, object] = {"size": picture.size, "width": picture.width, "height": picture.height}
    record(session, "bank.picture.keep", thing="picture", thing_id=picture.sha256, after=after)
    return picture


def _kept_just_now(session: Session, pool: PoolRow, version: domain.ItemVersion, *, by: int) -> str | None:
    """The public id of a question that `by` kept with the very same words; the pool is locked until the end."""
    session.execute(select(Pool.id).where(Pool.id == pool.id).with_for_update())
    rows = session.execute(
        select(Item.public_id, ItemVersion.record)
        .join(ItemVersion, (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.newest))
        .where(Item.pool_id == pool.id, Item.newest == 1, Item.state != State.RETIRED.value)
        .where(Item.created_at > now() - AGAIN, ItemVersion.created_by == by, ItemVersion.type == version.type)
        .where(ItemVersion.stem_text == plain_text(version.stem))
        .limit(MOST_AGAIN)
    )
    return next((row[0] for row in rows if from_record(row.record).with_ref(version.ref) == version), None)


def _reworded_material(session: Session, pool: PoolRow, version: domain.ItemVersion) -> list[domain.ItemVersion]:
    """The other questions on the same material, with its words as they are now; only those that had others."""
    stimulus = version.stimulus
    if stimulus is None:
        return []
    others = materials.sharing(session, pool.id, stimulus.ref)
    return [replace(one, stimulus=stimulus) for one in others if one.ref != version.ref and one.stimulus != stimulus]


def _wording(session: Session, item: ItemRow, number: int) -> domain.ItemVersion:
    found = session.scalar(select(ItemVersion.record).filter_by(item_id=item.id, number=number))
    if found is None:
        raise NotFound
    return from_record(found)


def _public_id(session: Session, pool: PoolRow, ref: str) -> str:
    return session.scalars(select(Item.public_id).filter_by(pool_id=pool.id, ref=ref)).one()


def versions_of(session: Session, item: ItemRow) -> list[queries.VersionRow]:
    """Every wording of a question, newest first."""
    return queries.versions_of(session, item.id)
