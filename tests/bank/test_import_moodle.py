"""Bringing Moodle's files into a pool, through the form an examiner uses."""

import html
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.jobs import run_waiting
from tests.bank.test_imports import ENGLISH, send
from tests.cast import Cast, sign_in
from tests.question_bank.formats.test_moodle import answer, question, quiz

MOODLE = quiz(
    '<question type="category"><category><text>$course$/食品安全/许可</text></category></question>',
    question("truefalse", answer("true") + answer("false", "0"), text='<p>看<img src="@@PLUGINFILE@@/%E5%9B%BE%201.png" alt="执照"></p>'),
    question("multichoice", answer("甲") + answer("乙", "50"), name="第二题"),
    question("calculated", "", name="第三题"),
)  # fmt: skip
GIFT = "$CATEGORY: 食品安全/许可\n\n许可证有效期五年。{T}\n\n::坏题::没有答案{=甲".encode()
AIKEN = "许可证有效期几年？\nA. 三年\nB. 五年\nANSWER: B\n\n坏题\nA. 甲\nANSWER: A".encode()


@pytest.fixture
def zhao(app: Flask, cast: Cast) -> FlaskClient:
    """The examiner's browser."""
    return sign_in(app.test_client(), cast.zhao)


FILES = {
    "moodle": (MOODLE, "题.xml", ("calculated", "draws its numbers anew", "50%", "第三题")),
    "gift": (GIFT, "题.txt", ("opens a brace", "题.txt:5")),
    "aiken": (AIKEN, "题.txt", ("too few", "题.txt:6")),
}


@pytest.mark.parametrize(("data", "name", "shown"), FILES.values(), ids=FILES)
def test_the_dry_run_says_what_became_of_each_question(
    app: Flask, zhao: FlaskClient, data: bytes, name: str, shown: tuple[str, ...]
) -> None:
    """
    The format is recognised; refusals and remarks stand on the page with place, value and reason.
    """
    address = send(zhao, data, name).location
    run_waiting(app)
    page = html.unescape(re.sub(r"<[^>]+>|\s+", " ", zhao.get(f"{address}?show=all", headers=ENGLISH).text))

    for words in shown:
        assert words in page, words
