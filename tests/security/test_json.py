"""Routes that read JSON take exactly what they say: no looser syntax, no other type, no further field (S7)."""

import inspect
import json
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lms.database import reading
from lms.sitting.models import AttemptEvent
from tests.cast import Cast
from tests.exam_day import ExamDay, section
from tests.security.house import House, matrix
from tests.sitting.test_sitting import Candidate

EVENT: dict[str, Any] = {
    "client": "window0001", "seq": 1, "kind": "answer", "slot": 1, "response": ["三十日"], "base": 0,
}  # fmt: skip
GOOD = json.dumps({"events": [EVENT]})
KINDS = ("single_choice", "multiple_choice", "true_false", "fill_in", "numeric", "ordering", "matching")


@dataclass(frozen=True, slots=True)
class Desk:
    """Lin before an open paper of fill-in questions."""

    app: Flask
    client: FlaskClient
    address: str
    ticket: str

    def send(self, body: bytes | str, *, content_type: str | None = "application/json") -> int:
        """Post a body as it is; the status."""
        data = body.encode() if isinstance(body, str) else body
        headers = {"X-Ticket": self.ticket}
        return self.client.post(self.address, data=data, content_type=content_type, headers=headers).status_code

    def hand_in(self) -> int:
        """Hand the paper in; the status."""
        headers = {"X-Ticket": self.ticket}
        return self.client.post(self.address.replace("/events", "/hand-in"), json={}, headers=headers).status_code

    def kept(self) -> int:
        """How many events the journals hold."""
        with self.app.app_context():
            return reading().scalar(select(func.count()).select_from(AttemptEvent)) or 0


def desk(app: Flask, cast: Cast, exam_day: ExamDay, kind: str) -> Desk:
    """Lin starts a paper of one type of question."""
    exam = exam_day.published(exam_day.plan(sections=(section(kind),)))
    lin = Candidate(app, cast.lin, exam.public_id)
    return Desk(app, lin.client, f"/sitting/{lin.start()}/events", lin.ticket())


@pytest.fixture
def lin(app: Flask, cast: Cast, exam_day: ExamDay) -> Desk:
    """Lin before fill-in questions."""
    return desk(app, cast, exam_day, "fill_in")


def event(**changes: object) -> str:
    """A batch of one event with these fields changed."""
    return json.dumps({"events": [EVENT | changes]})


def raw(field: str, text: str) -> str:
    """A batch of one event in which a field's value is this text of JSON."""
    return event(**{field: "@@"}).replace('"@@"', text)


#: not JSON, or not as the standard has it
SYNTAX: tuple[bytes | str, ...] = (
    "", " ", "null", "[]", "1", '"events"', "{", GOOD[:-1], GOOD + GOOD, GOOD + ",", GOOD.replace("]", ",]"),
    GOOD.replace('"', "'"), "/* x */" + GOOD, "\ufeff" + GOOD, GOOD.encode("utf-16"), GOOD.encode("utf-16-le"),
    GOOD.encode("utf-32"), json.dumps({"events": [EVENT]}, ensure_ascii=False).encode("gbk"), b"\xff" + GOOD.encode(),
    '{"events":[],' + GOOD[1:], GOOD.replace('"seq": 1', '"seq": 1, "seq": 1'), raw("response", '{"a":1,"a":2}'),
    *(raw("seq", text) for text in ("NaN", "Infinity", "-Infinity", "1e999", "-1e999", "01", "+1", "0x1", "1_0", "9" * 5000)),
    *(raw("response", "[" * depth + "]" * depth) for depth in (30, 1000, 200_000)),
    raw("response", '{"a":' * 40 + "1" + "}" * 40), "[" * 1_000_000,
)  # fmt: skip

#: JSON, and not what the route takes
SHAPES: tuple[str, ...] = (
    "{}", '{"events": null}', '{"events": {}}', '{"events": "x"}', '{"events": []}', '{"events": [[]]}', '{"events": [1]}',
    json.dumps({"events": [EVENT], "extra": 1}), json.dumps({"events": [EVENT], "__proto__": {}}),
    json.dumps({"events": [EVENT | {"seq": number} for number in range(201)]}),
    event(extra=1), event(score=100), event(at="2026-03-02T09:00:00Z"), event(person_id=1),
    *(json.dumps({"events": [{k: v for k, v in EVENT.items() if k != name}]}) for name in EVENT),
    *(event(**{name: value}) for name in ("seq", "slot", "base") for value in (True, "1", 1.0, -1, 10**9, 10**30, None, [], {})),
    *(event(client=value) for value in ("", "short", "x" * 23, "window 001", "窗口窗口窗口窗口", "window0001\n", 1, None, [], {})),
    *(event(kind=value) for value in ("", "start", "hand_in", "close", "late", "stale", "take_over", "ANSWER", 1, None, [], ["answer"], {})),
    *(event(slot=value) for value in (0, 3, 999)),
    event(kind="flag", response="yes"), event(kind="flag", response=1), event(kind="flag", response=None),
)  # fmt: skip


def label(body: object) -> str:
    """The beginning of a body, for the name of its test."""
    return repr(body)[:60]


def test_the_plain_batch_is_taken(lin: Desk) -> None:
    """
    What the tables below spoil is taken as it is, so that their refusals mean something.
    """
    before = lin.kept()

    assert lin.send(GOOD) == 200
    assert lin.kept() == before + 1


@pytest.mark.parametrize("body", SYNTAX, ids=label)
def test_loose_json_is_refused(house_desk: Desk, body: bytes | str) -> None:
    """
    Doubled keys, NaN, numbers without end, other encodings, bottomless nesting: 400, and nothing is kept.
    """
    before = house_desk.kept()

    assert house_desk.send(body) == 400
    assert house_desk.kept() == before


