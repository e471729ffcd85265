"""Nothing that a candidate's browser gets before the results are released tells what is right.

Words that stand only in what is secret are put into the bank and looked for in every answer of the server; and what is
no word (ids, order, sizes, times) is given to a classifier, which must do no better than chance.
"""

import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from html import unescape
from math import log, sqrt
from pathlib import Path
from random import Random
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.app import create_app
from lms.database import db, reading
from lms.sitting.deeds import Save
from lms.sitting.models import Attempt
from question_bank.assembly import Form
from question_bank.chance import opaque_all
from question_bank.interactions import options
from question_bank.interactions.fill_in import Blank, Blanks
from question_bank.interactions.multiple_choice import Options
from question_bank.interactions.numeric import Number
from question_bank.item import Citation, ItemVersion
from tests import exam_day as exam_days
from tests.cast import Cast, make_cast, post
from tests.conftest import COMPILED, NINE, TestClock, make_config
from tests.exam_day import ExamDay, make_exam_day, section
from tests.sitting.test_sitting import SETTINGS, Candidate, right_answers

CANARY = re.compile(r"canary-[a-z]+")
STEM = re.compile(r"stem-(\w+-\d+)\.")
PEOPLE = ("lin", "wang", "zhao", "qian", "sun", "li", "zhou", "wu", "zheng", "feng", "chen")
#: the numbers that answer numeric questions begin so
SECRET_NUMBER = "765432"
FIELDS = ("explanation", "point", "objective", "derived", "enemies")


def with_canaries(wording: ItemVersion) -> ItemVersion:
    """The question with a canary in everything that a candidate must not see, and its own mark in its stem."""
    body = wording.body
    if isinstance(body, Options):
        body = Options(tuple(replace(option, why=f"canary-why{'right' * option.right}") for option in body.options))
    elif isinstance(body, Blanks):
        body = Blanks((Blank(("30日", "canary-blank"), numerals=True),))
    elif isinstance(body, Number):
        body = Number(body.answer + Decimal("7654321"), Decimal("0.5"), body.unit)
    secret = {name: f"canary-{name} {wording.ref}" for name in FIELDS}
    return replace(
        wording, body=body, stem=f"stem-{wording.ref}. {wording.stem}", citations=(Citation("canary-law", "一"),),
        cognitive="apply", **secret,
    )  # fmt: skip


@dataclass(frozen=True)
class Hall:
    """An installation with such a bank."""

    app: Flask
    cast: Cast
    day: ExamDay
    clock: TestClock


@pytest.fixture(scope="module")
def hall(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """What pages show does not depend on the database: SQLite alone."""
    folder, clock, plain = tmp_path_factory.mktemp("leaks"), TestClock(), exam_days.wordings
    (folder / "shuyuan.db").write_bytes(sqlite_template.read_bytes())
    app = create_app(make_config(folder), clock=clock)
    app.jinja_env.bytecode_cache = COMPILED
    cast = make_cast(app)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exam_days, "wordings", lambda: [with_canaries(wording) for wording in plain()])
        day = make_exam_day(app, cast, NINE)
    yield Hall(app, cast, day, clock)
    with app.app_context():
        db.engine.dispose()


@dataclass
class Recorder:
    """Everything that a browser was answered, with its headers."""

    client: FlaskClient
    heard: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        plain = self.client.open

        def hear(*arguments: Any, **more: Any) -> Any:
            answer = plain(*arguments, **more)
            self.heard.append((answer.request.path, f"{answer.headers}\n{unescape(answer.text)}"))
            return answer

        self.client.open = hear  # type: ignore[method-assign]

    def canaries(self) -> set[tuple[str, str]]:
        """Where which were heard."""
        return {(path, found) for path, text in self.heard for found in CANARY.findall(text)}


