"""Complaints in sentences."""

from flask import Flask
from flask_babel import force_locale

from lms.bank.complaints import REASONS, reason_of
from question_bank.formats.refusal import Refusal
from question_bank.problem import CODES

FACTS = ("limit", "least", "most", "blanks", "gaps", "row", "rows", "reason", "line", "questions", "count")


def test_every_reason_has_a_sentence_in_both_languages(app: Flask) -> None:
    """
    No code reaches a page, no fact is missing, and the Chinese is a sentence of its own.
    """
    codes = sorted({*CODES, *REASONS})
    refusals = [Refusal("题.xml:3", "stem", "值", code, dict.fromkeys(FACTS, 7)) for code in codes]
    with app.test_request_context():
        with force_locale("en"):
            english = list(map(reason_of, refusals))
        with force_locale("zh_Hans_CN"):
            chinese = list(map(reason_of, refusals))

    assert not [code for code, text in zip(codes, english, strict=True) if text == code or "%(" in text]
    assert not [code for code, *texts in zip(codes, english, chinese, strict=True) if texts[0] == texts[1]]