@pytest.mark.parametrize("body", SHAPES, ids=label)
def test_another_shape_is_refused(house_desk: Desk, body: str) -> None:
    """
    Unknown, missing or wrongly typed fields, and kinds that are the server's own: 400, and nothing is kept.
    """
    before = house_desk.kept()

    assert house_desk.send(body) == 400
    assert house_desk.kept() == before


@pytest.fixture
def house_desk(house: House) -> Desk:
    """Lin before the open paper of the house, whose first question is a single choice."""
    address = f"/sitting/{house.values['attempt']}/events"
    return Desk(house.app, house.client("cadre"), address, house.ticket(house.values["attempt"]))


def test_evidence_is_read_as_strictly(house: House) -> None:
    """
    What a browser held of an attempt that is over comes in the same form: each body of the tables is 400 there too.
    """
    client, done = house.client("cadre"), house.values["done"]
    row = next(row for row in matrix() if row.endpoint == "sitting.evidence")
    headers = house.proof(row, client)

    def send(body: bytes | str) -> int:
        data = body.encode() if isinstance(body, str) else body
        address = f"/sitting/{done}/evidence"
        return client.post(address, data=data, content_type="application/json", headers=headers).status_code

    answered = {label(body): send(body) for body in (*SYNTAX, *SHAPES)}
    assert {body: status for body, status in answered.items() if status != 400} == {}
    assert send(event(kind="flag", response=True)) == 200
    assert (
        client.post(f"/sitting/{done}/evidence", data=GOOD, content_type="text/plain", headers=headers).status_code
        == 415
    )


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("application/jsonp", 415),
        ("text/json", 415),
        ("", 415),
        (None, 415),
    ],
)
def test_another_content_type_is_refused(house_desk: Desk, content_type: str | None, status: int) -> None:
    """
    JSON is taken under its own name only: the names a form of another site can send are refused.
    """
    before = house_desk.kept()

    assert house_desk.send(GOOD, content_type=content_type) == status
    assert house_desk.kept() == before


def test_a_large_body_is_refused_unread(house_desk: Desk) -> None:
    """
    One byte over the limit of the installation is 413.
    """
    limit = house_desk.app.config["MAX_CONTENT_LENGTH"]

    assert house_desk.send(b" " * (limit + 1)) == 413


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (r"\ud800", "\ufffd"),
        (r"甲\ud83d", "甲\ufffd"),
        (r"\udfff乙", "\ufffd乙"),
        (r"\ude00\ud83d", "\ufffd\ufffd"),
        (r"\u0000", "\ufffd"),
        (r"a\u0000b", "a\ufffdb"),
        (r"\ud83d\ude00", "\U0001f600"),
        (r"\\u0000", r"\u0000"),
        (r"\\ud800", r"\ud800"),
    ],
)
def test_what_is_no_character_is_replaced(lin: Desk, sent: str, kept: str) -> None:
    """
    Half a surrogate pair and NUL, which a browser can send, cost nobody an answer: every database keeps U+FFFD for
    each; whole pairs and written-out escapes stay as they are.
    """
    assert lin.send(raw("response", f'["{sent}"]')) == 200
    with lin.app.app_context():
        assert reading().scalars(select(AttemptEvent.response).where(AttemptEvent.slot == 1)).all() == [[kept]]
    assert lin.hand_in() == 200


def test_a_key_is_a_text(house_desk: Desk) -> None:
    """
    A name of a field with half a pair in it is refused.
    """
    assert house_desk.send(raw("response", r'{"a\ud800": "x"}')) == 400


def test_whole_pairs_and_odd_characters_are_text(lin: Desk) -> None:
    """
    Rare characters, written as a pair of escapes or as they are, arrive as typed.
    """
    body = json.dumps({"events": [EVENT | {"response": ["𠮷\U0001f600\u202e\u2028"]}]})

    assert "\\ud842\\udfb7" in body
    assert lin.send(body) == 200
    assert lin.send(json.dumps(json.loads(body), ensure_ascii=False)) == 200


JUNK: tuple[object, ...] = (
    True, False, 0, 1, -1, 1.5, 10**30, "", "x", "x" * 501, "∞", "1e999999", "٣", [], [[]], [None], [True], [1.5], ["x"],
    ["x"] * 50, [0, 0], [0, 1, 2, 3], [3, 2, 1, 0], [-1], [10**30], [[], {}], {}, {"a": 1}, {"0": [0]}, [{"a": []}], [["x"]],
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_no_answer_breaks_the_server(app: Flask, cast: Cast, exam_day: ExamDay, kind: str) -> None:
    """
    For every type of question any JSON value is an answer or refused as none; the paper can be handed in after.
    """
    lin = desk(app, cast, exam_day, kind)
    sent = {repr(value): lin.send(event(response=value, seq=number)) for number, value in enumerate(JUNK, 1)}

    assert {value: status for value, status in sent.items() if status not in (200, 400)} == {}
    assert 400 in sent.values()
    assert lin.hand_in() == 200


def test_every_route_that_reads_json_is_tested_here(house: House) -> None:
    """
    A further view that calls get_json fails here until its body has its tables.
    """
    views = {row.endpoint: house.app.view_functions[row.endpoint] for row in matrix()}

    reads = {name for name, view in views.items() if "get_json" in inspect.getsource(view)}
    assert reads == {"sitting.events", "sitting.evidence", "study.beats"}  # the last one's are in tests/study
