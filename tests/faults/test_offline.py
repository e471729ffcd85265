"""Ten minutes without network in a browser with two tabs, and a network that doubles, delays and swallows afterwards.

The tabs do what the page's script does: one store of unsent answers for the browser, in the order in which they were
made, fifty of one tab at a time, taken out when the server has acknowledged them, sent again until it has. A tab that has
heard of the journal since an answer was made says so when it sends it (`known`).
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest
from flask import Flask

from lms.app import create_app
from lms.database import db, reading
from lms.exams import queries as exams
from lms.sitting import journal
from lms.sitting.models import Attempt
from lms.sitting.paper import shown_answers
from question_bank.assembly import Form
from question_bank.attempt import Kind, replay
from tests.cast import Cast, make_cast
from tests.conftest import COMPILED, NINE, TestClock, make_config
from tests.exam_day import ExamDay, make_exam_day
from tests.faults.attempt_model import AttemptModel, Sent
from tests.sitting.desks import broken_chain
from tests.sitting.test_sitting import Candidate

RUNS, EDITS, BATCH = 100, 30, 50
PEOPLE = ("lin", "wang", "zhao", "qian", "sun", "li", "zhou", "wu", "zheng", "feng")
DOUBLED, DELAYED, SWALLOWED = 0.2, 0.2, 0.15
SESSION = 1


@dataclass
class Browser:
    """What its disk holds: events the server has not acknowledged."""

    unsent: list[dict[str, Any]] = field(default_factory=list)
    made: int = 0


@dataclass
class Tab:
    """A window with the paper."""

    browser: Browser
    client: str
    base: int
    seq: int = 0
    #: question -> up to where the journal holds nothing newer of it than this browser sent
    known: dict[int, int] = field(default_factory=dict)

    def add(self, kind: str, slot: int, response: Any) -> dict[str, Any]:
        """Keep an event on this computer."""
        self.seq, self.browser.made = self.seq + 1, self.browser.made + 1
        event = {
            "client": self.client, "seq": self.seq, "kind": kind, "slot": slot, "response": response, "base": self.base,
            "made": self.browser.made,
        }  # fmt: skip
        self.browser.unsent.append(event)
        return event

    def batch(self) -> list[dict[str, Any]]:
        """What it sends next: also what the other tab made."""
        events = sorted(self.browser.unsent, key=lambda event: (event["made"], event["seq"]))
        end = next((n for n, event in enumerate(events) if event["client"] != events[0]["client"]), len(events))
        return [
            event | {"base": max(event["base"], self.known.get(event["slot"], 0))}
            for event in events[: min(end, BATCH)]
        ]

    def told(self, batch: list[dict[str, Any]], answer: dict[str, Any]) -> None:
        """The server has acknowledged a batch."""
        self.base = answer["last"]
        self.known |= {event["slot"]: self.base for event in batch if f"{event['slot']}" not in answer["current"]}
        sent = {(event["client"], event["seq"]) for event in batch}
        self.browser.unsent = [one for one in self.browser.unsent if (one["client"], one["seq"]) not in sent]


@dataclass
class Network:
    """Between the tabs and the server; the model stands beside the server and hears what it hears."""

    candidate: Candidate
    model: AttemptModel
    clock: TestClock
    chance: Random
    #: batches that are on their way for long, their sender gone
    delayed: list[list[dict[str, Any]]] = field(default_factory=list)
    over: bool = False

    def deliver(self, batch: list[dict[str, Any]]) -> dict[str, Any]:
        """To the server; its answer, which is what the model predicts."""
        events = [{name: value for name, value in event.items() if name != "made"} for event in batch]
        answer = self.candidate.send(*events)
        sent = [Sent(e["client"], e["seq"], e["kind"], e["slot"], e["response"], e["base"]) for e in events]
        now = int((self.clock.moment - NINE).total_seconds())
        expected = self.model.save(SESSION, sent, now)
        assert answer.status_code == 200, answer.text
        current = {int(slot): response for slot, response in answer.json["current"].items()}
        assert (answer.json["last"], current, answer.json["over"]) == expected
        self.over = answer.json["over"]
        told: dict[str, Any] = answer.json
        return told

    def send(self, tab: Tab) -> None:
        """A tab sends what is unsent: it may be swallowed, delayed, doubled, or its answer may be lost."""
        batch, chance = tab.batch(), self.chance.random
        if chance() < SWALLOWED:
            return
        if chance() < DELAYED:
            self.delayed.append(batch)
            return
        answer = self.deliver(batch)
        if chance() < DOUBLED:
            answer = self.deliver(batch)
        if self.delayed and chance() < 0.5:
            self.deliver(self.delayed.pop(self.chance.randrange(len(self.delayed))))
        if chance() > SWALLOWED:
            tab.told(batch, answer)


@dataclass(frozen=True)
class Room:
    """An installation in which exams can be sat one after the other."""

    app: Flask
    cast: Cast
    day: ExamDay
    clock: TestClock


@pytest.fixture(scope="module")
def room(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """On SQLite: the same on PostgreSQL would tell nothing more of what is asked here."""
    folder, clock = tmp_path_factory.mktemp("offline"), TestClock()
    shutil.copy(sqlite_template, folder / "shuyuan.db")
    app = create_app(make_config(folder), clock=clock)
    app.jinja_env.bytecode_cache = COMPILED
    cast = make_cast(app)
    yield Room(app, cast, make_exam_day(app, cast, NINE), clock)
    with app.app_context():
        db.engine.dispose()


def answer_for(slot: int, options: dict[int, list[str]], chance: Random) -> Any:
    """What a candidate may choose or type."""
    if slot in options:
        return chance.choice([*options[slot], None])
    return [chance.choice(["三十日", "30日", "一年"])] if slot in {7, 8} else str(chance.randint(0, 9))


def sit(room: Room, exam_id: str, name: str, seed: int) -> bool:
    """One candidate's ten minutes; whether they went beyond the end of the exam."""
    chance, app = Random(seed), room.app
    room.clock.moment = NINE
    candidate = Candidate(app, room.cast[name], exam_id)
    candidate.start()
    _form, _versions, options = paper(app, candidate.attempt_id)
    network = Network(candidate, AttemptModel(SESSION, {}), room.clock, chance)
    browser = Browser()
    tabs = [Tab(browser, f"window000{n}", 1) for n in (1, 2)]
    edited: dict[int, list[tuple[str, Any]]] = {}

    def edit(tab: Tab) -> None:
        slot = chance.choice((1, 2, 5, 6, 7, 8, 9, 10))
        if chance.random() < 0.15:
            tab.add("flag", slot, chance.random() < 0.7)
            return
        event = tab.add("answer", slot, answer_for(slot, options, chance))
        edited.setdefault(slot, []).append((tab.client, event["response"]))

    for _n in range(6):  # with network
        edit(tabs[0])
        batch = tabs[0].batch()
        tabs[0].told(batch, network.deliver(batch))
    tabs[1].base = tabs[0].base if chance.random() < 0.5 else 1
    late = chance.random() < 0.2
    room.clock.advance(minutes=52 if late else 10)
    for _n in range(EDITS):  # without
        room.clock.advance(seconds=20)
        edit(tabs[chance.random() < 0.4])
    while browser.unsent and not network.over:
        room.clock.advance(seconds=1)
        network.send(chance.choice(tabs))
    while network.delayed:
        network.deliver(network.delayed.pop())
    compare(app, candidate, network, edited, browser)
    return network.over


