"""What is bundled: whole, balanced, and resting on articles that exist."""

import csv
import json
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from lms.clock import BUREAU_ZONE, system_clock
from lms.content import check_content
from lms.subjects import CODES
from question_bank.interactions import KINDS
from question_bank.item import ItemVersion
from question_bank.normaliser import norm_v1
from question_bank.quality import TWINS, jaccard, stem_grams
from tests.content.conftest import CORPORA, Laws

#: questions of a subject that is taught at all
LEAST_ITEMS = 36
#: subjects that have their units, questions and documents
LEAST_SUBJECTS = 10


def today() -> date:
    """The day of the bureau."""
    return system_clock().astimezone(BUREAU_ZONE).date()


def test_what_is_bundled_is_sound() -> None:
    """
    Not one problem with any unit, question or document; one list of eighteen subjects.
    """
    found = check_content(today())

    assert found["problems"] == []
    assert found["subjects"] == len(CODES) == 18
    assert found["units"] >= 3 * LEAST_SUBJECTS
    assert found["documents"] >= 13 * LEAST_SUBJECTS


def test_a_subject_is_asked_in_full_or_not_at_all(items: tuple[ItemVersion, ...]) -> None:
    """
    Thirty-six questions or more, two cases of three or more, every type somewhere.
    """
    by_subject = Counter(item.subject for item in items)
    cases = Counter((item.subject, item.stimulus.ref) for item in items if item.stimulus)
    per_subject = Counter(subject for (subject, _ref), count in cases.items() if count >= 3)

    assert len(by_subject) >= LEAST_SUBJECTS
    assert {subject for subject, count in by_subject.items() if count < LEAST_ITEMS} == set()
    assert {subject for subject in by_subject if per_subject[subject] < 1} == set()
    assert {item.type for item in items} == set(KINDS)


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
