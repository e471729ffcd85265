"""Storing, revising and retiring items; the bundled pool."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.exc import DatabaseError

from lms.audit import queries as audit
from lms.bank import bundled, life, queries, service
from lms.bank.errors import BundledPool, UnsoundItem
from lms.bank.models import ItemVersion
from lms.bank.service import Stored
from lms.database import reading, writing
from lms.errors import NotFound
from question_bank.life import Move
from tests.bank.conftest import MakePool, single
from tests.cast import Cast


def test_storing_twice_changes_nothing(app: Flask, cast: Cast, make_pool: MakePool) -> None:
    """
    The same wording under the same ref is neither an item nor a version again.
    """
    pool = make_pool(single("a"), single("b"))

    with app.app_context():
        with writing() as session:
            stored = service.store_items(session, pool, [single("a"), single("b")], cast.zhao.id)
        assert stored == Stored(unchanged=2)
        assert len(queries.pool_of_versions(reading(), pool.id).versions) == 2


def test_a_change_is_a_new_version_and_the_old_one_stays(app: Flask, cast: Cast, make_pool: MakePool) -> None:
    """
    The draw sees the newest wording; the version a candidate saw can still be read.
    """
    pool = make_pool(single("a"))
    with app.app_context():
        (old,) = queries.pool_of_versions(reading(), pool.id).versions
        with writing() as session:
            service.revise_item(session, pool, single("a", right=2), cast.zhao.id)

        (new,) = queries.pool_of_versions(reading(), pool.id).versions
        both = queries.versions(reading(), [old, new])
        assert new != old
        assert both == {old: single("a"), new: single("a", right=2)}


def test_a_stored_version_cannot_be_changed(app: Flask, make_pool: MakePool) -> None:
    """
    The database itself refuses to alter a version.
    """
    make_pool(single("a"))

    with app.app_context(), pytest.raises(DatabaseError), writing() as session:
        session.query(ItemVersion).update({"stem_text": "anders"})


def test_unsound_items_are_not_stored(app: Flask, cast: Cast, make_pool: MakePool) -> None:
    """
    An item with a problem is refused as a whole, with its ref and field, and nothing beside it is kept.
    """
    pool = make_pool()
    unsound = replace(single("b"), stem=" ")

    with app.app_context():
        with pytest.raises(UnsoundItem) as refusal, writing() as session:
            service.store_items(session, pool, [single("a"), unsound], cast.zhao.id)
        assert refusal.value.facts == {"ref": "b", "field": "stem", "reason": "missing"}
        assert queries.counts(reading(), pool.id) == {}


def test_a_retired_item_leaves_the_draw_and_can_come_back(app: Flask, make_pool: MakePool) -> None:
    """
    Retiring is undone by restoring; each is one audit entry.
    """
    pool = make_pool(single("a"), single("b"))
    with app.app_context():
        item = reading().execute(queries.items(pool.id)).first()
        assert item is not None
        for what, left in ((Move.RETIRE, 1), (Move.RESTORE, 2)):
            before = audit.head(reading())[0]
            with writing() as session:
                life.move(session, pool, item.public_id, what, by=None)
            assert queries.counts(reading(), pool.id) == {("food", "single_choice"): left}
            assert audit.head(reading())[0] == before + 1


def test_moving_nothing_is_refused(app: Flask, make_pool: MakePool) -> None:
    """
    An unknown item is not there.
    """
    pool = make_pool(single("a"))

    with app.app_context(), pytest.raises(NotFound), writing() as session:
        life.move(session, pool, "x" * 22, Move.RETIRE, by=None)


BANK = """format = 1
subject = "food"
[[item]]
id = "food-001"
type = "true_false"
stem = "{stem}"
answer = true
"""


def test_the_bundled_pool_follows_its_files(
    app: Flask, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Loading is idempotent, takes a new wording as a version, retires what a release dropped, and brings it back.
    """
    monkeypatch.setattr(service, "read_bundled", lambda: bundled.read_bundled(tmp_path))
    steps = [
        ({"food": BANK.format(stem="一")}, {"new": 1, "changed": 0, "unchanged": 0, "retired": 0}, 1),
        ({"food": BANK.format(stem="一")}, {"new": 0, "changed": 0, "unchanged": 1, "retired": 0}, 1),
        ({"food": BANK.format(stem="二")}, {"new": 0, "changed": 1, "unchanged": 0, "retired": 0}, 1),
        ({}, {"new": 0, "changed": 0, "unchanged": 0, "retired": 1}, 0),
        ({"food": BANK.format(stem="二")}, {"new": 0, "changed": 0, "unchanged": 1, "retired": 0}, 1),
    ]
    for files, expected, ready in steps:
        for path in tmp_path.glob("*.toml"):
            path.unlink()
        for name, text in files.items():
            (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
        with app.app_context():
            with writing() as session:
                assert service.load_bundled(session, media=tmp_path / "media") == expected
            pool = queries.bundled_pool(reading())
            assert pool is not None
            assert pool.items == ready


def test_the_bundled_pool_is_not_edited(app: Flask, cast: Cast, tmp_path: Path) -> None:
    """
    Its items change with a release only.
    """
    with app.app_context():
        with writing() as session:
            service.load_bundled(session, media=tmp_path / "media")
            pool = queries.bundled_pool(session)
        assert pool is not None
        with pytest.raises(BundledPool), writing() as session:
            service.revise_item(session, pool, single("food-001"), cast.zhao.id)


def test_bundled_ids_are_unique_over_all_files(tmp_path: Path) -> None:
    """
    The second file with an id is told of, by name.
    """
    for name in ("a", "b"):
        (tmp_path / f"{name}.toml").write_text(BANK.format(stem=name), encoding="utf-8")

    found = bundled.read_bundled(tmp_path)

    assert [(refusal.where, refusal.code) for refusal in found.refused] == [("b.toml food-001", "duplicate")]
