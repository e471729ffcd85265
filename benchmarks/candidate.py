"""One simulated candidate: opens the door, starts at the bell, answers, hands in, looks at the result.

What it sends is what the player's script sends: form and header tokens, events with the window's name and count.
"""

import json
import random
import re
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from benchmarks.client import Answer, Connection

_TOKEN = re.compile(rb'name="csrf_token" value="([^"]+)"')
_SETTINGS = re.compile(rb'<script type="application/json" id="attempt">(.*?)</script>', re.DOTALL)
_OPTION = re.compile(rb'type="radio" name="q(\d+)" value="([0-9a-f]{12})"')


@dataclass
class Record:
    """What all candidates of a run met: seconds by step, faults, and every answer that was acknowledged."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    faults: list[str] = field(default_factory=list)
    #: (attempt, window, count) -> (slot, opaque id of the chosen option)
    acknowledged: dict[tuple[str, str, int], tuple[int, str]] = field(default_factory=dict)
    handed_in: set[str] = field(default_factory=set)


class Candidate:
    """A browser's worth of state; `number` makes its random choices its own."""

    def __init__(self, connection: Connection, exam_id: str, token: str, number: int, record: Record) -> None:
        self._connection, self._exam, self._record = connection, exam_id, record
        self._cookie = f"sid={token}"
        self._chance = random.Random(number)
        self._window = f"bench{number:07}"
        self._seq = self._base = 0
        self._form_token = ""
        self._settings: dict[str, Any] = {}
        self._options: dict[int, list[str]] = {}

    async def open_door(self) -> None:
        """Look at the page before the exam."""
        answer = await self._ask("door", "GET", f"/sitting/exam/{self._exam}", wanted=200)
        if answer and (found := _TOKEN.search(answer.body)):
            self._form_token = found[1].decode()

    async def start(self, scheduled: float | None = None) -> None:
        """Press the button and receive the paper: one step, timed from when it was due."""
        begun = time.perf_counter() if scheduled is None else scheduled
        pressed = await self._ask(
            "", "POST", f"/sitting/exam/{self._exam}/start", f"csrf_token={self._form_token}".encode(), wanted=302
        )
        page = await self._ask("", "GET", pressed.location, wanted=200) if pressed else None
        if page is None:
            return
        self._record.seconds["start"].append(time.perf_counter() - begun)
        found = _SETTINGS.search(page.body)
        if found is None:
            self._record.faults.append("no settings on the page of a paper")
            return
        self._settings = json.loads(found[1])
        self._base = self._settings["last"]
        self._options = defaultdict(list)
        for slot, option in _OPTION.findall(page.body):
            self._options[int(slot)].append(option.decode())

    async def save(self, scheduled: float | None = None) -> None:
        """Answer one question."""
        if not self._options:
            return
        begun = time.perf_counter() if scheduled is None else scheduled
        slot = self._chance.choice(sorted(self._options))
        option = self._chance.choice(self._options[slot])
        self._seq += 1
        event = {
            "client": self._window, "seq": self._seq, "kind": "answer", "slot": slot, "response": option,
            "base": self._base,
        }  # fmt: skip
        answer = await self._post("", self._settings["eventsUrl"], {"events": [event]})
        if answer is None:
            return
        self._record.seconds["save"].append(time.perf_counter() - begun)
        said = json.loads(answer.body)
        self._base = said["last"]
        if not said["over"]:
            self._record.acknowledged[self._settings["attempt"], self._window, self._seq] = (slot, option)

    async def hand_in(self, scheduled: float | None = None) -> None:
        """End the attempt."""
        if not self._settings:
            return
        begun = time.perf_counter() if scheduled is None else scheduled
        if await self._post("", self._settings["handInUrl"], {"last": self._base}):
            self._record.seconds["submit"].append(time.perf_counter() - begun)
            self._record.handed_in.add(self._settings["attempt"])

    async def look_at_result(self) -> None:
        """Read the result with explanations."""
        if self._settings:
            await self._ask("review", "GET", self._settings["resultUrl"], wanted=200)

    async def _post(self, step: str, path: str, body: object) -> Answer | None:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        headers |= self._settings["headers"]
        return await self._ask(step, "POST", path, json.dumps(body).encode(), wanted=200, more=headers)

    async def _ask(
        self,
        step: str,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        wanted: int,
        more: dict[str, str] | None = None,
    ) -> Answer | None:
        begun = time.perf_counter()
        headers = {"Cookie": self._cookie, **(more or {})}
        if method == "POST" and more is None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            answer = await self._connection.request(method, path, headers, body)
        except OSError as error:
            self._record.faults.append(f"{method} {path[:30]}: {error}")
            return None
        if answer.cookie:
            self._cookie = "; ".join([self._cookie.split("; ", 1)[0], answer.cookie])
        if answer.status != wanted:
            self._record.faults.append(f"{method} {path[:30]}: {answer.status}")
            return None
        if step:
            self._record.seconds[step].append(time.perf_counter() - begun)
        return answer
