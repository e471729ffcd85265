"""kill -9 of the whole server while answers are being saved: what was acknowledged is there afterwards."""

import http.client
import json
import re
import threading
import time
import urllib.error
import urllib.request
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lms.accounts import service as accounts
from lms.clock import system_clock
from lms.database import reading, writing
from lms.demo.learning import viewer_of
from lms.sitting import journal, service
from lms.sitting.models import Attempt
from lms.sitting.policy import access_sittable_exam
from question_bank.assembly import Form
from question_bank.attempt import replay
from tests.browser.conftest import House, make_house
from tests.sitting.desks import broken_chain

KILLS = 5
CANDIDATES = ("lin", "wang", "zhao", "qian")
TICKET = re.compile(r'"X-Ticket":\s*"([^"]+)"')


class Saver(threading.Thread):
    """A candidate who answers without pause and notes what the server acknowledged."""

    def __init__(self, house: House, cookies: str, ticket: str, attempt_id: str, choices: list[str]) -> None:
        super().__init__(daemon=True)
        self.house, self.cookies, self.ticket = house, cookies, ticket
        self.attempt_id, self.choices = attempt_id, choices
        self.acknowledged: dict[int, int] = {}
        self.seq = 0
        self.ended = threading.Event()

    def run(self) -> None:
        """Until told to stop; a failed save is repeated with the same count."""
        while not self.ended.is_set():
            self.seq += 1
            while not self.ended.is_set() and not self._save():
                time.sleep(0.05)

    def _save(self) -> bool:
        event = {
            "client": "savingwindow", "seq": self.seq, "kind": "answer", "slot": 1,
            "response": self.choices[self.seq % len(self.choices)], "base": 0,
        }  # fmt: skip
        request = urllib.request.Request(
            f"{self.house.address}/sitting/{self.attempt_id}/events",
            data=json.dumps({"events": [event]}).encode(),
            headers={"Content-Type": "application/json", "Cookie": self.cookies, "X-Ticket": self.ticket},
        )
        try:
            with urllib.request.urlopen(request, timeout=5) as response:
                json.load(response)
        except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError):
            return False
        self.acknowledged[self.seq] = self.seq % len(self.choices)
        return True


def begin(house: House, exam_id: str, name: str) -> Saver:
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
        form = Form.from_record(attempt.form)
        version = service.exams.snapshot(reading(), exam.id).versions[form.slots[0].version]
        shown = version.interaction.present(version.body, form.slot_seed(1))
        return Saver(house, cookies, ticket[1], attempt.public_id, [choice.id for choice in shown.choices])


def stored(house: House, attempt_id: str) -> tuple[list[int], Any]:
    """The counts in the journal, and the answer that stands."""
    with house.app.app_context():
        attempt = reading().query(Attempt).filter_by(public_id=attempt_id).one()
        events = journal.events(reading(), attempt.id)
        return [e.client_seq for e in events if e.client == "savingwindow"], replay(events).answers.get(1)


@pytest.mark.server
def test_kill_nine_during_saves_loses_no_acknowledged_answer(tmp_path: Path) -> None:
    """
    Five times the server and its workers are killed in the middle of saves; every acknowledged answer is stored, once,
    and the chain of every journal holds from its first event to its head.
    """
    house = make_house(tmp_path)
    opens_at = system_clock() - timedelta(minutes=1)
    exam = house.exam_day.published(house.exam_day.plan(opens_at=opens_at, units=(house.cast.bureau.id,)))
    savers = [begin(house, exam.public_id, name) for name in CANDIDATES]
    try:
        house.start()
        for saver in savers:
            saver.start()
        for _ in range(KILLS):
            time.sleep(0.7)
            house.kill()
            house.start()
        time.sleep(0.5)
    finally:
        for saver in savers:
            saver.ended.set()
        for saver in savers:
            saver.join(10)
        house.kill()

    for saver in savers:
        assert len(saver.acknowledged) > 20
        counts, answer = stored(house, saver.attempt_id)
        assert set(saver.acknowledged) <= set(counts)
        assert len(counts) == len(set(counts))
        assert answer is not None
        with house.app.app_context():
            assert broken_chain(saver.attempt_id) == ""
