"""What is bundled: whole, balanced, and resting on articles that exist."""

import csv
import json
import re
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from courseware.unit import Origin
from lms.clock import BUREAU_ZONE, system_clock
from lms.content import check_content
from lms.courses.bundled import bundled_units
from lms.library.service import FOLDER as LIBRARY
from lms.subjects import CODES
from question_bank.assembly import draw
from question_bank.blueprint import Blueprint, Section
from question_bank.interactions import KINDS
from question_bank.item import ItemVersion
from question_bank.normaliser import norm_v1
from question_bank.pool import Pool
from question_bank.quality import TWINS, jaccard, stem_grams
from tests.content import reading
from tests.content.conftest import CORPORA, Laws

#: a paper of fifty questions, section by section, that each subject alone can fill
PAPER = (
    ("single_choice", 20),
    ("multiple_choice", 10),
    ("true_false", 10),
    ("fill_in", 4),
    ("numeric", 2),
    ("ordering", 2),
    ("matching", 2),
)
LEAST_ITEMS, LEAST_CASES = 36, 24
LEAST_CHARACTERS = 400_000


def today() -> date:
    """The day of the bureau."""
    return system_clock().astimezone(BUREAU_ZONE).date()


def test_what_is_bundled_is_sound() -> None:
    """
    Not one problem with any unit, question or document; eighteen subjects, an academy's worth of each kind.
    """
    found = check_content(today())

    assert found["problems"] == []
    assert found["subjects"] == len(CODES) == 18
    assert found["units"] >= 48
    assert found["items"] >= 720
    assert found["documents"] >= 240


def test_every_subject_is_asked_in_full(items: tuple[ItemVersion, ...]) -> None:
    """
    Thirty-six questions or more, cases of three questions or more, every type somewhere, a third and more small situations.
    """
    by_subject = Counter(item.subject for item in items)
    cases = Counter((item.subject, item.stimulus.ref) for item in items if item.stimulus)
    whole = [subject for (subject, _ref), count in cases.items() if count >= 3]

    assert set(by_subject) == set(CODES)
    assert {subject for subject, count in by_subject.items() if count < LEAST_ITEMS} == set()
    assert set(whole) == set(CODES)
    assert len(whole) >= LEAST_CASES
    assert {item.type for item in items} == set(KINDS)
    assert 3 * sum(item.cognitive == "apply" for item in items) >= len(items)


@pytest.mark.parametrize("subject", CODES)
def test_each_subject_feeds_an_exam_of_fifty_questions(items: tuple[ItemVersion, ...], subject: str) -> None:
    """
    Twenty single choices, ten multiple ones, ten statements and ten of other types; the paper is drawn, not only counted.
    """
    sections = tuple(Section(kind, (kind,), (subject,), quota, Decimal(2)) for kind, quota in PAPER)
    blueprint = Blueprint(sections, Decimal(60))
    pool = Pool.of(enumerate(item for item in items if item.subject == subject)).valid_on(today())

    form = draw(pool, blueprint, seed=subject.encode())

    assert blueprint.problems() == ()
    assert [section.quota for section in sections] == [
        sum(slot.section == number for slot in form.slots) for number in range(len(sections))
    ]
    assert len({slot.version for slot in form.slots}) == blueprint.questions == 50


def test_each_subject_is_taught_and_read_about() -> None:
    """
    Two units or more and ten documents or more a subject, 400,000 characters in all; four units are bought.
    """
    units = [bundled.unit for bundled in bundled_units()]
    documents = Counter(path.parent.name for path in LIBRARY.rglob("*.md"))
    taught = Counter(unit.subject for unit in units)

    assert {code for code in CODES if taught[code] < 2 or documents[code] < 10} == set()
    assert sum(len(path.read_text(encoding="utf-8")) for path in LIBRARY.rglob("*.md")) >= LEAST_CHARACTERS
    bought = [unit.source for unit in units if unit.source.origin is Origin.BOUGHT]
    assert len(bought) == 4
    assert all(source.supplier and source.licence_end for source in bought)


