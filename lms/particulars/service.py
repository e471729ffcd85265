"""Writing personnel files: what became different is a further row, with its day, its reason and an entry of the audit log."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy.orm import Session

from lms.accounts import queries as accounts
from lms.accounts.queries import PersonRow
from lms.audit.service import Said, record_all
from lms.clock import now, today
from lms.particulars import identity, queries
from lms.particulars.errors import LaterKnown, NothingChanged
from lms.particulars.models import Particulars
from lms.particulars.queries import File, ParticularsRow, SaidRow

EARLIEST = date(1950, 1, 1)
_MONTH = re.compile(r"(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])\Z")
EMPTY = ParticularsRow(None, None, None, None, None, None, None, None)


@dataclass(frozen=True, slots=True)
class Change:
    """What the file says from `from_date` on. `id_number`: the number of the identity card, "" to leave the one there is."""

    said: ParticularsRow
    from_date: date
    reason: str
    id_number: str = ""


def record_change(session: Session, person: PersonRow, change: Change, *, by: int | None) -> None:
    """Let the file of `person` say something else from a day on: as `record_changes`."""
    record_changes(session, [(person, change)], by=by)


def record_changes(session: Session, changes: Sequence[tuple[PersonRow, Change]], *, by: int | None) -> None:
    """Let the files of people, each named once, say something else from a day on, all or none. `by`: who records it, None for the
    command line.

    Raises LaterKnown where something is recorded from a later day on, NothingChanged where a file says this already.
    """
    people = [person.id for person, _change in changes]
    accounts.lock_people(session, people)
    files = queries.files(session, people)
    told = []
    for person, change in changes:
        before = _refuse(files.get(person.id, File()), change)
        session.add(_row(person.id, change, before, by))
        said = {"from": str(change.from_date), "reason": change.reason, "number": bool(change.id_number)}
        was = before.said if before else EMPTY
        told.append(Said(person.public_id, before=_plain(was), after={**_plain(change.said), **said}))
    session.flush()
    record_all(session, "particulars.change", told, thing="person")


def _refuse(file: File, change: Change) -> SaidRow | None:
    """What a change follows upon."""
    if file.last_day is not None and change.from_date < file.last_day:
        raise LaterKnown(day=str(file.last_day))
    before = file.on(change.from_date)
    if same(before, change.said, change.id_number):
        raise NothingChanged
    return before


def same(before: SaidRow | None, said: ParticularsRow, id_number: str) -> bool:
    """Whether a file says this already; `id_number` "" asks nothing of the number."""
    number = before.number if before and id_number else ""
    return (before.said if before else EMPTY) == said and id_number in ("", number)


def _row(person_id: int, change: Change, before: SaidRow | None, by: int | None) -> Particulars:
    political = str(change.said.political) if change.said.political else None
    return Particulars(
        person_id=person_id,
        from_date=change.from_date,
        **{**asdict(change.said), "political": political},
        sealed_id_number=identity.seal(change.id_number) if change.id_number else before.sealed if before else None,
        recorded_at=now(),
        recorded_by=by,
        reason=change.reason,
    )


def _plain(said: ParticularsRow) -> dict[str, object]:
    return {name: None if value is None else str(value) for name, value in asdict(said).items()}


def check_month(text: str, day: date) -> bool:
    """Whether this is a year and month of birth, "1984-05", before the month of `day`."""
    return bool(_MONTH.match(text)) and text < day.strftime("%Y-%m")


def normal_number(text: str) -> str:
    """The number of an identity card as it is stored; "" for one that cannot be."""
    number = identity.normal(text)
    return number if identity.holds(number) else ""


def hidden_number(text: str) -> str:
    """As much of a number as a page shows."""
    return identity.masked(identity.normal(text))


def sealed(data: bytes) -> bytes:
    """What holds numbers of identity cards on its way into the files, so that only this installation can read it."""
    return identity.seal_bytes(data)


def opened(data: bytes) -> bytes:
    """What was `sealed`; b"" where another installation did it or where it was altered."""
    return identity.opened_bytes(data)


def id_numbers(session: Session, person_ids: Sequence[int]) -> Mapping[int, str]:
    """The whole numbers of the identity cards of these people, for the personnel archive alone: whoever asks writes an entry of
    the audit log. Who has none is left out.
    """
    sealed = queries.sealed_numbers(session, person_ids, today())
    return {person: identity.opened(number) for person, number in sealed.items()}
