"""Questions from the command line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from lms.bank import queries
from lms.bank.cli import bank
from lms.database import reading
from tests.cast import Cast

GOOD = """[[item]]
id = "food-{number:03}"
type = "true_false"
stem = "第 {number} 题"
answer = true
"""
HEAD = 'format = 1\nsubject = "food"\n'
BAD = """[[item]]
id = "food-900"
type = "single_choice"
stem = "没有正确答案"
options = [{ text = "甲", right = false }, { text = "乙", right = false }]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Two good questions."""
    path = tmp_path / "food.toml"
    path.write_text(HEAD + GOOD.format(number=1) + GOOD.format(number=2), encoding="utf-8")
    return path


def run(app: Flask, *words: object) -> Result:
    """`./run bank import WORDS --json`, as the main command calls it."""
    with app.app_context():
        return CliRunner().invoke(bank, ["import", *map(str, words), "--pool", "练习", "--json"])


def held(app: Flask) -> int | None:
    """How many questions the pool has, None when there is no such pool."""
    with app.app_context():
        pool = queries.own_pool_by_name(reading(), "练习")
        return pool.items if pool else None


def test_a_file_is_stored_once(app: Flask, cast: Cast, file: Path) -> None:
    """
    The first run makes the pool and stores two, the second changes nothing.
    """
    first, second = run(app, file), run(app, file)

    assert json.loads(first.output)["new"] == 2, first.output
    assert json.loads(second.output)["unchanged"] == 2
    assert (first.exit_code, second.exit_code, held(app)) == (0, 0, 2)


def test_a_dry_run_stores_nothing(app: Flask, cast: Cast, file: Path) -> None:
    """
    It counts the good questions; there is not even a pool afterwards.
    """
    done = run(app, file, "--dry-run")

    assert (json.loads(done.output)["good"], done.exit_code, held(app)) == (2, 0, None)


@pytest.mark.parametrize(("options", "stored"), [((), None), (("--take-good",), 2)])
def test_a_refused_question_holds_the_file_back(
    app: Flask, cast: Cast, file: Path, options: tuple[str, ...], stored: int | None
) -> None:
    """
    It is named with its place, field and reason, and the exit code is 1; the good ones are stored if one says so.
    """
    file.write_text(file.read_text(encoding="utf-8") + BAD, encoding="utf-8")
    done = run(app, file, *options)

    (complaint,) = json.loads(done.output)["complaints"]
    assert (complaint["where"], complaint["field"], complaint["code"]) == ("food.toml food-900", "answer", "no_key")
    assert (done.exit_code, held(app)) == (1, stored)


def test_a_file_of_no_known_kind_is_refused(app: Flask, cast: Cast, tmp_path: Path) -> None:
    """
    The sentence names the error code.
    """
    path = tmp_path / "picture.png"
    path.write_bytes(b"\x89PNG")

    assert "bank.upload_unfit" in run(app, path).output


def test_without_an_examiner_somebody_must_be_named(app: Flask, file: Path) -> None:
    """
    A pool has a keeper: an installation without an examiner asks for one.
    """
    assert "--keeper" in run(app, file).output
    assert held(app) is None