def test_every_question_was_read_by_a_second_person(items: tuple[ItemVersion, ...]) -> None:
    """
    Blind, in the very wording and with the very key that is bundled (see `reading.py`).
    """
    read = reading.rows()

    assert {item.ref for item in items if read.get(item.ref, ("",))[0] != reading.fingerprint(item)} == set()
    assert set(read) == {item.ref for item in items}


@pytest.mark.corpora
def test_citations_lead_to_articles(items: tuple[ItemVersion, ...], laws: Laws) -> None:
    """
    Wherever the text of a law is at hand, the article that a question cites stands in it.
    """
    cited = [(item.ref, one) for item in items for one in item.citations if one.article and laws.has(one.source)]
    astray = [(ref, one) for ref, one in cited if laws.article(one.source, one.article or "") is None]

    assert len(cited) > 300
    assert astray == []


def numbers(text: str) -> set[str]:
    """The numbers of a text, Chinese ones as digits, 10万 as 100000."""
    plain = norm_v1(text, numerals=True)
    return set(re.findall(r"\d+(?:\.\d+)?", re.sub(r"(\d+)万", lambda match: f"{match[1]}0000", text))) | set(
        re.findall(r"\d+(?:\.\d+)?", plain)
    )


def keyed(item: ItemVersion) -> list[str]:
    """What the key says, piece by piece."""
    body = item.body
    if item.type in ("single_choice", "multiple_choice"):
        return [option.text for option in body.options if option.right]
    if item.type == "true_false":
        return [item.stem] if body.answer else []
    if item.type == "fill_in":
        return [blank.accept[0] for blank in body.blanks]
    return [str(body.answer)] if item.type == "numeric" else []


@pytest.mark.corpora
def test_numbers_of_keys_stand_in_the_law_or_are_derived(items: tuple[ItemVersion, ...], laws: Laws) -> None:
    """
    A number that a key states occurs in the cited article or in the question's own facts; otherwise the question says
    from where it is derived.
    """
    looked_at, doubtful = 0, []
    for item in items:
        texts = [
            laws.article(one.source, one.article) if one.article and laws.has(one.source) else None
            for one in item.citations
        ]
        if not texts or None in texts or item.derived:
            continue
        looked_at += 1
        facts = numbers(" ".join([*filter(None, texts), *(one.article or "" for one in item.citations)])) | (
            numbers(item.stimulus.text) if item.stimulus else set()
        )
        facts |= numbers(item.stem) if item.type != "true_false" else set()
        lacking = {number for piece in keyed(item) for number in numbers(piece)} - facts
        if lacking:
            doubtful.append((item.ref, sorted(lacking)))

    assert looked_at > 150
    assert doubtful == []


@pytest.mark.corpora
def test_no_question_was_taken_from_a_published_bank(items: tuple[ItemVersion, ...]) -> None:
    """
    No bundled stem shares half of its 5-grams with a stem of the banks that people have published.
    """
    folder = CORPORA / "zh-question-banks"
    if not folder.is_dir():
        pytest.skip(f"no published banks at {folder}")
    published = {text for path in sorted(folder.rglob("*")) if path.is_file() for text in _texts(path)}
    index: dict[str, set[str]] = {}
    for text in published:
        for gram in stem_grams(text):
            index.setdefault(gram, set()).add(text)
    twins = []
    for item in items:
        grams = stem_grams(item.stem)
        near = Counter(text for gram in grams for text in index.get(gram, ()))
        twins += [
            (item.ref, text[:40])
            for text, shared in near.most_common(5)
            if 2 * shared >= len(grams) * float(TWINS) and jaccard(grams, stem_grams(text)) >= TWINS
        ]

    assert len(published) > 1000
    assert twins == []


def _texts(path: Path) -> list[str]:
    """Every longer text in a file of questions, whatever its shape."""
    data = path.read_bytes()
    if path.suffix == ".json":
        return [text for text in _strings(json.loads(data)) if len(text) >= 8]
    if path.suffix == ".csv":
        return [cell for row in csv.reader(data.decode("utf-8-sig").splitlines()) for cell in row if len(cell) >= 8]
    return []


def _strings(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for part in value.values() for text in _strings(part)]
    if isinstance(value, list):
        return [text for part in value for text in _strings(part)]
    return [value] if isinstance(value, str) else []
