"""Essays alike: which pairs are listed, what is left out, who may see them, what is written down, and that nothing changes."""

import json
import random
import time
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from lms.admission.models import Room, Seat
from lms.analysis import essays, essays_page
from lms.analysis.essays_apart import listed
from lms.audit.models import AuditEntry
from lms.database import reading, writing
from lms.exams import queries as exams
from lms.jobs import run_waiting
from lms.marking.models import Marker
from lms.sitting.deeds import Start
from lms.sitting.models import Attempt, AttemptResult
from question_bank.analysis.similarity import prepared
from question_bank.assembly import Form
from question_bank.attempt import Incoming, Kind
from question_bank.interactions.written import Point, Written
from question_bank.item import ItemVersion, Stimulus
from tests.cast import Cast, post, sign_in
from tests.conftest import NINE, TestClock
from tests.exam_day import ExamDay, section
from tests.marking.essays import Essays, sat_essays
from tests.question_bank.analysis.chinese import copied, essay
from tests.statements import statements

COPIER, SOURCE = 2, 5
#: what a candidate may type is shown as typed
MARKUP = "<script>alert(1)</script><b>整改</b>"


def texts() -> dict[int, list[str]]:
    """By person what they would write to each of three questions: the third took a quarter from the sixth, the first is brief."""
    luck = random.Random(29)
    own = {n: [essay(luck) for _question in range(3)] for n in range(8)}
    own[SOURCE] = [text + MARKUP for text in own[SOURCE]]
    own[COPIER] = [copied(essay(luck), source, 0.25, luck) for source in own[SOURCE]]
    return own | {0: ["依法处理。"] * 3}


@pytest.fixture
def hall(app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock, monkeypatch: pytest.MonkeyPatch) -> Essays:
    """Eight have written two essays each, one of them has a seat. They were compared."""
    own = iter(texts().values())

    def written(start: Start, versions: Mapping[int, ItemVersion], _person: object, _file: object) -> list[Incoming]:
        mine, form = next(own), Form.from_record(json.loads(start.form))
        return [
            Incoming("window0001", slot.number, Kind.ANSWER, slot.number, words, 10**6)
            for slot in form.slots
            if (words := written_to(versions[slot.version], mine))
        ]

    monkeypatch.setattr("tests.marking.essays._answers", written)
    found = sat_essays(app, cast, exam_day, clock)
    with app.app_context():
        with writing() as session:
            room = Room(exam_id=found.exam.id, name="101", seat_rows=2, seat_columns=3)
            session.add(room)
            session.flush()
            session.add(Seat(exam_id=found.exam.id, person_id=found.people[SOURCE].id, room_id=room.id, number=5))
        with writing() as session:
            essays.ask(session, found.exam)
    run_waiting(app)
    return found


def written_to(version: ItemVersion, mine: list[str]) -> str:
    """What somebody writes to a question, nothing to one that is not written."""
    return mine[int(version.ref[-1])] if version.type == "essay" else ""


def at(hall: Essays) -> str:
    """The page of the exam."""
    return f"/exams/{hall.exam.public_id}/analysis/essays"


def attempts(hall: Essays) -> dict[int, Attempt]:
    """By place of the person their attempts; within a context."""
    found = {row.public_id: row for row in reading().scalars(select(Attempt))}
    return {n: found[name] for n, name in enumerate(hall.attempts)}


def in_common(hall: Essays) -> set[str]:
    """References of the questions that both the copier and the other one had; within a context."""
    versions = exams.snapshot_of(hall.exam.id)
    papers = [Form.from_record(attempts(hall)[who].form) for who in (COPIER, SOURCE)]
    mine, other = ({versions[slot.version].ref for slot in form.slots} for form in papers)
    return {ref for ref in mine & other if ref.startswith("essay")}


def test_the_copied_essay_is_listed_first(app: Flask, hall: Essays) -> None:
    """
    Others share phrases at most; the copier's text and what they took stand as they were written, where somebody sat is said.
    """
    with app.app_context():
        found = essays.of_exam(reading(), hall.exam.id)
        rows = reading().scalars(essays.pairs(hall.exam.id)).all()
        ids = {n: row.id for n, row in attempts(hall).items()}
        wanted = in_common(hall)

    assert found is not None
    assert found.current
    assert (found.texts, found.short, found.beyond, found.listed) == (16, 2, 0, len(rows))
    assert {row.ref for row in rows[: len(wanted)]} == wanted
    assert all(row.containment < 0.1 for row in rows[len(wanted) :])
    for row in rows[: len(wanted)]:
        assert {row.first_id, row.second_id} == {ids[COPIER], ids[SOURCE]}
        seats = {row.first_id: row.seats[0], row.second_id: row.seats[1]}
        assert (seats[ids[SOURCE]], seats[ids[COPIER]]) == (["101", 2, 2], None)
        assert row.containment > 0.1
        assert row.longest <= row.characters


