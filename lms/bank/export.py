"""Taking questions out of a pool as a file: what the format would lose, and the file itself.

A file of questions with their keys is a leak waiting to happen: only those who may edit the pool export it, each export
stands in the audit log with the hash of the file, and a file that waits for its download is gone after a day (`lms.exports`).
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit.service import record
from lms.bank import pictures
from lms.bank.format_names import place
from lms.bank.models import Item, ItemVersion
from lms.bank.queries import PoolRow
from lms.subjects import SUBJECTS
from question_bank import item as domain
from question_bank.formats.pictures import named
from question_bank.formats.record import from_record
from question_bank.formats.refusal import Refusal
from question_bank.formats.registry import FORMATS, Format

JOB = "bank.export"
#: more questions than these are written by a job
MOST_AT_ONCE = 500
CHUNK = 500
REFS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Loss:
    """What a format cannot carry: of which field, why, of how many questions and of which (the first of them)."""

    field: str
    code: str
    count: int
    refs: tuple[str, ...]


def writable() -> tuple[Format, ...]:
    """The formats that can be written, in the order in which people look for them."""
    return tuple(sorted((one for one in FORMATS.values() if one.write), key=place))


def newest(session: Session, ids: Sequence[int]) -> list[domain.ItemVersion]:
    """The newest wordings of items, in the order of `ids`."""
    found: dict[int, domain.ItemVersion] = {}
    for start in range(0, len(ids), CHUNK):
        rows = session.execute(
            select(Item.id, ItemVersion.record)
            .join(ItemVersion, (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.newest))
            .where(Item.id.in_(ids[start : start + CHUNK]))
        )
        found |= {row.id: from_record(row.record) for row in rows}
    return [found[one] for one in ids if one in found]


def ids_in(session: Session, pool_id: int) -> list[int]:
    """Every item of a pool that is not retired, in the order of their names."""
    query = select(Item.id).where(Item.pool_id == pool_id, Item.state != "retired").order_by(Item.ref)
    return list(session.scalars(query))


def losses(one: Format, items: Sequence[domain.ItemVersion]) -> list[Loss]:
    """What of these items the format cannot carry, the most frequent first."""
    found: dict[tuple[str, str], list[str]] = {}
    for loss in one.losses(items) if one.losses else ():
        refs = found.setdefault((loss.field.partition(".")[0], loss.code), [])
        if loss.where not in refs[-1:]:
            refs.append(loss.where)
    grouped = [Loss(field, code, len(refs), tuple(refs[:REFS_SHOWN])) for (field, code), refs in found.items()]
    return sorted(grouped, key=lambda loss: (-loss.count, loss.field, loss.code))


def as_refusal(loss: Loss) -> Refusal:
    """For its sentence."""
    return Refusal("", loss.field, "", loss.code)


def written(one: Format, items: Sequence[domain.ItemVersion], *, media: Path) -> bytes:
    """The file; subjects stand there by their names where the format has them."""
    kept = {digest: path.read_bytes() for digest in named(items) if (path := pictures.path_of(media, digest)).is_file()}
    if one.titled:
        names = {subject.code: subject.zh for subject in SUBJECTS}
        return one.titled(items, pictures=kept, titles=names)
    if one.write is None:
        raise ValueError(f"{one.key} is not written")
    return one.write(items, pictures=kept)


def note(session: Session, pool: PoolRow, one: Format, count: int, data: bytes) -> None:
    """Leave in the audit log that this file was made."""
    after = {"format": one.key, "items": count, "sha256": hashlib.sha256(data).hexdigest()}
    record(session, "bank.export", thing="pool", thing_id=pool.public_id, after=after)


def file_name(pool: PoolRow, one: Format) -> str:
    """What a browser calls the file."""
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", pool.name)[:80] + one.ending