def crawl(hall: Hall, exam_id: str) -> tuple[Candidate, Recorder]:
    """Sit an exam and ask for everything on the way, in both languages, rightly and wrongly."""
    lin = Candidate(hall.app, hall.cast.lin, exam_id)
    recorder = Recorder(lin.client)
    hall.clock.moment = NINE
    for address in ("/", "/sitting/", f"/sitting/exam/{exam_id}", f"/exams/{exam_id}", "/bank/", "/transcripts/"):
        lin.client.get(address)
    lin.client.post(f"/sitting/exam/{exam_id}/start", data={"csrf_token": lin.token()})
    hall.clock.advance(minutes=11)
    lin.start()
    player = f"/sitting/{lin.attempt_id}"
    page = lin.client.get(player, headers={"Accept-Language": "en"}).text
    for asset in sorted(set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page))):
        lin.client.get(asset)
    answers = right_answers(hall.app, lin.attempt_id)
    for slot, right in answers.items():
        raw = "0" if str(right).startswith(SECRET_NUMBER) else right  # what they typed themselves may come back
        sent = lin.event(slot, raw)
        lin.send(sent)
        lin.send(sent)
        lin.send(sent | {"response": None})
        lin.send(lin.event(slot, "nothing"), lin.event(slot, ["nothing"]), lin.event(slot, {"a": 1}))
        lin.send(lin.event(slot, ["nothing"]))
        lin.send(lin.event(slot, None))
        lin.send(lin.event(slot, raw, base=0, client="window0002"))
        lin.send(lin.event(slot, True, kind="flag"))
    lin.send(lin.event(99, "A"))
    lin.client.get(f"{player}/state", headers={"X-Ticket": lin.ticket()})
    lin.client.get(player)
    lin.client.get(f"{player}/result")
    lin.client.get(f"{player}/review")
    second = Candidate(hall.app, hall.cast.lin, exam_id)
    Recorder(second.client).heard = recorder.heard
    second.client.get(player)
    post(second.client, f"{player}/take-over")
    lin.client.get(player)
    lin.send(lin.event(1, None))
    second.attempt_id = lin.attempt_id
    second.hand_in()
    for address in (
        player,
        f"{player}/result",
        f"{player}/review",
        "/sitting/",
        f"/sitting/exam/{exam_id}",
        "/",
        "/transcripts/",
    ):
        second.client.get(address)
    return second, recorder


def test_no_secret_word_leaves_before_the_release(hall: Hall) -> None:
    """
    Neither explanations, keys, reasons, points, laws nor names of questions, nor any question of another paper; nor the
    seeds, nor a number that a key is. The candidate's own questions are there; and after the release the explanations
    are, so the search can find them.
    """
    plan = hall.day.plan(
        opens_at=NINE.replace(minute=10), units=(hall.cast.bureau.id,), release="after_window", shows="explanations"
    )
    exam = hall.day.published(plan)
    lin, recorder = crawl(hall, exam.public_id)
    everything = "\n".join(text for _path, text in recorder.heard)
    with hall.app.app_context():
        attempt = reading().query(Attempt).filter_by(public_id=lin.attempt_id).one()
        form, seed = Form.from_record(attempt.form), hall.day.exam(exam.public_id).seed
        versions = exam_days.queries.snapshot(reading(), exam.id).versions
    own = {versions[slot.version].ref for slot in form.slots}

    assert len(recorder.heard) > 100
    assert recorder.canaries() == set()
    assert set(STEM.findall(everything)) == own
    secrets = (SECRET_NUMBER, form.seed.hex(), seed.hex(), '"right":', '"difficulty":')
    assert [(word, path) for word in secrets for path, text in recorder.heard if word in text] == []
    hall.clock.advance(hours=6)
    second = Recorder(Candidate(hall.app, hall.cast.lin, exam.public_id).client)
    second.client.get(f"/sitting/{lin.attempt_id}/review")
    assert {found for _path, found in second.canaries()} >= {"canary-explanation"}
    assert set(STEM.findall(second.heard[-1][1])) == own


