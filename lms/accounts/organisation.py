"""Writing the organisation tree. Moves and mergers keep what was before; every function takes an open transaction."""

import unicodedata
from datetime import date

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from lms.accounts.errors import BadValue, DayRefused, UnitClosed, UnitCodeTaken, UnitInsideItself, UnitNotEmpty
from lms.accounts.models import Posting, Unit, UnitPlacement
from lms.accounts.queries import UnitRow, unit_by_id
from lms.audit.service import record
from lms.clock import today
from lms.errors import NotFound

KINDS = ("bureau", "branch", "office")


def clean_text(field: str, value: str, *, longest: int) -> str:
    """`value` in NFKC without outer blanks; raises BadValue when empty, over `longest` characters or unprintable."""
    text = unicodedata.normalize("NFKC", value).strip()
    if not text or len(text) > longest or not text.isprintable():
        raise BadValue(field=field)
    return text


def add_unit(
    session: Session,
    *,
    code: str,
    name: str,
    kind: str,
    parent_id: int | None = None,
    sort_order: int = 0,
    from_date: date | None = None,
) -> UnitRow:
    """Add a unit below `parent_id` (None: a top of the tree) from `from_date`, by default today.

    Raises UnitCodeTaken, UnitClosed, BadValue, DayRefused.
    """
    code, name = clean_text("code", code, longest=40), clean_text("name", name, longest=120)
    if kind not in KINDS:
        raise BadValue(field="kind")
    if session.scalar(select(Unit.id).where(Unit.code == code)) is not None:
        raise UnitCodeTaken(unit_code=code)
    first = _day(from_date)
    parent = _open_unit(session, parent_id) if parent_id is not None else None
    unit = Unit(code=code, name=name, kind=kind, parent_id=parent_id, sort_order=sort_order, path="")
    session.add(unit)
    session.flush()
    unit.path = f"{parent.path if parent else '/'}{unit.id}/"
    session.add(UnitPlacement(unit_id=unit.id, parent_id=parent_id, from_date=first))
    record(session, "unit.add", thing="unit", thing_id=unit.public_id, after={"code": code, "name": name, "kind": kind})
    return unit_by_id(session, unit.id)


def update_unit(session: Session, unit_id: int, *, name: str, kind: str, sort_order: int) -> None:
    """Change the name, kind or place among siblings of a unit. Raises NotFound, BadValue."""
    unit = _unit(session, unit_id)
    if kind not in KINDS:
        raise BadValue(field="kind")
    before = {"name": unit.name, "kind": unit.kind, "sort_order": unit.sort_order}
    after = {"name": clean_text("name", name, longest=120), "kind": kind, "sort_order": sort_order}
    if before == after:
        return
    unit.name, unit.kind, unit.sort_order = str(after["name"]), kind, sort_order
    record(session, "unit.update", thing="unit", thing_id=unit.public_id, before=before, after=after)


def move_unit(session: Session, unit_id: int, *, parent_id: int, on: date | None = None) -> None:
    """Put a unit, with all below it, under another one from the day `on`.

    Raises NotFound, UnitClosed, UnitInsideItself, DayRefused.
    """
    lock_tree(session)
    unit, parent = _open_unit(session, unit_id), _open_unit(session, parent_id)
    if unit.parent_id == parent_id:
        return
    before = {"parent": unit.parent_id}
    _place(session, unit, parent, _day(on))
    after = {"parent": parent_id, "on": str(_day(on))}
    record(session, "unit.move", thing="unit", thing_id=unit.public_id, before=before, after=after)


def merge_units(session: Session, unit_id: int, *, into_id: int, on: date | None = None) -> None:
    """Close a unit and hand its people and the units below it to `into_id` from the day `on`.

    Raises NotFound, UnitClosed, UnitInsideItself, DayRefused.
    """
    lock_tree(session)
    unit, target, day = _open_unit(session, unit_id), _open_unit(session, into_id), _day(on)
    if target.path.startswith(unit.path):
        raise UnitInsideItself
    for child in session.scalars(_children(unit.id)).all():
        _place(session, child, target, day)
    people = session.scalars(select(Posting).where(Posting.unit_id == unit.id, Posting.to_date.is_(None))).all()
    for posting in people:
        hand_over(session, posting, unit_id=target.id, post=posting.post, rank=posting.rank, on=day)
    _close(session, unit, day)
    unit.merged_into_id = target.id
    after = {"into": target.public_id, "on": str(day), "people": len(people)}
    record(session, "unit.merge", thing="unit", thing_id=unit.public_id, after=after)


