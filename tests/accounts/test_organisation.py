"""The organisation tree and postings: what was true on a day stays true of that day."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from lms.accounts import queries, service
from lms.accounts.errors import (
    BadValue,
    DayRefused,
    StaffNumberTaken,
    UnitClosed,
    UnitCodeTaken,
    UnitInsideItself,
    UnitNotEmpty,
)
from lms.accounts.models import Posting
from lms.accounts.policy import Act, Grant, Role, Viewer
from lms.audit.queries import verify
from lms.database import reading, writing
from lms.errors import NotFound
from lms.paging import paginate
from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("context")

APRIL, BEFORE = date(2025, 4, 1), date(2025, 3, 31)
TOMORROW = date(2026, 3, 3)


def names_on(unit_id: int, day: date) -> list[str]:
    """The unit and those above it on a day."""
    return [unit.name for unit in queries.units_on(reading(), unit_id, day)]


def unit_name_on(person_id: int, day: date) -> str | None:
    """The name of the unit somebody served in on a day."""
    unit = queries.unit_on(reading(), person_id, day)
    return unit.name if unit else None


def test_the_tree_is_in_order(cast: Cast) -> None:
    """
    Parents before children, siblings in their order, with depth.
    """
    tree = [(unit.name, depth) for unit, depth in queries.unit_tree(reading())]

    assert tree == [
        ("局机关", 0), ("东城分局", 1), ("朝阳门所", 2), ("景山所", 2), ("西城分局", 1), ("西单所", 2),
    ]  # fmt: skip


def test_a_path_is_the_ids_from_the_top(cast: Cast) -> None:
    """
    A subtree is a prefix.
    """
    assert cast.office_a1.path == f"/{cast.bureau.id}/{cast.branch_a.id}/{cast.office_a1.id}/"


def test_a_move_takes_all_below_along(cast: Cast) -> None:
    """
    Branch A under branch B: its offices' paths begin with branch B's.
    """
    with writing() as session:
        service.move_unit(session, cast.branch_a.id, parent_id=cast.branch_b.id, on=APRIL)
    moved = queries.unit_by_id(reading(), cast.office_a1.id)

    assert moved.path == f"{cast.branch_b.path}{cast.branch_a.id}/{cast.office_a1.id}/"
    assert queries.unit_by_id(reading(), cast.office_b1.id).path == cast.office_b1.path


def test_a_move_keeps_what_was_before(cast: Cast) -> None:
    """
    The day before the move the office stood in branch A, from the day itself in branch B.
    """
    with writing() as session:
        service.move_unit(session, cast.office_a1.id, parent_id=cast.branch_b.id, on=APRIL)

    assert names_on(cast.office_a1.id, BEFORE) == ["朝阳门所", "东城分局", "局机关"]
    assert names_on(cast.office_a1.id, APRIL) == ["朝阳门所", "西城分局", "局机关"]
    assert names_on(cast.office_a1.id, date(2019, 12, 31)) == []


def test_two_moves_on_one_day_are_one(cast: Cast) -> None:
    """
    A slip corrected on the same day leaves one placement from that day.
    """
    with writing() as session:
        service.move_unit(session, cast.office_a1.id, parent_id=cast.branch_b.id, on=APRIL)
        service.move_unit(session, cast.office_a1.id, parent_id=cast.bureau.id, on=APRIL)

    assert names_on(cast.office_a1.id, APRIL) == ["朝阳门所", "局机关"]
    assert names_on(cast.office_a1.id, BEFORE) == ["朝阳门所", "东城分局", "局机关"]


def test_a_merger_hands_over_people_and_units(cast: Cast) -> None:
    """
    Branch A goes up in branch B: its people and offices are there from that day, and it is closed.
    """
    with writing() as session:
        service.merge_units(session, cast.branch_a.id, into_id=cast.branch_b.id, on=APRIL)

    assert unit_name_on(cast.qian.id, BEFORE) == "东城分局"
    assert unit_name_on(cast.qian.id, APRIL) == "西城分局"
    assert names_on(cast.office_a1.id, APRIL) == ["朝阳门所", "西城分局", "局机关"]
    assert queries.unit_by_id(reading(), cast.branch_a.id).closed_on == APRIL
    assert "东城分局" not in [unit.name for unit in queries.units(reading())]
    assert "东城分局" in [unit.name for unit in queries.units(reading(), closed=True)]


def test_a_merger_keeps_post_and_rank(cast: Cast) -> None:
    """
    Only the unit changes for the people handed over.
    """
    with writing() as session:
        service.merge_units(session, cast.office_a1.id, into_id=cast.office_a2.id, on=APRIL)
    new, old = queries.postings(reading(), cast.lin.id)

    assert (new.unit_name, new.from_date, new.to_date) == ("景山所", APRIL, None)
    assert (old.unit_name, old.to_date) == ("朝阳门所", APRIL)
    assert (new.post, new.rank) == (old.post, old.rank)


def test_a_posting_keeps_the_one_before(cast: Cast) -> None:
    """
    Posted to another branch in April, Lin served in office A1 until the day before.
    """
    with writing() as session:
        service.post_person(session, cast.lin.id, unit_id=cast.branch_b.id, post="所长", rank="三级主办", on=APRIL)

    assert unit_name_on(cast.lin.id, BEFORE) == "朝阳门所"
    assert unit_name_on(cast.lin.id, APRIL) == "西城分局"
    assert unit_name_on(cast.lin.id, date(2019, 1, 1)) is None
    assert queries.person_by_id(reading(), cast.lin.id).post == "所长"


def test_the_same_posting_again_changes_nothing(cast: Cast) -> None:
    """
    A roster imported twice leaves one posting and no audit entry.
    """
    before = verify(reading())
    with writing() as session:
        service.post_person(
            session, cast.lin.id, unit_id=cast.office_a1.id, post="科员", rank="一级行政执法员", on=APRIL
        )

    assert len(queries.postings(reading(), cast.lin.id)) == 1
    assert verify(reading()) == before


def test_one_open_posting_at_a_time(cast: Cast) -> None:
    """
    The database itself refuses a second open posting.
    """
    with pytest.raises(IntegrityError), writing() as session:
        session.add(Posting(person_id=cast.lin.id, unit_id=cast.bureau.id, from_date=APRIL))


def test_refusals(cast: Cast) -> None:
    """
    What would make the tree or a life impossible is refused, each by its own name.
    """
    a, b, a1 = cast.branch_a.id, cast.branch_b.id, cast.office_a1.id
    with writing() as session:
        for expected, change in (
            (UnitInsideItself, lambda: service.move_unit(session, a, parent_id=a1)),
            (UnitInsideItself, lambda: service.merge_units(session, a, into_id=a)),
            (UnitNotEmpty, lambda: service.close_unit(session, a)),
            (DayRefused, lambda: service.move_unit(session, a1, parent_id=b, on=TOMORROW)),
            (DayRefused, lambda: service.move_unit(session, a1, parent_id=b, on=date(2019, 1, 1))),
            (DayRefused, lambda: service.post_person(session, cast.lin.id, unit_id=b, on=date(2019, 1, 1))),
            (DayRefused, lambda: service.post_person(session, cast.lin.id, unit_id=b, on=TOMORROW)),
            (UnitCodeTaken, lambda: service.add_unit(session, code="101", name="重", kind="office", parent_id=a)),
            (BadValue, lambda: service.add_unit(session, code="9", name="x\ny", kind="office", parent_id=a)),
            (BadValue, lambda: service.add_unit(session, code="9", name="新", kind="planet", parent_id=a)),
            (StaffNumberTaken, lambda: service.add_person(session, staff_number="t1001", name="重", unit_id=a)),
            (BadValue, lambda: service.add_person(session, staff_number="a b", name="空", unit_id=a)),
            (BadValue, lambda: service.add_person(session, staff_number="Z1", name="  ", unit_id=a)),
            (NotFound, lambda: service.add_person(session, staff_number="Z2", name="无", unit_id=99_999)),
        ):  # fmt: skip
            with pytest.raises(expected):
                change()


def test_a_closed_unit_takes_nobody(cast: Cast) -> None:
    """
    After a merger the old unit is no place to be posted to, to move under or to merge into.
    """
    with writing() as session:
        service.merge_units(session, cast.office_a2.id, into_id=cast.office_a1.id)
        with pytest.raises(UnitClosed):
            service.post_person(session, cast.wang.id, unit_id=cast.office_a2.id)
        with pytest.raises(UnitClosed):
            service.add_unit(session, code="9", name="新", kind="office", parent_id=cast.office_a2.id)


def test_an_empty_unit_closes(cast: Cast) -> None:
    """
    Office A2 has nobody; it closes and the history stays.
    """
    with writing() as session:
        service.close_unit(session, cast.office_a2.id, on=APRIL)

    assert names_on(cast.office_a2.id, BEFORE) == ["景山所", "东城分局", "局机关"]
    assert names_on(cast.office_a2.id, APRIL) == []


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("林", ["T1001"]),
        ("t100", [f"T100{n}" for n in range(1, 10)]),
        ("lin", ["T1001"]),
        ("%", []),
        ("_", []),
        ("' OR 1=1--", []),
        ("没有这个人", []),
    ],
)
def test_people_are_found(cast: Cast, search: str, found: list[str]) -> None:
    """
    By a part of the name, the beginning of the number or of the pinyin; wildcards mean themselves.
    """
    page = paginate(reading(), queries.people(search=search), number=1)

    assert [row.staff_number for row in page.items] == found


def test_people_below_a_unit(cast: Cast) -> None:
    """
    A manager's list ends at the border of the branch, and a look-alike path does not widen it.
    """
    page = paginate(reading(), queries.people(paths=(cast.branch_a.path,)), number=1)

    assert {row.name for row in page.items} == {"林晓", "钱进"}
    assert paginate(reading(), queries.people(paths=()), number=1).total == 0


@pytest.mark.parametrize(("path", "seen"), [("branch_a", True), ("office_a1", True), ("branch_b", False)])
def test_not_yours_looks_like_not_there(cast: Cast, path: str, seen: bool) -> None:
    """
    Lin is found by managers of branch A and its office, not by one of branch B.
    """
    grant = Grant(Role.TRAINING_MANAGER, unit_path=getattr(cast, path).path)
    manager = Viewer(
        id=1, public_id="m" * 22, name="管", unit_id=None, unit_name=None, unit_path=None, locale=None, session_id=1,
        grants=(grant,),
    )  # fmt: skip
    if seen:
        assert queries.access_person(reading(), manager, Act.SEE_PEOPLE, cast.lin.public_id).id == cast.lin.id
    else:
        with pytest.raises(NotFound):
            queries.access_person(reading(), manager, Act.SEE_PEOPLE, cast.lin.public_id)


def test_who_serves_nowhere_is_seen_from_the_top_only(app: Flask, cast: Cast) -> None:
    """
    A person without a posting belongs to the whole organisation, not to every manager.
    """
    with writing() as session:
        person = service.add_person(session, staff_number="Z9", name="待岗", unit_id=None)
    grant = Grant(Role.TRAINING_MANAGER, unit_path=cast.bureau.path)
    manager = Viewer(
        id=1, public_id="m" * 22, name="管", unit_id=None, unit_name=None, unit_path=None, locale=None, session_id=1,
        grants=(grant,),
    )  # fmt: skip

    with pytest.raises(NotFound):
        queries.access_person(reading(), manager, Act.SEE_PEOPLE, person.public_id)
    assert "Z9" in [r.staff_number for r in reading().execute(queries.people())]
