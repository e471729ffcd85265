"""The grammar of GIFT."""

import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank.formats.gift_grammar import Choice, Question, Range, Text, questions
from tests.pace import spent_cpu

CORPORA = Path(os.environ.get("SHUYUAN_CORPORA", Path(__file__).parents[4] / "shared" / "corpora"))


def one(text: str) -> Question:
    """The only question of a text."""
    (found,) = questions(text)
    return found


KINDS = [
    ("只有文字", "description"), ("问{}", "essay"), ("问{T}", "truth"), ("问{false#不对}", "truth"),
    ("问{=甲}", "short"), ("问{甲}", "short"), ("问{=甲 ~乙}", "choice"), ("问{~甲 ~乙}", "choice"),
    ("问{=甲 -> 1 =乙 -> 2}", "matching"), ("问{#3:2}", "numeric"), ("问{>3 ALL VERTICAL\n甲\n乙}", "ordering"),
    ("问{=甲", "broken"), ("问{=甲} 和 {=乙}", "broken"), ("$CATEGORY: a/b", "category"), ("问{Tom}", "short"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind"), KINDS)
def test_what_stands_in_braces_tells_the_kind(text: str, kind: str) -> None:
    """
    Each kind of question is known by its answers.
    """
    assert one(text).kind == kind


def test_signs_behind_a_backslash_mean_themselves() -> None:
    """
    Escaped signs part nothing; a backslash before any other sign stays.
    """
    found = one(r"::甲\:\:乙:: 1\=1 \{x\} \a\\b{=\= 2 \~ 3#好\#坏}")

    assert (found.title, found.stem.text) == ("甲::乙", r"1=1 {x} \a\b")
    assert found.choices == (Choice(right=True, text=Text("= 2 ~ 3"), feedback=Text("好#坏")),)


def test_places_comments_and_categories() -> None:
    """
    Each question has its line; comments give name and tags to the question below; several categories may follow.
    """
    found = list(questions("// 题库\n$CATEGORY: a/b\n\n// [id:q1] [tag:x]\n\n问一{T}\n\n// 注\n问二{F}"))

    assert [(q.kind, q.line, q.ident, q.tags) for q in found] == [
        ("category", 2, None, ()),
        ("truth", 6, "q1", ("x",)),
        ("truth", 9, None, ()),
    ]


def test_blank_lines_between_answers_part_nothing() -> None:
    """
    While a brace is open and the next lines close it, the question goes on.
    """
    assert [q.kind for q in questions("问{\n=甲\n\n~乙\n}\n\n问二{T}")] == ["choice", "truth"]
    assert [q.kind for q in questions("问{\n=甲\n\n::二::问二{T}")] == ["broken", "truth"]


@settings(deadline=None)
@given(st.text(alphabet="甲a1~=#{}:\\n[]html%$./>-TF \n", max_size=120))
def test_any_text_has_a_reading(text: str) -> None:
    """
    Whatever stands in a file, each line that says something is in a question.
    """
    found = list(questions(text))

    assert bool(found) == any(line.strip() and not line.strip().startswith("//") for line in text.split("\n"))


VAST = {
    "tildes": "问{" + "~" * 500_000 + "}",
    "colons": ":" * 500_000,
    "braces": "{" * 500_000,
    "questions": "问{=甲 ~乙}\n\n" * 50_000,
    "open": "问{=甲\n\n" * 50_000,
    "categories": "$CATEGORY: a\n" * 20_000,
    "backslashes": "\\" * 500_000,
    "blanks": "::a" + " \t" * 300_000 + "{}",
    "hashes": "问{=甲" + "#" * 500_000 + "}",
}


@pytest.mark.parametrize("text", VAST.values(), ids=VAST)
def test_no_file_takes_long(text: str) -> None:
    """
    Time grows with length, not with its square.
    """
    with spent_cpu() as spent:
        for _question in questions(text):
            pass

    assert spent.seconds < 5


def as_published(question: Question) -> dict[str, Any]:
    """A question as the published parses write it."""
    if question.kind == "category":
        return {"type": "Category", "title": question.title}
    kinds = {"truth": "TF", "choice": "MC", "short": "Short", "numeric": "Numerical"}
    made: dict[str, Any] = {
        "type": kinds.get(question.kind, question.kind.title()),
        "id": question.ident,
        "tags": list(question.tags) or None,
        "title": question.title,
        "stem": _text(question.stem),
        "hasEmbeddedAnswers": question.embedded,
    }
    if question.kind != "description":
        made["globalFeedback"] = _text(question.general)
    if question.kind == "truth":
        first, second = question.feedbacks
        made |= {"isTrue": question.truth, "trueFeedback": _text(first), "falseFeedback": _text(second)}
    if question.kind in ("choice", "short"):
        made["choices"] = [_choice(choice) for choice in question.choices]
    if question.kind == "numeric":
        (first, *others) = question.choices
        plain = not others and first.feedback is None and first.weight is None and first.number is not None
        made["choices"] = _number(first.number) if plain else [_choice(choice) for choice in question.choices]
    return made


def _text(text: Text | None) -> dict[str, str] | None:
    return {"format": text.form, "text": text.text} if text else None


def _number(number: Range | None) -> dict[str, Any]:
    assert number is not None
    if number.low is not None:
        return {"type": "high-low", "numberHigh": number.high, "numberLow": number.low}
    if number.off is not None:
        return {"type": "range", "number": number.number, "range": number.off}
    return {"type": "simple", "number": number.number}


def _choice(choice: Choice) -> dict[str, Any]:
    return {
        "isCorrect": choice.right,
        "weight": choice.weight,
        "text": _number(choice.number) if choice.number else _text(choice.text),
        "feedback": _text(choice.feedback),
    }


@pytest.mark.corpora
def test_published_parses_are_ours() -> None:
    """
    Every GIFT file that is published with its parse gives it: titles, texts, answers, weights, feedback, all.
    """
    pairs = [(path, path.with_suffix(".json")) for path in CORPORA.glob("question-formats/**/*.gift")]
    if not pairs:
        pytest.skip(f"no GIFT files at {CORPORA}")
    for path, parse in pairs:
        expected = json.loads(parse.read_text(encoding="utf-8"), parse_float=Decimal, parse_int=Decimal)

        assert [as_published(found) for found in questions(path.read_text(encoding="utf-8"))] == expected, path.name
