"""Writing pools and items: one function a use case, one transaction each, one audit entry each."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import update
from sqlalchemy.orm import Session

from lms.audit.service import record
from lms.bank import calibrations, pictures, queries, statistics
from lms.bank.bundled import NAME, PURPOSE, read_bundled
from lms.bank.errors import BundledPool, UnsoundItem
from lms.bank.life import stand, standing_of
from lms.bank.models import Item, ItemVersion, Pool
from lms.bank.queries import PoolRow
from lms.clock import now
from lms.errors import NotFound
from lms.subjects import CODES
from question_bank import item as domain
from question_bank import quality
from question_bank.analysis.versions import Figures
from question_bank.formats.record import to_record
from question_bank.life import first
from question_bank.text import plain_text


@dataclass(frozen=True, slots=True)
class Stored:
    """What storing items changed. `retired`: items that stay out of the draw, whatever their wording."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    retired: int = 0


def create_pool(
    session: Session, *, name: str, purpose: str | None, owner_path: str, by: int | None, reviewed: bool = False
) -> PoolRow:
    """A new, empty pool, kept by a part of the organisation; `by` is None for the bundled one."""
    pool = Pool(name=name, purpose=purpose, owner_path=owner_path, reviewed=reviewed, created_by=by, created_at=now())
    session.add(pool)
    session.flush()
    after = {"name": name, "reviewed": reviewed}
    record(session, "bank.pool.create", thing="pool", thing_id=pool.public_id, after=after)
    return _row(session, pool.public_id)


def change_pool(session: Session, pool: PoolRow, *, name: str, purpose: str | None, reviewed: bool) -> None:
    """Another name and purpose for a pool, and whether it asks for review from now on; raises BundledPool."""
    if pool.bundled:
        raise BundledPool
    before = {"name": pool.name, "purpose": pool.purpose, "reviewed": pool.reviewed}
    after = {"name": name, "purpose": purpose, "reviewed": reviewed}
    if before == after:
        return
    session.execute(update(Pool).where(Pool.id == pool.id).values(**after))
    record(
        session,
        "bank.pool.change",
        thing="pool",
        thing_id=pool.public_id,
        before=before,
        after=after,
    )


def store_items(session: Session, pool: PoolRow, versions: Sequence[domain.ItemVersion], by: int | None) -> Stored:
    """Put items into a pool by their refs; a change of wording is a new version, the same wording is nothing.

    Raises UnsoundItem when an item has a problem: nothing unsound is ever stored.
    """
    for version in versions:
        _refuse_unsound(version)
    held = queries.newest_of(session, pool.id)
    unique = {version.ref: version for version in versions}
    fresh = [version for ref, version in unique.items() if ref not in held]
    changed = [version for ref, version in unique.items() if ref in held and digest(version) != held[ref][2]]
    _add_items(session, pool, fresh, by)
    _add_versions(session, pool, [(held[version.ref][0], version) for version in changed], by)
    stored = Stored(len(fresh), len(changed), len(unique) - len(fresh) - len(changed))
    if fresh or changed:
        record(session, "bank.items.store", thing="pool", thing_id=pool.public_id, after=asdict(stored))
    return stored


def revise_item(session: Session, pool: PoolRow, version: domain.ItemVersion, by: int) -> Stored:
    """A new wording of the item of that ref; raises NotFound, BundledPool, UnsoundItem."""
    if pool.bundled:
        raise BundledPool
    if version.ref not in queries.newest_of(session, pool.id):
        raise NotFound
    return store_items(session, pool, [version], by)


def encoded_photo(data: bytes, *, most_side: int) -> bytes:
    """A JPEG from outside, made anew from its pixels alone. Raises PictureUnfit, also where it is larger than a square of that side."""
    return pictures.encoded(data, kinds=("JPEG",), most_pixels=most_side * most_side)[0]


def load_bundled(session: Session, *, media: Path) -> dict[str, int]:
    """Bring the bundled pool to what this release holds; loading twice changes nothing. `media`: where files are kept."""
    found = read_bundled()
    for data in found.pictures.values():
        pictures.keep_own(session, data, folder=media)
    pool = queries.bundled_pool(session) or create_pool(session, name=NAME, purpose=PURPOSE, owner_path="/", by=None)
    stored = store_items(session, pool, found.items, None)
    return asdict(stored) | {"retired": _retire_others(session, pool, {version.ref for version in found.items})}


