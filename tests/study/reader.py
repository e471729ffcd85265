"""Somebody who reads pages of units, as the script of the page tells it."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from courseware.witness import NONCE_LENGTH
from tests.conftest import TestClock

SETTINGS = re.compile(r"data-study-settings>(.*?)</script>", re.DOTALL)


@dataclass
class Reader:
    """A page of a unit that is open in a browser; `clock` is the server's, and the browser's runs as evenly."""

    client: FlaskClient
    clock: TestClock
    settings: dict[str, Any]
    opened_at: float
    number: int = 0
    told: int = 0
    waiting: list[list[Any]] = field(default_factory=list)

    @classmethod
    def open(cls, client: FlaskClient, clock: TestClock, address: str) -> "Reader":
        """Open a page."""
        page = client.get(address)
        assert page.status_code == 200
        found = SETTINGS.search(page.text)
        assert found is not None
        return cls(client, clock, json.loads(unescape(found[1])), clock().timestamp())

    @property
    def now(self) -> int:
        """The browser's clock."""
        return int((self.clock().timestamp() - self.opened_at) * 1000)

    def read(self, seconds: float, *, hidden: bool = False, seen: int | None = None) -> None:
        """Read on; the beats wait."""
        while seconds > 0:
            step = min(30.0, seconds)
            self.clock.advance(seconds=step)
            self.number += 1
            seconds -= step
            beat = [
                self.number,
                self.nonce(self.number),
                self.told,
                self.now,
                self.now if seen is None else seen,
                hidden,
            ]
            self.waiting.append(beat)
            self.told = self.now

    def watch(self, seconds: float, begin: int, end: int) -> None:
        """Read on for at most half a minute while the video plays between two of its milliseconds; the beat waits."""
        self.read(seconds)
        self.waiting[-1] += [begin, end]

    def nonce(self, number: int) -> str:
        """What the server gave for this number."""
        first = (number - 1) * NONCE_LENGTH
        return str(self.settings["nonces"])[first : first + NONCE_LENGTH]

    def body(self, beats: Sequence[list[Any]], *, clock: int | None = None) -> dict[str, Any]:
        """These beats as the script sends them."""
        have = len(self.settings["nonces"]) // NONCE_LENGTH
        moment = self.now if clock is None else clock
        return {"streams": [{"opening": self.settings["opening"], "have": have, "clock": moment, "beats": list(beats)}]}

    def post(self, body: object, *, client: FlaskClient | None = None) -> TestResponse:
        """Send something to the address of the page."""
        return (client or self.client).post(self.settings["url"], json=body, headers=self.settings["headers"])

    def send(self) -> dict[str, Any]:
        """Send what waits; it is acknowledged. What the server knows of the video stands in `settings`."""
        answer = self.post(self.body(self.waiting))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.get_json()
        stream = found["streams"][self.settings["opening"]["stream"]]
        self.waiting = [beat for beat in self.waiting if beat[0] > stream["number"]]
        self.settings["nonces"] += stream["nonces"]
        self.settings["video"] = stream["video"]
        return found