def paper(app: Flask, attempt_id: str) -> tuple[Form, Any, dict[int, list[str]]]:
    """The paper, its questions, and the options of those of one choice as the page has them."""
    with app.app_context():
        attempt = reading().query(Attempt).filter_by(public_id=attempt_id).one()
        form, versions = Form.from_record(attempt.form), exams.snapshot_of(attempt.exam_id)
        options = {}
        for number in (1, 2, 5, 6):
            version = versions[form.slots[number - 1].version]
            choices = version.interaction.present(version.body, form.slot_seed(number)).choices
            options[number] = [choice.id for choice in choices]
        return form, versions, options


def compare(
    app: Flask, candidate: Candidate, network: Network, edited: dict[int, list[tuple[str, Any]]], browser: Browser
) -> None:
    """What is stored is what the model holds; every edit is there once; what one tab alone edited is as it left it."""
    form, versions, _options = paper(app, candidate.attempt_id)
    model = network.model
    with app.app_context():
        attempt = reading().query(Attempt).filter_by(public_id=candidate.attempt_id).one()
        events = journal.events(reading(), attempt.id)
        assert broken_chain(candidate.attempt_id) == ""
    state = replay(events)
    shown = {int(slot): value for slot, value in shown_answers(form, versions, state.answers).items()}
    flags: dict[int, bool] = {line.slot: line.response for line in model.lines if line.kind == "flag" and line.slot}
    assert [(e.client, e.client_seq, str(e.kind)) for e in events[1:]] == [
        (line.window, line.count, line.kind) for line in model.lines[1:]
    ]
    assert shown == {slot: standing[3] for slot, standing in model.standing.items() if standing[3] is not None}
    assert sorted(state.flagged) == sorted(slot for slot, on in flags.items() if on)
    assert network.over or browser.unsent == []
    if not network.over:
        counts = {(e.client, e.client_seq) for e in events[1:]}
        assert len(counts) == len(events) - 1 == EDITS + 6
        for slot, made in edited.items():
            if len({client for client, _response in made}) == 1:
                assert model.standing[slot][3] == made[-1][1]
    else:
        assert {e.kind for e in events[7:]} == {Kind.LATE}


@pytest.mark.slow
def test_ten_minutes_without_network(room: Room) -> None:
    """
    A hundred times: thirty edits in two tabs, then a fifth doubled, delayed or swallowed. Each answer of the server and
    what it holds in the end is what an independent model says; nothing is lost and nothing is there twice.
    """
    beyond = 0
    for start in range(0, RUNS, len(PEOPLE)):
        room.clock.moment = NINE
        exam = room.day.published(room.day.plan(units=(room.cast.bureau.id,)))
        for n, name in enumerate(PEOPLE):
            beyond += sit(room, exam.public_id, name, start + n)

    assert 0 < beyond < RUNS / 2
