"""One simulated candidate: opens the door, starts at the bell, answers, asks for the clock, hands in, looks at the result.

What it sends is what the player's script sends: form and header tokens, events with the window's name and count, and the
pulse in the period that the script names. Pictures, styles and scripts are not fetched: browsers have them from before.
"""

import json
import re
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lms.load.loop import Answer, Script, Unanswered
from question_bank.chance import Chance

_PLAYER = Path(__file__).parent.parent / "static" / "js" / "exam" / "player.js"
_PULSE = re.compile(r"\bPULSE\s*=\s*(\d+)")
_PAGE_COOKIE = re.compile(rb"\r\nset-cookie: *(page=[^;\r\n]+)", re.IGNORECASE)
_TOKEN = re.compile(rb'name="csrf_token"[^>]* value="([^"]+)"')
_SETTINGS = b'<script type="application/json" id="attempt">'
_WAITING = b'<script type="application/json" id="waiting-settings">'
_ARTICLE = b'<article class="question"'
_SLOT = re.compile(rb'data-slot="(\d+)" data-control="(\w+)"')
_CHOICE = re.compile(rb'type="(?:radio|checkbox)" name="q\d+" value="(\w+)"')
_LINE = re.compile(rb'<li data-value="(\w+)"')
_LEFT = re.compile(rb'data-left="(\w+)"')
_OPTION = re.compile(rb'<option value="(\w+)"')
_GAP = re.compile(rb'<select class="blank gap".*?</select>', re.DOTALL)
_BLANK = b'<input class="blank"'

#: what the script of the waiting room takes for an answer to its start (js/exam/begin.js)
BEGINS = "application/json, text/html;q=0.9"

_CODED = "Accept-Encoding: gzip, deflate\r\n"

Ask = Generator[float | bytes, Answer | None, Answer | None]


def pulse_seconds() -> float:
    """How often the player asks for the clock, as its script says. Raises ValueError where it does not say so."""
    found = _PULSE.search(_PLAYER.read_text(encoding="utf-8"))
    if found is None:
        raise ValueError("the player's script names no PULSE")
    return int(found[1]) / 1000


