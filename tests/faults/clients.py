"""Candidates who answer a real server without pause, and a log of what it acknowledged."""

import http.client
import json
import re
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from lms.accounts import service as accounts
from lms.database import reading, writing
from lms.demo.learning import viewer_of
from lms.sitting import journal, service
from lms.sitting.models import Attempt
from lms.sitting.policy import access_sittable_exam
from question_bank.assembly import Form
from tests.browser.conftest import House
from tests.sitting.desks import broken_chain

TICKET = re.compile(r'"X-Ticket":\s*"([^"]+)"')
#: the first two questions are of one choice
SLOTS = (1, 2)


@dataclass(frozen=True, slots=True)
class Place:
    """An attempt with what a browser needs to write to it, and its options: (slot, id on the page) -> as stored."""

    attempt_id: str
    cookies: str
    ticket: str
    options: dict[tuple[int, str], Any]


class Saver(threading.Thread):
    """A window that answers without pause and notes what the server acknowledged."""

    def __init__(self, house: House, place: Place, window: str) -> None:
        super().__init__(daemon=True)
        self.house, self.place, self.window = house, place, window
        #: count -> slot and response as it must be stored
        self.acknowledged: dict[int, tuple[int, Any]] = {}
        #: answers that were no acknowledgement, by status; 0: none came
        self.refused: dict[int, int] = {}
        self.seq = 0
        self.ended = threading.Event()

    def run(self) -> None:
        """Until told to stop; a failed save is repeated with the same count."""
        choices = sorted(self.place.options)
        while not self.ended.is_set():
            self.seq += 1
            slot, raw = choices[(self.seq * 5 + self.seq // 3) % len(choices)]
            while not self.ended.is_set() and not self._save(slot, raw):
                time.sleep(0.05)

    def _save(self, slot: int, raw: str) -> bool:
        event = {"client": self.window, "seq": self.seq, "kind": "answer", "slot": slot, "response": raw, "base": 10**8}
        request = urllib.request.Request(
            f"{self.house.address}/sitting/{self.place.attempt_id}/events",
            data=json.dumps({"events": [event]}).encode(),
            headers={
                "Content-Type": "application/json", "Cookie": self.place.cookies, "X-Ticket": self.place.ticket,
            },
        )  # fmt: skip
        try:
            with urllib.request.urlopen(request, timeout=15) as response:
                json.load(response)
        except urllib.error.HTTPError as error:
            self.refused[error.code] = self.refused.get(error.code, 0) + 1
            return False
        except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError):
            self.refused[0] = self.refused.get(0, 0) + 1
            return False
        self.acknowledged[self.seq] = (slot, self.place.options[slot, raw])
        return True


def begin(house: House, exam_id: str, name: str) -> Place:
    """Sign somebody in and start their attempt, with a browser's cookies and token."""
    person = house.cast[name]
    client = house.app.test_client()
    with house.app.app_context(), writing() as session:
        begun = accounts.begin_session(
            session, person.id, address="127.0.0.1", user_agent="tests", second_factor_passed=True
        )
    client.set_cookie(house.app.extensions["accounts.cookie"], begun.token)
    page = client.get("/sitting/")
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    player = client.post(f"/sitting/exam/{exam_id}/start", data={"csrf_token": token}, follow_redirects=True)
    ticket = TICKET.search(player.text)
    assert ticket is not None
    cookies = "; ".join(f"{c.key}={c.value}" for c in client._cookies.values())
    with house.app.app_context():
        exam = access_sittable_exam(viewer_of(person), exam_id)
        attempt = reading().query(Attempt).filter_by(person_id=person.id, exam_id=exam.id).one()
        form, versions = Form.from_record(attempt.form), service.exams.snapshot(reading(), exam.id).versions
        options = {}
        for number in SLOTS:
            version, seed = versions[form.slots[number - 1].version], form.slot_seed(number)
            for choice in version.interaction.present(version.body, seed).choices:
                options[number, choice.id] = version.interaction.read(version.body, seed, choice.id)
        return Place(attempt.public_id, cookies, ticket[1], options)


@contextmanager
def saving(house: House, places: list[Place]) -> Iterator[list[Saver]]:
    """Two windows of each attempt are at work inside."""
    savers = [Saver(house, place, f"window000{n}") for place in places for n in (1, 2)]
    for saver in savers:
        saver.start()
    try:
        yield savers
    finally:
        for saver in savers:
            saver.ended.set()
        for saver in savers:
            saver.join(20)


def go_on(savers: list[Saver]) -> None:
    """Wait until they have been told of as many answers more as there are windows; fails after a minute."""
    known, until = sum(len(saver.acknowledged) for saver in savers), time.monotonic() + 60
    while sum(len(saver.acknowledged) for saver in savers) < known + len(savers):
        assert time.monotonic() < until, "nothing more is saved"
        time.sleep(0.02)


def lost(house: House, saver: Saver) -> list[str]:
    """What was acknowledged and is not stored as it was sent, and what is stored twice; the chain must hold."""
    with house.app.app_context():
        attempt = reading().query(Attempt).filter_by(public_id=saver.place.attempt_id).one()
        events = [e for e in journal.events(reading(), attempt.id) if e.client == saver.window]
        stored = {event.client_seq: (event.slot, event.response) for event in events}
        broken = broken_chain(saver.place.attempt_id)
    gone = [f"{seq}: {sent}" for seq, sent in saver.acknowledged.items() if stored.get(seq) != sent]
    twice = [] if len(stored) == len(events) else [f"{len(events) - len(stored)} stored twice"]
    return gone + twice + ([broken] if broken else [])
