"""Rooms, seats and the log of incidents."""

import pytest
from sqlalchemy import text

from lms.database import reading
from tests.cast import post
from tests.supervision.conftest import Hall


def add_room(hall: Hall, name: str = "101", rows: str = "2", columns: str = "3") -> str:
    """A room; its public id."""
    assert post(hall.zheng, hall.at("/rooms"), name=name, seat_rows=rows, seat_columns=columns).status_code == 303
    with hall.app.app_context():
        found = reading().scalar(text("SELECT public_id FROM supervision_room WHERE name = :name"), {"name": name})
    return str(found)


def seats(hall: Hall) -> dict[str, tuple[str, int]]:
    """Room and seat by staff number."""
    query = text(
        "SELECT p.staff_number, r.name, s.number FROM supervision_seat s JOIN person p ON p.id = s.person_id"
        " JOIN supervision_room r ON r.id = s.room_id"
    )
    with hall.app.app_context():
        return {row[0]: (row[1], row[2]) for row in reading().execute(query)}


def test_seats_from_a_list(hall: Hall) -> None:
    """
    Lines as a spreadsheet or a person writes them, with tabs, commas or Chinese signs; a later list moves people.
    """
    add_room(hall)
    add_room(hall, "一号机房")
    lines = "t1001;101;6\nT1002\t一号机房\t1\n\nT1003，101，2"
    assert post(hall.zheng, hall.at("/seats/list"), lines=lines).status_code == 303
    assert seats(hall) == {"T1001": ("101", 6), "T1002": ("一号机房", 1), "T1003": ("101", 2)}

    assert post(hall.zheng, hall.at("/seats/list"), lines="T1001;101;2\nT1003;101;6").status_code == 303
    assert seats(hall) == {"T1001": ("101", 2), "T1002": ("一号机房", 1), "T1003": ("101", 6)}


@pytest.mark.parametrize(
    "line",
    ["T1002;101", "T9999;101;1", "T1002;102;1", "T1002;101;7", "T1002;101;0", "T1002;101;x", "T1001;101;2", "T1002;101;1", "T1002;101;-1"],
)  # fmt: skip
def test_a_list_with_a_fault_seats_nobody(hall: Hall, line: str) -> None:
    """
    A missing cell, a stranger, no such room, no such seat, somebody or a seat twice: the line is named, nothing is done.
    """
    add_room(hall)
    answer = post(hall.zheng, hall.at("/seats/list"), lines=f"T1001;101;1\n{line}")

    assert answer.status_code == 422
    assert "第 2 行" in answer.text
    assert seats(hall) == {}


def test_seats_by_unit_fill_what_is_free(hall: Hall) -> None:
    """
    Who has a seat keeps it; the others follow by unit, and when the rooms are full the rest has none.
    """
    add_room(hall)
    post(hall.zheng, hall.at("/seats/list"), lines="T1001;101;1")
    post(hall.zheng, hall.at("/seats/by-unit"))
    found = seats(hall)

    assert found["T1001"] == ("101", 1)
    assert sorted(number for _room, number in found.values()) == [1, 2, 3, 4, 5, 6]
    assert found["T1003"] == ("101", 2)  # Zhao, the first of the bureau itself


def test_a_seat_by_hand(hall: Hall) -> None:
    """
    A free seat is given, a taken one is not, a person moves, a seat is freed, a room goes with its seats.
    """
    room = add_room(hall)
    at = hall.at(f"/rooms/{room}")

    assert post(hall.zheng, f"{at}/seats", staff_number="T1001", number="3").status_code == 303
    assert post(hall.zheng, f"{at}/seats", staff_number="T1002", number="3").status_code == 422
    assert post(hall.zheng, f"{at}/seats", staff_number="T1002", number="7").status_code == 422
    assert post(hall.zheng, f"{at}/seats", staff_number="T9999", number="1").status_code == 422
    assert post(hall.zheng, f"{at}/seats", staff_number="T1001", number="4").status_code == 303
    assert seats(hall) == {"T1001": ("101", 4)}
    page = hall.zheng.get(at).text
    assert page.count("林晓") == 2  # the plan and the slip
    post(hall.zheng, f"{at}/seats/4/free")
    assert seats(hall) == {}
    post(hall.zheng, f"{at}/seats", staff_number="T1001", number="4")
    assert post(hall.zheng, f"{at}/remove").status_code == 303
    assert seats(hall) == {}
    assert hall.zheng.get(at).status_code == 404


def test_two_rooms_of_one_name_are_refused(hall: Hall) -> None:
    """
    A room is known by its name in lists; so there is one of each, with a sensible size.
    """
    add_room(hall)

    assert post(hall.zheng, hall.at("/rooms"), name="101", seat_rows="1", seat_columns="1").status_code == 422
    assert post(hall.zheng, hall.at("/rooms"), name="102", seat_rows="0", seat_columns="1").status_code == 422
    assert post(hall.zheng, hall.at("/rooms"), name="102", seat_rows="1", seat_columns="99999999999").status_code == 422


def test_incidents_have_references_and_stay(hall: Hall) -> None:
    """
    Numbered in order within the exam, with the people concerned; who is no candidate is refused; no row can be changed.
    """
    form = {
        "happened_at": "2026-03-02T09:20",
        "place": "101",
        "people": "t1001、T1002",
        "text": "3 号机断电，换到 4 号机。",
    }
    assert post(hall.zheng, hall.at("/incidents"), **form).status_code == 303
    assert post(hall.zheng, hall.at("/incidents"), **form | {"people": "", "text": "<b>补充</b>"}).status_code == 303
    assert post(hall.zheng, hall.at("/incidents"), **form | {"people": "T9999"}).status_code == 422
    page = hall.zheng.get(hall.at("/incidents")).text

    for words in ("20260302-1-001", "20260302-1-002", "林晓", "王磊", "断电", "&lt;b&gt;补充", "09:20"):
        assert words in page
    with hall.app.app_context(), pytest.raises(Exception, match=r"append-only|prohibited|not authorized"):
        reading().execute(text("UPDATE supervision_incident SET text = 'x'"))