@dataclass
class Record:
    """What all candidates of a run met: seconds by step, and faults with how often each came."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    faults: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Times:
    """When a candidate does what: moments of `time.perf_counter`; after how many seconds of silence it asks for the clock."""

    door: float
    start: float
    saves: Sequence[float]
    hand_in: float
    pulse: float
    #: who has read the receipt wants to see the questions
    review: float


class Candidate:
    """A browser's worth of state. After the run: its attempt, what was acknowledged, whether the hand-in was."""

    def __init__(self, host: str, exam_id: str, token: str, number: int, record: Record, *, questions: int) -> None:
        self._host, self._exam, self._record = host, exam_id, record
        self._cookie = f"sid={token}"
        self._chance = Chance(f"candidate {number}".encode())
        self._questions = questions
        self._seq = self._base = 0
        self._form_token = ""
        #: fields that the page of the exam gives the request to begin, its ticket among them
        self._begins = ""
        self._urls: dict[str, str] = {}
        self._post = self._pulse = b""
        #: the page of the paper until the first answer: to take its questions apart costs this machine as much as a start
        self._unread = b""
        self._found: list[tuple[int, list[str]]] = []
        self.window = f"load{number:07}"
        self.attempt = ""
        #: (count of the window, slot, response as JSON)
        self.acknowledged: list[tuple[int, int, str]] = []
        self.handed_in = False

    def life(self, times: Times) -> Script:
        """An exam day."""
        yield times.door
        yield from self.open_door()
        yield times.start
        yield from self.start(times.start)
        if not self.attempt:
            return
        # the page asks for the clock where the server has said nothing for some seconds
        heard = times.start
        for due in (*times.saves, times.hand_in):
            while (pulse := heard + times.pulse) < due:
                yield pulse
                yield from self.look_at_clock(pulse)
                heard = max(pulse, time.perf_counter())
            yield due
            if due < times.hand_in:
                yield from self.save(due)
                heard = max(due, time.perf_counter())
        yield from self.hand_in(times.hand_in)
        yield from self.look_at_result()
        yield times.review
        yield from self.look_at_review()

    def open_door(self) -> Script:
        """Look at the page before the exam."""
        page = yield from self._ask("door", self._get(f"/sitting/exam/{self._exam}"))
        if page is None:
            return
        self._form_token = self._token_in(page)
        settings = self._settings_in(page.body, _WAITING)
        self._begins = _fields(settings["headers"]) if settings else ""

    def start(self, due: float) -> Script:
        """Press the button and receive the paper: one step, timed from when it was due. The answer to the button is the paper,
        or says where it is.
        """
        body = f"csrf_token={quote(self._form_token)}".encode()
        request = self._form(
            f"/sitting/exam/{self._exam}/start", body, own=f"Accept: {BEGINS}\r\n{_CODED}{self._begins}"
        )
        pressed = yield from self._ask("start", request, due=None)
        if pressed is None:
            return
        page: Answer | None = pressed
        if pressed.body.startswith(b"{"):
            page = yield from self._ask("paper", self._get(json.loads(pressed.body)["next"]), due=None)
        if page is None:
            return
        self._record.seconds["start"].append(time.perf_counter() - due)
        coded = page.field(b"content-encoding") == b"deflate"
        self._read_paper(zlib.decompress(page.body) if coded else page.body)
        if coded:
            self._unread = page.body

    def save(self, due: float) -> Script:
        """Answer one question."""
        if not self._answers:
            return
        slot, responses = self._answers[self._seq % len(self._answers)]
        response = responses[self._chance.below(len(responses))]
        self._seq += 1
        body = (
            f'{{"events":[{{"client":"{self.window}","seq":{self._seq},"kind":"answer","slot":{slot},'
            f'"response":{response},"base":{self._base}}}]}}'
        ).encode()
        answer = yield from self._ask("save", b"%b%d\r\n\r\n%b" % (self._post, len(body), body), due=due)
        if answer is None:
            return
        said = json.loads(answer.body)
        self._base = said["last"]
        if not said["over"]:
            self.acknowledged.append((self._seq, slot, response))

    def look_at_clock(self, due: float) -> Script:
        """Ask how the attempt stands."""
        yield from self._ask("pulse", self._pulse, due=due)

    def hand_in(self, due: float) -> Script:
        """End the attempt."""
        body = json.dumps({"last": self._base}).encode()
        head = self._post.replace(self._urls["events"].encode(), self._urls["hand_in"].encode(), 1)
        answer = yield from self._ask("submit", b"%b%d\r\n\r\n%b" % (head, len(body), body), due=due)
        self.handed_in = answer is not None

    def look_at_result(self) -> Script:
        """The page goes on to the receipt by itself."""
        yield from self._ask("result", self._get(self._urls["result"]))

    def look_at_review(self) -> Script:
        """Read question by question what may be seen of it."""
        yield from self._ask("review", self._get(self._urls["result"].removesuffix("result") + "review"))

    def sign_in(self, staff_number: str, password: str, due: float) -> Script:
        """Be somebody who signs in meanwhile."""
        yield due
        page = yield from self._ask("sign-in page", self._get("/sign-in"), due=None)
        if page is None:
            return
        yield from self._turn_to_sign_in(due)
        body = f"csrf_token={quote(self._token_in(page))}&staff_number={quote(staff_number)}&password={quote(password)}".encode()
        yield from self._ask("login", self._form("/sign-in", body), wanted=303, due=due)

    def _turn_to_sign_in(self, due: float) -> Script:
        """Ask until it is one's turn, a minute at most, as the page does (js/queue.js)."""
        while (asked := time.perf_counter()) < due + 60:
            answer = yield from self._ask("queue", self._get("/sign-in/queue"), due=None)
            wait = json.loads(answer.body)["wait"] if answer else 0
            if not wait:
                return
            yield asked + wait * (0.5 + self._chance.below(1000) / 1000)

    def _token_in(self, page: Answer) -> str:
        found = _TOKEN.search(page.body)
        if found is None:
            self._record.faults["no form on a page that had one"] += 1
            return ""
        return found[1].decode()

    def _settings_in(self, page: bytes, mark: bytes) -> dict[str, Any] | None:
        """What a page tells its script; None, and a fault noted, where it is not there."""
        start = page.find(mark) + len(mark)
        if start < len(mark):
            self._record.faults["no settings on a page that had some"] += 1
            return None
        found: dict[str, Any] = json.loads(page[start : page.find(b"</script>", start)])
        return found

    def _get(self, path: str) -> bytes:
        return f"GET {path} HTTP/1.1\r\nHost: {self._host}\r\nCookie: {self._cookie}\r\n\r\n".encode()

    def _form(self, path: str, body: bytes, *, own: str = "Accept: text/html\r\n") -> bytes:
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {self._host}\r\nCookie: {self._cookie}\r\n{own}"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def _ask(self, step: str, request: bytes, *, wanted: int = 200, due: float | None = 0.0) -> Ask:
        """One request; None, and a fault noted, where it was not answered as wanted.

        Timed since `due`; 0: since now; None: not at all, it is a part of a step.
        """
        begun = due or time.perf_counter()
        try:
            answer = yield request
        except Unanswered as error:
            self._record.faults[f"{step}: {error}"] += 1
            return None
        if answer is None or answer.status != wanted:
            self._record.faults[f"{step}: {answer.status if answer else 'nothing'}"] += 1
            return None
        if due is not None:
            self._record.seconds[step].append(time.perf_counter() - begun)
        if found := _PAGE_COOKIE.search(answer.head):
            self._cookie = f"{self._cookie.split('; ', 1)[0]}; {found[1].decode()}"
        return answer

    def _read_paper(self, page: bytes) -> None:
        settings = self._settings_in(page, _SETTINGS)
        if settings is None:
            return
        self.attempt, self._base = settings["attempt"], settings["last"]
        self._urls = {
            "events": settings["eventsUrl"],
            "hand_in": settings["handInUrl"],
            "result": settings["resultUrl"],
        }
        own = f"Accept: application/json\r\n{_fields(settings['headers'])}"
        shared = f"Host: {self._host}\r\nCookie: {self._cookie}\r\n{own}"
        self._pulse = f"GET {settings['stateUrl']} HTTP/1.1\r\n{shared}\r\n".encode()
        self._post = (
            f"POST {settings['eventsUrl']} HTTP/1.1\r\n{shared}Content-Type: application/json\r\nContent-Length: "
        ).encode()
        self._unread = page

    @property
    def _answers(self) -> list[tuple[int, list[str]]]:
        """Slot and two or three responses, as JSON."""
        if self._unread:
            page, self._unread = self._unread, b""
            self._read_questions(page if page.lstrip()[:1] == b"<" else zlib.decompress(page))
        return self._found

    def _read_questions(self, page: bytes) -> None:
        articles = page.split(_ARTICLE)[1:]
        for article in self._chance.shuffled(articles)[: self._questions]:
            found = _SLOT.search(article)
            responses = responses_to(found[2].decode(), article) if found else []
            if found and responses:
                self._found.append((int(found[1]), [json.dumps(one) for one in responses]))
        if not self._found:
            self._record.faults["no question that can be answered"] += 1