def test_names_and_texts_are_shown_on_asking_and_that_is_written_down(app: Flask, cast: Cast, hall: Essays) -> None:
    """
    The list and the page of a pair have neither; opened, both texts stand beside each other with the common passages marked,
    as they were typed, and the audit log has whose they are.
    """
    zhao = sign_in(app.test_client(), cast.zhao)
    with app.app_context():
        first = reading().scalars(essays.pairs(hall.exam.id)).first()
        assert first is not None
        both = [row.public_id for n, row in attempts(hall).items() if n in (COPIER, SOURCE)]
    names, page = [hall.people[n].name for n in (COPIER, SOURCE)], f"{at(hall)}/{first.public_id}"
    closed = [zhao.get(address).text for address in (at(hall), page)]
    opened = post(zhao, page)

    assert not any(words in text for text in closed for words in [*names, "<mark>", "整改"])
    assert opened.status_code == 200
    assert all(name in opened.text for name in names)
    assert opened.text.count("<mark>") >= len(first.passages) + 1
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in opened.text
    assert "<script>alert" not in opened.text
    with app.app_context():
        entry = reading().scalars(select(AuditEntry).where(AuditEntry.act == "exam.essays.look")).one()
    assert (entry.actor, entry.thing_id) == (cast.zhao.public_id, first.public_id)
    assert entry.after["question"] == first.ref
    assert sorted(entry.after["attempts"]) == sorted(both)


def test_the_marked_passages_are_the_same_on_both_sides(app: Flask, hall: Essays) -> None:
    """
    Put together the parts are the whole text; what has a number on one side has it on the other, and shares letters with it.
    """
    with app.app_context():
        first = reading().scalars(essays.pairs(hall.exam.id)).first()
        assert first is not None
        pair = essays_page.opened(reading(), first)
    by_number = [defaultdict[int, list[str]](list), defaultdict[int, list[str]](list)]
    for side, parts in zip(pair.sides, by_number, strict=True):
        for part in side.parts:
            parts[part.note].append(prepared(part.text).letters)
    (mine, other), written = by_number, {text for own in texts().values() for text in own}

    assert pair.together
    assert all("".join(part.text for part in side.parts) in written for side in pair.sides)
    assert mine.keys() == other.keys() == set(range(max(mine) + 1))
    assert len(mine) > 2
    for number in mine.keys() - {0}:
        assert len(other[number]) == 1
        # of a passage that overlaps the one before only the end is left, which may be shorter than a run
        ends = [[one[n : n + 8] for n in range(max(1, len(one) - 7))] for one in mine[number]]
        assert all(any(run in other[number][0] for run in runs) for runs in ends)


def test_neither_candidates_nor_markers_see_it(app: Flask, cast: Cast, hall: Essays) -> None:
    """
    Nobody without exams to manage; no examiner who sat the exam, nor one who marks it or has marked it.
    """
    zhao = sign_in(app.test_client(), cast.zhao)
    with app.app_context():
        first = reading().scalars(essays.pairs(hall.exam.id)).first()
        assert first is not None
    addresses = (at(hall), f"{at(hall)}/{first.public_id}")
    assert [sign_in(app.test_client(), who).get(at(hall)).status_code for who in (cast.lin, cast.chen)] == [403, 403]
    with app.app_context(), writing() as session:
        session.add(
            Marker(
                exam_id=hall.exam.id, person_id=cast.zhao.id, adjudicates=False, added_by=cast.zhao.id, added_at=NINE,
                left_at=NINE,
            )
        )  # fmt: skip
    refused = [(zhao.get(address), post(zhao, address)) for address in addresses]
    assert all(one.status_code == 403 and "阅卷" in one.text for both in refused for one in both)
    with app.app_context(), writing() as session:
        session.execute(delete(Marker))
        session.execute(update(Attempt).where(Attempt.public_id == hall.attempts[0]).values(person_id=cast.zhao.id))
    assert all(zhao.get(address).status_code == 403 for address in addresses)
    with app.app_context():
        assert reading().scalars(select(AuditEntry).where(AuditEntry.act == "exam.essays.look")).all() == []