def check_bundled() -> tuple[list[domain.ItemVersion], list[str]]:
    """The bundled items that are sound, and what is wrong with the others, a line each."""
    found = read_bundled()
    problems = [f"{one.where} {one.field} {one.code} {one.value}".strip() for one in found.refused]
    return list(found.items), [*problems, *_flaws(found.items)]


def _flaws(items: Sequence[domain.ItemVersion]) -> list[str]:
    """What is wrong with the bundled questions as sets, a line each."""
    subjects = sorted({item.subject for item in items})
    found = [
        (subject, flaw)
        for subject in subjects
        for flaw in quality.flaws([item for item in items if item.subject == subject])
    ]
    found += [("", flaw) for flaw in quality.twins(items)]
    return [" ".join(filter(None, (subject, flaw.code, *flaw.refs, flaw.figure))) for subject, flaw in found]


def keep_statistics(
    session: Session, *, source: str, label: str, found: Mapping[int, Figures], exposures: Mapping[int, float]
) -> None:
    """Keep how the versions of an exam did; `source` and `label`: its public id and title."""
    statistics.keep(session, source=source, label=label, found=found, exposures=exposures)


def keep_calibration(session: Session, worked: calibrations.Worked) -> str:
    """Keep a calibration of the questions; its public id."""
    return calibrations.keep(session, worked)


def digest(version: domain.ItemVersion) -> bytes:
    """SHA-256 of the canonical record: equal content, equal digest."""
    text = json.dumps(to_record(version), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).digest()


def _retire_others(session: Session, pool: PoolRow, kept: set[str]) -> int:
    """Retire bundled items that this release no longer holds, and bring back those it holds again."""
    held = queries.newest_of(session, pool.id)
    gone = [item for ref, (item, state, _sha) in held.items() if ref not in kept and state == "ready"]
    back = [item for ref, (item, state, _sha) in held.items() if ref in kept and state == "retired"]
    for ids, state in ((gone, "retired"), (back, "ready")):
        if ids:
            session.execute(update(Item).where(Item.id.in_(ids)).values(state=state))
    if gone or back:
        after = {"retired": len(gone), "restored": len(back)}
        record(session, "bank.items.retire", thing="pool", thing_id=pool.public_id, after=after)
    return len(gone)


def _refuse_unsound(version: domain.ItemVersion) -> None:
    problems = version.problems((*CODES, ""))
    if problems:
        raise UnsoundItem(ref=version.ref, field=problems[0].field, reason=problems[0].code)


def _add_items(session: Session, pool: PoolRow, fresh: Sequence[domain.ItemVersion], by: int | None) -> None:
    moment, standing = now(), first(reviewed=pool.reviewed)
    made = [Item(pool_id=pool.id, ref=version.ref, created_at=moment) for version in fresh]
    for item in made:
        stand(item, standing)
    session.add_all(made)
    session.flush()
    session.add_all(stored_version(item.id, 1, version, by) for item, version in zip(made, fresh, strict=True))
    session.flush()


def _add_versions(
    session: Session, pool: PoolRow, changed: Iterable[tuple[int, domain.ItemVersion]], by: int | None
) -> None:
    for item_id, version in changed:
        item = session.get_one(Item, item_id, with_for_update=True)
        stand(item, standing_of(item).worded(reviewed=pool.reviewed))
        session.add(stored_version(item_id, item.newest, version, by))
    session.flush()


def stored_version(item_id: int, number: int, version: domain.ItemVersion, by: int | None) -> ItemVersion:
    """A version as it is stored, not added to a session yet."""
    return ItemVersion(
        item_id=item_id,
        number=number,
        type=version.type,
        subject=version.subject,
        point=version.point[:80] or None,
        cognitive=version.cognitive or None,
        difficulty=version.difficulty or None,
        valid_from=version.valid_from,
        valid_until=version.valid_until,
        record=to_record(version),
        cited="\n".join(" ".join(filter(None, (one.source, one.article))) for one in version.citations),
        stem_text=plain_text(version.stem),
        sha256=digest(version),
        created_by=by,
        created_at=now(),
    )


def _row(session: Session, public_id: str) -> PoolRow:
    row = queries.pool_by_public_id(session, public_id)
    if row is None:
        raise NotFound
    return row