def _fields(headers: dict[str, str]) -> str:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items())


def responses_to(control: str, article: bytes) -> list[Any]:
    """Some responses that the controls of a question can send; none for a file."""
    found = _RESPONSES.get(control)
    return found(article) if found else []


def _ids(pattern: re.Pattern[bytes], html: bytes) -> list[str]:
    return [found.decode() for found in pattern.findall(html)]


def _ticks(article: bytes) -> list[Any]:
    every = _ids(_CHOICE, article)
    return [every[:1], every[:2], every[1:3]] if len(every) > 1 else [every]


def _orders(article: bytes) -> list[Any]:
    lines = _ids(_LINE, article)
    return [lines, lines[::-1], lines[1:] + lines[:1]]


def _matches(article: bytes) -> list[Any]:
    lefts, rights = _ids(_LEFT, article), list(dict.fromkeys(_ids(_OPTION, article)))
    return [dict(zip(lefts, [*rights[n:], *rights[:n]], strict=False)) for n in range(2)]


def _blanks(article: bytes) -> list[Any]:
    return [[text] * article.count(_BLANK) for text in ("三十日", "十五日")]


def _gaps(article: bytes) -> list[Any]:
    return [[_ids(_OPTION, gap)[0] for gap in _GAP.findall(article)]]


_RESPONSES: dict[str, Callable[[bytes], list[Any]]] = {
    "one": lambda article: list(_ids(_CHOICE, article)),
    "many": _ticks,
    "spots": _ticks,
    "order": _orders,
    "match": _matches,
    "blanks": _blanks,
    "inline": _gaps,
    "text": lambda _article: ["12", "30"],
    "file": lambda _article: [None],  # files are not rehearsed: they come by a way of their own
}