def test_compared_again_nothing_else_changes(app: Flask, cast: Cast, hall: Essays) -> None:
    """
    One list is kept, and every grading is as it was.
    """
    zhao = sign_in(app.test_client(), cast.zhao)

    def standing() -> tuple[list[float], list[str]]:
        with app.app_context():
            rows = reading().execute(select(AttemptResult.attempt_id, AttemptResult.revision, AttemptResult.scores))
            kept = [one.containment for one in reading().scalars(essays.pairs(hall.exam.id))]
            return kept, sorted(json.dumps(list(row)) for row in rows)

    before = standing()
    assert post(zhao, at(hall)).location == at(hall)
    assert "data-look-again" in zhao.get(at(hall)).text
    run_waiting(app)

    assert standing() == before


def test_what_the_question_says_is_no_likeness(app: Flask, cast: Cast, exam_day: ExamDay) -> None:
    """
    Its stem, material, model answer, points, explanation, and the words of the article it cites.
    """
    with app.app_context():
        version = ItemVersion(
            "essay-9", "essay", "food", "题干文字", Written("范文文字", (Point("要点文字", Decimal(1)),)),
            explanation="解析文字", stimulus=Stimulus("m", "材料", "材料文字"),
        )  # fmt: skip
        task = essays.task_of(reading(), version)
    said, luck = essay(random.Random(1)), random.Random(2)
    quoting = [essay(luck) + said for _each in range(2)]

    assert all(f"{word}文字" in task for word in ("题干", "范文", "要点", "解析", "材料"))
    found = [
        listed({"questions": [{"task": given, "texts": quoting}], "most": 9}, lambda _count: None)[0]["pairs"]
        for given in ("", said)
    ]
    assert [len(pairs) for pairs in found] == [1, 0]


def test_five_hundred_essays_within_seconds() -> None:
    """
    A17 through the part that runs apart: who took a quarter is listed before everybody else, with passages.
    """
    luck = random.Random(17)
    own = [essay(luck) for _each in range(500)]
    for n in range(0, 50, 2):
        own[n] = copied(own[n], own[n + 1], 0.25, luck)
    told: list[int] = []
    started = time.perf_counter()
    (found,) = listed({"questions": [{"task": "", "texts": own}], "most": 500}, told.append)
    seconds = time.perf_counter() - started

    pairs = [frozenset((one["first"], one["second"])) for one in found["pairs"]]
    assert {frozenset((n, n + 1)) for n in range(0, 50, 2)} == set(pairs[:25])
    assert len(pairs) == len(set(pairs)) <= 0.01 * 500 * 499 / 2
    assert all(one["passages"] and one["longest"] <= one["characters"] for one in found["pairs"])
    assert (told[0], told[-1], found["short"]) == (1, 500, 0)
    assert seconds < 10


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_pages_open_with_few_statements(app: Flask, cast: Cast, hall: Essays, language: str) -> None:
    """
    The list in every order and of one question, and a pair.
    """
    zhao = sign_in(app.test_client(), cast.zhao)
    with app.app_context():
        first = reading().scalars(essays.pairs(hall.exam.id)).first()
        assert first is not None
    zhao.get(at(hall))
    queries = ("", "?sort=question&order=asc", "?sort=longest", "?sort=nonsense&order=x", f"?ref={first.ref}")
    for address in (*(at(hall) + query for query in queries), f"{at(hall)}/{first.public_id}"):
        with statements(app) as seen:
            shown = zhao.get(address, headers={"Accept-Language": language})

        assert shown.status_code == 200
        assert first.ref in shown.text
        assert len(seen) <= 12, address
    assert f"/{first.public_id}" not in zhao.get(f"{at(hall)}?ref=other").text
    assert zhao.get(f"{at(hall)}/nothing").status_code == 404


def test_an_exam_without_essays_has_no_such_page(app: Flask, cast: Cast, exam_day: ExamDay) -> None:
    """
    No tab, no page.
    """
    exam = exam_day.published(exam_day.plan(sections=(section("single_choice", 1, "5"),)))
    zhao = sign_in(app.test_client(), cast.zhao)

    assert zhao.get(f"/exams/{exam.public_id}/analysis/essays").status_code == 404
    assert "/analysis/essays" not in zhao.get(f"/exams/{exam.public_id}/analysis").text