def test_the_page_gives_its_script_nothing_but_what_it_needs(hall: Hall) -> None:
    """
    The settings in the page have these names and no other; ids of options are opaque and differ between candidates.
    """
    hall.clock.moment = NINE
    exam = hall.day.published(hall.day.plan(sections=(section("single_choice", 8),), units=(hall.cast.bureau.id,)))
    ids: list[str] = []
    for name in ("lin", "wang"):
        one = Candidate(hall.app, hall.cast[name], exam.public_id)
        one.start()
        page = one.client.get(f"/sitting/{one.attempt_id}").text
        found = SETTINGS.search(page)
        assert found is not None
        assert set(json.loads(found[1])) <= {
            "attempt", "last", "remaining", "paused", "extra", "grace", "answers", "flags", "headers", "eventsUrl",
            "stateUrl", "handInUrl", "resultUrl", "selfUrl", "words", "presentation", "one", "material", "camera",
        }  # fmt: skip
        ids += [option.id for question in questions(page) for option in question.options]

    assert len(ids) == len(set(ids)) == 2 * 8 * 4
    assert all(re.fullmatch(r"[0-9a-f]{12}", each) for each in ids)


@dataclass
class Shown:
    """An option as a page has it: its id, its place, and what surrounds it."""

    id: str
    place: int
    right: bool
    around: str
    size: int = 0
    seconds: float = 0.0


@dataclass
class Question:
    """The options of a question."""

    options: list[Shown]


ARTICLE = re.compile(r'<article class="question".*?</article>', re.DOTALL)
OPTION = re.compile(
    r'<label class="option"><input type="radio" name="q\d+" value="([^"]+)"><span class="option-letter">\w</span>'
    r'<span class="option-text">(.*?)</span></label>'
)

#: what is each option's own in that: the number of the question, its id, its letter
OWN = re.compile(r'name="q\d+" value="[^"]+"|(?<="option-letter">)\w')


def questions(page: str) -> list[Question]:
    """What stands on a player's page. Right is what says 对: that is what the classifier is not shown."""
    found = []
    for article in ARTICLE.findall(page):
        shown = [
            Shown(option[1], place, option[2].startswith("对"), OWN.sub("", option[0].replace(option[2], "")))
            for place, option in enumerate(OPTION.finditer(article))
        ]
        found.append(Question(shown))
    return found


def papers(hall: Hall, exams: int, *, people: Sequence[str] = PEOPLE, answered: int = 0) -> list[Question]:
    """The questions of many papers as pages show them; the first few answered with each option, in any order."""
    found, chance = [], Random(20260302)
    for _exam in range(exams):
        hall.clock.moment = NINE
        plan = hall.day.plan(sections=(section("single_choice", 8),), units=(hall.cast.bureau.id,))
        exam = hall.day.published(plan)
        for name in people:
            one = Candidate(hall.app, hall.cast[name], exam.public_id)
            one.start()
            page = questions(one.client.get(f"/sitting/{one.attempt_id}").text)
            for slot, question in enumerate(page[:answered], 1):
                for option in chance.sample(question.options, len(question.options)):
                    began = time.perf_counter()
                    answer = one.send(one.event(slot, option.id))
                    option.seconds, option.size = time.perf_counter() - began, len(answer.data)
            found += page[:answered] if answered else page
    return found


def traits(question: Question) -> list[dict[str, object]]:
    """What of each option has nothing to do with its words, in values that can be counted."""

    def rank(key: Callable[[Shown], Any]) -> list[int]:
        ordered = sorted(range(len(question.options)), key=lambda n: key(question.options[n]))
        return [ordered.index(n) for n in range(len(question.options))]

    by_id, by_time = rank(lambda one: one.id), rank(lambda one: one.seconds)
    largest = max(one.size for one in question.options)
    return [
        {
            "place": one.place, "first": one.id[0], "last": one.id[-1], "odd": int(one.id, 16) % 2, "by id": by_id[n],
            "by time": by_time[n], "largest": one.size == largest, "around": one.around, "id": one.id[:4],
        }
        for n, one in enumerate(question.options)
    ]  # fmt: skip


