"""A commit whose outcome is not known: the answer to it was lost on the way, and what it wrote is on disk.

Nobody is told that it was saved, nobody that it was refused for good; the same request sent again is acknowledged, and
stored once.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from flask import Flask

from lms.direct import Line
from lms.errors import StorageAway
from lms.ids import new_public_id
from lms.sitting.deeds import Deed, Saved, Started
from lms.sitting.measures import Measure
from question_bank.attempt import Kind
from tests.cast import Cast
from tests.conftest import NINE
from tests.exam_day import ExamDay
from tests.sitting.desks import Desk, Sitter, start_of, together
from tests.sitting.desks import desk as desk


def lost_connection(desk: Desk) -> Exception:
    """What the driver says when the server does not answer to a commit."""
    if desk.engine.dialect.name == "postgresql":
        return psycopg.OperationalError("server closed the connection unexpectedly")
    made = sqlite3.OperationalError("disk I/O error")
    made.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
    return made


@contextmanager
def lost_answers(error: Exception, *, times: int = 1) -> Iterator[list[int]]:
    """The next commits of writers are carried out and then reported as failed."""
    done: list[int] = []
    commit = Line.commit

    def lose(line: Line) -> None:
        commit(line)
        if len(done) < times:
            done.append(1)
            raise error

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Line, "commit", lose)
        yield done


def extension(desk: Desk, sitter: Sitter) -> Measure:
    """Ten minutes more."""
    end = desk.end(sitter)
    note = {"reason": "r", "by": "b"}
    return Measure(sitter.attempt, Kind.EXTEND, new_public_id(), NINE, note, end.versions, end.blueprint, 600)


def test_a_save_of_unknown_outcome_is_acknowledged_when_sent_again(desk: Desk) -> None:
    """
    The first answer says neither saved nor refused; to the same process or to another one, the second says saved, with
    the number it was stored under.
    """
    one, lin = desk.writer(), desk.sitters[0]
    one.do(lin.answer(1, "A"))
    for seq, again in ((2, one), (3, desk.writer())):
        with lost_answers(lost_connection(desk)) as lost, pytest.raises(StorageAway):
            one.do(lin.answer(seq, "B"))
        assert lost
        assert desk.counts(lin) == list(range(1, seq + 1))
        found = again.do(lin.answer(seq, "B"))
        assert isinstance(found, Saved)
        assert found.last == seq + 1

    one.do(lin.answer(4, "C"))
    assert desk.counts(lin) == [1, 2, 3, 4]
    assert desk.broken_chain(lin) == ""


def test_a_whole_batch_of_unknown_outcome(desk: Desk) -> None:
    """
    Everybody who waited is told that it is not sure, at once; everybody's answer is stored once in the end, and so are
    an end and an extension.
    """
    one = desk.writer()
    deeds: list[Deed] = [sitter.answer(1, "A") for sitter in desk.sitters]
    deeds += [desk.end(desk.sitters[0]), extension(desk, desk.sitters[1])]
    with lost_answers(lost_connection(desk), times=2) as lost:  # the gate's own transaction is the first
        first = together(one, deeds)
    again = together(one, deeds)

    assert len(lost) == 2
    assert {type(each) for each in first} == {StorageAway}
    assert [type(each) for each in again] == [Saved] * len(desk.sitters) + [bool, bool]
    assert again[-1] is True
    assert [desk.counts(sitter) for sitter in desk.sitters] == [[1]] * len(desk.sitters)
    assert [desk.broken_chain(sitter) for sitter in desk.sitters] == [""] * len(desk.sitters)
    assert len(desk.results(desk.sitters[0])) == 1
    with desk.app.app_context():
        assert desk.row(desk.sitters[1]).deadline_at == NINE + timedelta(hours=1, minutes=10)


def test_an_unknown_outcome_for_any_other_reason(desk: Desk) -> None:
    """
    Where the error says nothing of the storage each deed is done once more by itself: what was stored is found to be
    there, and is acknowledged.
    """
    one, lin = desk.writer(), desk.sitters[0]
    deeds: list[Deed] = [lin.answer(seq, "A", slot=seq) for seq in (1, 2, 3)]
    with lost_answers(ZeroDivisionError(), times=2):
        found = together(one, deeds)

    assert [type(each) for each in one_by_one(one, deeds)] == [Saved] * 3
    assert all(isinstance(each, Saved | ZeroDivisionError) for each in found)
    assert desk.counts(lin) == [1, 2, 3]
    assert desk.broken_chain(lin) == ""


def one_by_one(writer: Any, deeds: list[Deed]) -> list[Any]:
    """What comes of them, one after the other."""
    return [writer.do(deed) for deed in deeds]


def test_a_start_of_unknown_outcome(app: Flask, cast: Cast, exam_day: ExamDay, desk: Desk) -> None:
    """
    Whoever presses the button again gets the attempt that was begun, with the paper that was dealt.
    """
    exam = exam_day.published(exam_day.plan(units=(cast.bureau.id,)))
    deed = start_of(app, exam, cast.lin, desk.sitters[0].session_id)
    with lost_answers(lost_connection(desk)), pytest.raises(StorageAway):
        desk.writer().do(deed)

    assert desk.writer().do(replace(deed, new_id=new_public_id())) == Started(deed.new_id)
    lin = Sitter(deed.new_id, deed.session_id)
    assert [each.kind for each in desk.events(lin)] == [Kind.START]
    with app.app_context():
        assert desk.row(lin).form == json.loads(deed.form)
        assert desk.broken_chain(lin) == ""


def test_a_hand_in_of_unknown_outcome(desk: Desk) -> None:
    """
    Handing in again is answered like the first time; there is one end and one result, and nothing more is accepted.
    """
    one, lin = desk.writer(), desk.sitters[0]
    one.do(lin.answer(1, "A"))
    with lost_answers(lost_connection(desk)), pytest.raises(StorageAway):
        one.do(desk.end(lin))

    assert one.do(desk.end(lin)) is False
    assert one.do(lin.answer(2, "B")).over is True
    assert [each.kind for each in desk.events(lin)][-2:] == [Kind.HAND_IN, Kind.LATE]
    assert len(desk.results(lin)) == 1
    assert desk.broken_chain(lin) == ""
