"""One request at a time decides in a process, and nobody is held up by one that waits for the disk."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

import lms.turn
from lms.sitting.writer import Writer
from lms.turn import Turn
from tests.cast import Cast
from tests.exam_day import ExamDay
from tests.sitting.test_express import posted
from tests.sitting.test_sitting import Candidate


def test_one_at_a_time() -> None:
    """
    Eight threads count what two at once would count wrongly.
    """
    turn, most, inside = Turn(), 0, 0

    def work() -> None:
        nonlocal most, inside
        for _ in range(20):
            with turn.taken():
                inside += 1
                most = max(most, inside)
                time.sleep(0.0005)
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == 1


def test_who_waits_lets_others_pass() -> None:
    """
    While one waits for its lock another has the turn and releases that lock; then both have come through.
    """
    turn, written, passed = Turn(), threading.Lock(), []
    written.acquire()

    def first() -> None:
        with turn.taken():
            passed.append(turn.wait_for(written, 5))

    def second() -> None:
        with turn.taken():
            passed.append("second")
            written.release()

    threads = [threading.Thread(target=work) for work in (first, second)]
    threads[0].start()
    time.sleep(0.05)
    threads[1].start()
    for thread in threads:
        thread.join(5)

    assert passed == ["second", True]


def test_an_answer_does_not_queue_behind_pages() -> None:
    """
    Six pages and then an answer come while one page has the turn: at most two of the six go before it.
    """
    turn, order, began = Turn(), [], threading.Event()

    def work(name: str, *, page: bool) -> None:
        with turn.taken(page=page):
            began.set()
            order.append(name)
            time.sleep(0.02)

    threads = [threading.Thread(target=work, args=(f"page {n}",), kwargs={"page": True}) for n in range(7)]
    threads.append(threading.Thread(target=work, args=("answer",), kwargs={"page": False}))
    for thread in threads[:1]:
        thread.start()
    began.wait(5)
    for thread in threads[1:]:
        thread.start()
    for thread in threads:
        thread.join(5)

    assert order.index("answer") <= 3
    assert len(order) == 8


def test_the_turn_is_given_back_whatever_happens() -> None:
    """
    After an error, and after a wait that was in vain.
    """
    turn, never = Turn(), threading.Lock()
    never.acquire()
    with pytest.raises(ZeroDivisionError), turn.taken():
        raise ZeroDivisionError
    with turn.taken():
        assert not turn.wait_for(never, 0.01)
    with turn.taken():
        pass
    assert not turn.wait_for(never, 0.01)


def in_file(turn: Turn, each: Callable[[], object], *, count: int) -> None:
    """So many threads do something that is not urgent, all at once."""

    def work() -> None:
        with turn.standing_back():
            each()

    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)


class Crowd:
    """How many were inside at once, at most."""

    def __init__(self, seconds: float = 0.02) -> None:
        self.inside = self.most = 0
        self._seconds = seconds
        self._lock = threading.Lock()

    def visit(self) -> None:
        """Stay inside for a moment."""
        with self._lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        time.sleep(self._seconds)
        with self._lock:
            self.inside -= 1


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> Turn:
    """A turn that somebody just had, however slow the machine is."""
    monkeypatch.setattr(lms.turn, "QUIET", 60.0)
    turn = Turn()
    with turn.taken():
        pass
    return turn


def test_others_go_in_single_file_while_candidates_work(busy: Turn) -> None:
    """
    Six sign-ins at once where somebody just had the turn: one after the other.
    """
    crowd = Crowd()

    in_file(busy, crowd.visit, count=6)

    assert crowd.most == 1


def test_others_go_together_where_no_candidate_works() -> None:
    """
    Six sign-ins wait for each other in the midst of what they do, and find each other there.
    """
    met = threading.Barrier(6, timeout=5)

    in_file(Turn(), met.wait, count=6)

    assert not met.broken


def test_who_steps_aside_lets_the_next_in_file_go_on(busy: Turn) -> None:
    """
    Six that hash a password in the midst of what they do: they hash together, before and after they are alone.
    """
    alone, aside = Crowd(), Crowd(0.4)

    def sign_in() -> None:
        alone.visit()
        with busy.aside():
            aside.visit()
        alone.visit()

    in_file(busy, sign_in, count=6)

    assert (alone.most, alone.inside) == (1, 0)
    assert aside.most > 1
    assert not busy._file.locked()


def test_answers_of_many_are_written_together(
    app: Flask, cast: Cast, exam_day: ExamDay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    While the first waits for the disk the others come to the writer: their answers are one transaction. On a slow machine the
    first may not be alone.
    """
    exam_id = exam_day.published(exam_day.plan(units=(cast.bureau.id,))).public_id
    people = [Candidate(app, person, exam_id) for person in (cast.lin, cast.wang, cast.zhao, cast.sun)]
    for one in people:
        one.start()
    batches: list[int] = []
    carried = Writer._carry_out

    def slowly(self: Writer, batch: Any) -> None:
        batches.append(len(batch))
        time.sleep(0.3)
        carried(self, batch)

    monkeypatch.setattr(Writer, "_carry_out", slowly)
    threads = [
        threading.Thread(target=posted, args=(one, "", "events"), kwargs={"json": {"events": [one.event(1, None)]}})
        for one in people
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(batches) == len(people)
    assert len(batches) <= 2