def accuracy(found: Sequence[list[dict[str, object]]], right: Sequence[int]) -> float:
    """How often a naive Bayes classifier names the right option of questions that it has not seen (five folds)."""
    hits = 0
    for fold in range(5):
        counts: dict[bool, Counter[tuple[str, object]]] = {True: Counter(), False: Counter()}
        total = Counter[bool]()
        for n, each in enumerate(found):
            if n % 5 != fold:
                for place, option in enumerate(each):
                    total[place == right[n]] += 1
                    counts[place == right[n]].update(option.items())

        def score(option: dict[str, object]) -> float:
            shares = ((counts[kind][item] + 1) / (total[kind] + 2) for item in option.items() for kind in (True, False))  # noqa: B023
            values = [log(share) for share in shares]
            return sum(values[::2]) - sum(values[1::2])

        for n, each in enumerate(found):
            if n % 5 == fold:
                hits += max(range(len(each)), key=lambda place: score(each[place])) == right[n]
    return hits / len(found)


def verdict(found: Sequence[Question], *, shuffles: int = 30) -> tuple[float, float, float]:
    """The classifier's accuracy, and what it reaches where the right option is drawn by lot: mean and deviation."""
    chance = Random(7)
    seen = [traits(question) for question in found]
    right = [[option.right for option in question.options].index(True) for question in found]
    null = [accuracy(seen, [chance.randrange(len(each)) for each in seen]) for _n in range(shuffles)]
    mean = sum(null) / shuffles
    deviation = sqrt(sum((each - mean) ** 2 for each in null) / (shuffles - 1))
    return accuracy(seen, right), mean, max(deviation, sqrt(0.25 * 0.75 / len(seen)))


@pytest.mark.slow
def test_what_is_no_word_tells_nothing(hall: Hall) -> None:
    """
    Seven hundred questions on the papers of eighty-eight candidates: from place, ids and markup of the options the
    right one cannot be told; nor, for some of them, from size and time of the answer to a save.
    """
    pages, saves = papers(hall, 8), papers(hall, 3, answered=2)
    for found in (pages, saves):
        reached, mean, deviation = verdict(found)
        assert abs(mean - 0.25) < 0.05
        assert reached < mean + 4 * deviation
    assert len(pages) > 600
    assert len({option.around for question in pages for option in question.options}) == 1


def first_right(choices: Sequence[Any], _seed: bytes) -> list[int]:
    """The right options first."""
    return sorted(range(len(choices)), key=lambda n: not choices[n].right)


def ids_by_key(seed: bytes, count: int) -> list[str]:
    """The first option of the author, which is the right one in this bank, has the same id for everybody."""
    return ["0" * 12, *opaque_all(seed, count)[1:]]


def slow_when_wrong(save: Save, store: Any) -> Any:
    """A save that looks at the key."""
    if save.events[0].response != "A":
        time.sleep(0.02)
    return run_save(save, store)


run_save = Save.run
LEAKS: dict[str, tuple[object, str, Any, int]] = {
    "the right option first": (options, "_places", first_right, 0),
    "ids by key": (options, "opaque_all", ids_by_key, 0),
    "a save that takes longer": (Save, "run", slow_when_wrong, 4),
}


@pytest.mark.parametrize("leak", sorted(LEAKS))
def test_a_leak_would_be_seen(hall: Hall, monkeypatch: pytest.MonkeyPatch, leak: str) -> None:
    """
    The control: with a leak planted the same classifier tells most of the right options.
    """
    place, name, fault, answered = LEAKS[leak]
    monkeypatch.setattr(place, name, fault)
    reached, mean, deviation = verdict(papers(hall, 1, answered=answered))

    assert reached > mean + 4 * deviation
    assert reached > 0.5
