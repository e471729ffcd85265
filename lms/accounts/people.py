"""Writing people and their postings; every function takes an open transaction."""

import re
import unicodedata
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.errors import BadValue, DayRefused, StaffNumberTaken, UnitClosed
from lms.accounts.models import Person, Posting, Unit
from lms.accounts.organisation import clean_text, hand_over
from lms.accounts.queries import PersonRow, person_by_id
from lms.accounts.sessions import end_all
from lms.audit.service import record
from lms.clock import now, today
from lms.errors import NotFound
from lms.i18n import LOCALES

_STAFF_NUMBER = re.compile(r"[\w.-]{1,40}\Z")


def normal_staff_number(text: str) -> str:
    """A staff number as it is stored: NFKC, no blanks around it, capitals."""
    return unicodedata.normalize("NFKC", text).strip().upper()


def add_person(
    session: Session,
    *,
    staff_number: str,
    name: str,
    unit_id: int | None,
    post: str | None = None,
    rank: str | None = None,
    name_pinyin: str | None = None,
    from_date: date | None = None,
) -> PersonRow:
    """Add a person, posted to `unit_id` from `from_date` (by default today), without a password.

    Raises StaffNumberTaken, UnitClosed, BadValue, DayRefused, NotFound.
    """
    number = normal_staff_number(staff_number)
    if not _STAFF_NUMBER.match(number):
        raise BadValue(field="staff_number")
    if session.scalar(select(Person.id).where(Person.staff_number == number)) is not None:
        raise StaffNumberTaken(staff_number=number)
    person = Person(
        staff_number=number,
        name=clean_text("name", name, longest=120),
        name_pinyin=_optional("name_pinyin", name_pinyin, longest=200),
        created_at=now(),
    )
    session.add(person)
    session.flush()
    if unit_id is not None:
        _begin_posting(session, person.id, unit_id=unit_id, post=post, rank=rank, on=from_date or today())
    after = {"staff_number": number, "name": person.name, "unit": unit_id, "post": post, "rank": rank}
    record(session, "person.add", thing="person", thing_id=person.public_id, after=after)
    return person_by_id(session, person.id)


def update_person(session: Session, person_id: int, *, name: str, name_pinyin: str | None) -> None:
    """Correct a person's name. Raises NotFound, BadValue."""
    person = _person(session, person_id)
    before = {"name": person.name, "name_pinyin": person.name_pinyin}
    person.name = clean_text("name", name, longest=120)
    person.name_pinyin = _optional("name_pinyin", name_pinyin, longest=200)
    after = {"name": person.name, "name_pinyin": person.name_pinyin}
    if before != after:
        record(session, "person.update", thing="person", thing_id=person.public_id, before=before, after=after)


def rename_person(session: Session, person_id: int, *, name: str) -> None:
    """Correct a person's name; the pinyin of another name goes. Raises NotFound, BadValue."""
    person = _person(session, person_id)
    if person.name != name:
        update_person(session, person_id, name=name, name_pinyin=None)


def post_person(
    session: Session,
    person_id: int,
    *,
    unit_id: int,
    post: str | None = None,
    rank: str | None = None,
    on: date | None = None,
) -> None:
    """Post a person to a unit from the day `on` (by default today); the posting before ends there and is kept.

    Raises NotFound, UnitClosed, DayRefused, BadValue.
    """
    person, day = _person(session, person_id), on or today()
    open_posting = select(Posting).where(Posting.person_id == person_id, Posting.to_date.is_(None))
    present = session.scalars(open_posting.with_for_update()).first()
    if present is None:
        _begin_posting(session, person_id, unit_id=unit_id, post=post, rank=rank, on=day)
        before = None
    else:
        before = {"unit": present.unit_id, "post": present.post, "rank": present.rank}
        if before == {"unit": unit_id, "post": post, "rank": rank}:
            return
        _check_posting(session, unit_id, day)
        hand_over(session, present, unit_id=unit_id, post=_post(post), rank=_rank(rank), on=day)
    after = {"unit": unit_id, "post": post, "rank": rank, "on": str(day)}
    record(session, "person.post", thing="person", thing_id=person.public_id, before=before, after=after)


def retire_person(session: Session, person_id: int, *, on: date) -> None:
    """End the present posting with no other after it; `on` is the first day out of service.

    Raises NotFound for somebody who serves nowhere, DayRefused for a day to come or before the posting began.
    """
    person = _person(session, person_id)
    open_posting = select(Posting).where(Posting.person_id == person_id, Posting.to_date.is_(None))
    present = session.scalars(open_posting.with_for_update()).first()
    if present is None:
        raise NotFound
    if not present.from_date < on <= today():
        raise DayRefused(day=on)
    present.to_date = on
    before = {"unit": present.unit_id, "post": present.post, "rank": present.rank}
    record(session, "person.retire", thing="person", thing_id=person.public_id, before=before, after={"on": str(on)})


def set_enabled(session: Session, person_id: int, *, enabled: bool) -> None:
    """Open or close an account; closing ends all its sessions. Raises NotFound."""
    person = _person(session, person_id)
    before = {"enabled": person.enabled}
    person.enabled = enabled
    if not enabled:
        end_all(session, person_id, why="disabled")
    act = "person.enable" if enabled else "person.disable"
    record(session, act, thing="person", thing_id=person.public_id, before=before, after={"enabled": enabled})


def set_locale(session: Session, person_id: int, *, locale: str) -> None:
    """Remember the language a person chose. Raises BadValue, NotFound."""
    if locale not in LOCALES:
        raise BadValue(field="language")
    person = _person(session, person_id)
    before, person.locale = {"locale": person.locale}, locale
    record(
        session, "person.language", thing="person", thing_id=person.public_id, before=before, after={"locale": locale}
    )


def _begin_posting(
    session: Session, person_id: int, *, unit_id: int, post: str | None, rank: str | None, on: date
) -> None:
    _check_posting(session, unit_id, on)
    session.add(Posting(person_id=person_id, unit_id=unit_id, post=_post(post), rank=_rank(rank), from_date=on))
    session.flush()


def _check_posting(session: Session, unit_id: int, day: date) -> None:
    unit = session.get(Unit, unit_id)
    if unit is None:
        raise NotFound
    if unit.closed_on is not None:
        raise UnitClosed(unit=unit.name)
    if day > today():
        raise DayRefused(day=day)


def _post(text: str | None) -> str | None:
    return _optional("post", text, longest=80)


def _rank(text: str | None) -> str | None:
    return _optional("rank", text, longest=80)


def _optional(field: str, text: str | None, *, longest: int) -> str | None:
    return clean_text(field, text, longest=longest) if text and text.strip() else None


def _person(session: Session, person_id: int) -> Person:
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound
    return person