def close_unit(session: Session, unit_id: int, *, on: date | None = None) -> None:
    """Close an empty unit from the day `on`. Raises NotFound, UnitClosed, UnitNotEmpty, DayRefused."""
    lock_tree(session)
    unit, day = _open_unit(session, unit_id), _day(on)
    units = session.scalar(select(func.count()).select_from(_children(unit.id).subquery())) or 0
    open_postings = select(func.count()).where(Posting.unit_id == unit.id, Posting.to_date.is_(None))
    people = session.scalar(open_postings) or 0
    if units or people:
        raise UnitNotEmpty(people=people, units=units)
    _close(session, unit, day)
    record(session, "unit.close", thing="unit", thing_id=unit.public_id, after={"on": str(day)})


def hand_over(
    session: Session, posting: Posting, *, unit_id: int, post: str | None, rank: str | None, on: date
) -> None:
    """End an open posting on `on` and begin the next; on its own first day it is corrected instead.

    Raises DayRefused when `on` lies before it began.
    """
    if on < posting.from_date:
        raise DayRefused(day=on)
    if on == posting.from_date:
        posting.unit_id, posting.post, posting.rank = unit_id, post, rank
        return
    posting.to_date = on
    session.flush()
    session.add(Posting(person_id=posting.person_id, unit_id=unit_id, post=post, rank=rank, from_date=on))


def lock_tree(session: Session) -> None:
    """Let one change of the tree's shape happen at a time (PostgreSQL; SQLite has one writer anyway)."""
    session.execute(select(Unit.id).where(Unit.parent_id.is_(None)).order_by(Unit.id).with_for_update())


def _place(session: Session, unit: Unit, parent: Unit, day: date) -> None:
    if parent.path.startswith(unit.path):
        raise UnitInsideItself
    placement = _placement(session, unit)
    if day < placement.from_date:
        raise DayRefused(day=day)
    if day == placement.from_date:
        placement.parent_id = parent.id
    else:
        placement.to_date = day
        session.flush()
        session.add(UnitPlacement(unit_id=unit.id, parent_id=parent.id, from_date=day))
    unit.parent_id = parent.id
    session.flush()
    old, new = unit.path, f"{parent.path}{unit.id}/"
    moved = update(Unit).where(Unit.path.startswith(old, autoescape=True))
    session.execute(
        moved.values(path=new + func.substr(Unit.path, len(old) + 1)).execution_options(synchronize_session=False)
    )
    session.expire_all()


def _close(session: Session, unit: Unit, day: date) -> None:
    placement = _placement(session, unit)
    if day <= placement.from_date:
        raise DayRefused(day=day)
    placement.to_date = unit.closed_on = day


def _placement(session: Session, unit: Unit) -> UnitPlacement:
    return session.scalars(
        select(UnitPlacement).where(UnitPlacement.unit_id == unit.id, UnitPlacement.to_date.is_(None))
    ).one()


def _children(unit_id: int) -> Select[Unit]:
    return select(Unit).where(Unit.parent_id == unit_id, Unit.closed_on.is_(None))


def _unit(session: Session, unit_id: int) -> Unit:
    unit = session.get(Unit, unit_id)
    if unit is None:
        raise NotFound
    return unit


def _open_unit(session: Session, unit_id: int) -> Unit:
    unit = _unit(session, unit_id)
    if unit.closed_on is not None:
        raise UnitClosed(unit=unit.name)
    return unit


def _day(day: date | None) -> date:
    """The day of a change; today by default. The tree shows the present, so no change lies in the future."""
    chosen = day or today()
    if chosen > today():
        raise DayRefused(day=chosen)
    return chosen
