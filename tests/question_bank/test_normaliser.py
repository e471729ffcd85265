"""Typed answers are compared by form: what looks alike to people is alike, what means something else is not."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.interactions import fill_in
from question_bank.interactions.fill_in import Blank, Blanks
from question_bank.normaliser import norm_v1, number_of
from question_bank.scoring import DEFAULT

CORPORA = Path(os.environ.get("SHUYUAN_CORPORA", Path(__file__).parents[3] / "shared" / "corpora"))
PAIRS = [
    json.loads(line)
    for line in Path(__file__).with_name("normaliser_pairs.jsonl").read_text(encoding="utf-8").split("\n")
    if line
]

ALIKE = [
    ("行政处罚法", " 行政 处罚法 "), ("ＡＢＣ", "abc"), ("“当场”", '"当场"'), ("３０日", "30日"), ("A、B", "a,b"),
    ("（一）", "(一)"), ("甲\u200b乙", "甲乙"), ("１／２", "1/2"), ("《价格法》", "〈价格法〉"), ("Ⅳ", "iv"),
]  # fmt: skip
UNLIKE = [("应当", "不应当"), ("30日", "60日"), ("以上", "以下"), ("三十日", "30日"), ("当场", "当日"), ("1.5", "15")]
NUMERALS = [
    ("三十日", "30日"), ("二十", "20"), ("十二", "12"), ("一百零五", "105"), ("两万三千", "23000"), ("二〇一九", "2019"),
    ("贰仟零壹拾玖", "2019"), ("一亿", "100000000"), ("十", "10"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_forms_that_are_alike(one: str, other: str) -> None:
    """
    Width, blanks, punctuation, case and what nobody sees make no difference.
    """
    assert norm_v1(one) == norm_v1(other)


@pytest.mark.parametrize(("one", "other"), UNLIKE)
def test_forms_that_differ(one: str, other: str) -> None:
    """
    A negation or another number is another answer; numerals are words unless a blank asks for numbers.
    """
    assert norm_v1(one) != norm_v1(other)


@pytest.mark.parametrize(("one", "other"), NUMERALS)
def test_numerals_where_a_blank_asks_for_them(one: str, other: str) -> None:
    """
    Chinese and Arabic numbers are one.
    """
    assert norm_v1(one, numerals=True) == norm_v1(other, numerals=True)


@given(st.text(max_size=30), st.booleans())
def test_normalising_twice_is_normalising_once(text: str, numerals: bool) -> None:
    """
    A stored normal form stays what it is.
    """
    once = norm_v1(text, numerals=numerals)

    assert norm_v1(once, numerals=numerals) == once


@pytest.mark.parametrize("text", ["万", "亿", "甲", "三x"])
def test_what_is_no_number(text: str) -> None:
    """
    A unit alone, or another word.
    """
    assert number_of(text) is None


def test_two_hundred_pairs_are_the_same_or_not_as_an_examiner_would_say() -> None:
    """
    Width, blanks, punctuation, numerals where a blank asks for them; negations, other numbers, near words, parts and
    order never; through the question itself, either one accepted and the other typed (A9).
    """
    wrong = []
    for pair in PAIRS:
        for accepted, typed in ((pair["left"], pair["right"]), (pair["right"], pair["left"])):
            body = Blanks((Blank((accepted,), numerals=pair["numerals"]),))
            if (fill_in.score(body, [typed], DEFAULT) == 1) is not pair["same"]:
                wrong.append(pair)

    assert wrong == []
    assert len(PAIRS) >= 200
    assert sum(pair["same"] for pair in PAIRS) > 80
    assert len({pair["why"] for pair in PAIRS}) > 10


@pytest.mark.corpora
def test_naughty_strings_have_one_normal_form() -> None:
    """
    Normalising what others found to break programs twice is normalising it once.
    """
    files = sorted(CORPORA.glob("security/naughty.jsonl"))
    if not files:
        pytest.skip(f"no naughty strings below {CORPORA}")
    rows = [json.loads(line) for path in files for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    texts = [str(value) for row in rows for value in row.values()]
    for text in texts:
        for numerals in (False, True):
            once = norm_v1(text, numerals=numerals)
            assert norm_v1(once, numerals=numerals) == once

    assert len(texts) > 100
