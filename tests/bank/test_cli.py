"""Questions from the command line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import Select, select

from lms.bank import queries
from lms.bank.cli import bank
from lms.bank.models import Item, ItemVersion
from lms.database import reading
from question_bank.formats.registry import named
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


def queries_of(pool_id: int) -> Select[tuple[int]]:
    """The numbers of all versions in a pool."""
    return select(ItemVersion.number).join(Item, Item.id == ItemVersion.item_id).where(Item.pool_id == pool_id)


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

    assert json.loads(first.output) == json.loads(second.output) == {"imported": 2, "refused": [], "warnings": []}
    assert (first.exit_code, second.exit_code, held(app)) == (0, 0, 2)


def test_without_a_name_the_pool_is_called_like_the_file(app: Flask, cast: Cast, file: Path) -> None:
    """
    The command needs nothing but a file.
    """
    with app.app_context():
        assert CliRunner().invoke(bank, ["import", str(file), "--json"]).exit_code == 0
        assert queries.own_pool_by_name(reading(), "food") is not None


def test_a_dry_run_stores_nothing(app: Flask, cast: Cast, file: Path) -> None:
    """
    It counts the good questions; there is not even a pool afterwards.
    """
    done = run(app, file, "--dry-run")

    assert (json.loads(done.output)["imported"], done.exit_code, held(app)) == (2, 0, None)


@pytest.mark.parametrize(("options", "stored"), [((), 2), (("--all-or-nothing",), None)])
def test_a_refused_question_is_named(
    app: Flask, cast: Cast, file: Path, options: tuple[str, ...], stored: int | None
) -> None:
    """
    With its place, field, value and reason, and the exit code is 1; the good ones are stored unless one says not to.
    """
    file.write_text(file.read_text(encoding="utf-8") + BAD, encoding="utf-8")
    done = run(app, file, *options)
    said = json.loads(done.output)

    assert said["refused"] == [
        {
            "where": "food.toml food-900",
            "field": "answer",
            "value": "",
            "reason": "Right answer: no right answer is named",
        }
    ]
    assert (said["imported"], done.exit_code, held(app)) == (stored or 0, 1, stored)


def test_a_format_can_be_named(app: Flask, cast: Cast, tmp_path: Path) -> None:
    """
    By its key or an ending; what nobody knows is refused with the list.
    """
    path = tmp_path / "粘贴.dat"
    path.write_text("1. 甲？\nA. 一\nB. 二\n答案：A\n", encoding="utf-8")

    assert json.loads(run(app, path, "--format", "text", "--dry-run").output)["imported"] == 1
    assert json.loads(run(app, path, "--format", ".xlsx", "--dry-run").output)["imported"] == 0
    assert "use one of" in run(app, path, "--format", "dance").output


@pytest.mark.parametrize("key", ["json", "native", "excel", "text"])
def test_what_was_exported_comes_back(app: Flask, cast: Cast, file: Path, tmp_path: Path, key: str) -> None:
    """
    A pool written as a file and imported again is the same pool.
    """
    run(app, file)
    target = tmp_path / f"pool{named(key).ending}"  # type: ignore[union-attr]
    with app.app_context():
        done = CliRunner().invoke(bank, ["export", "练习", "--format", key, "--output", str(target)])
    assert done.exit_code == 0, done.output

    assert json.loads(run(app, target).output)["imported"] == 2
    with app.app_context():
        pool = queries.own_pool_by_name(reading(), "练习")
        assert pool is not None
        assert {row.number for row in reading().execute(queries_of(pool.id))} == {1}


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
