"""Who reaches which pool."""

from pathlib import Path

import pytest
from flask import Flask

from lms.accounts.policy import ALLOWS, Act, Grant, Role
from lms.audit import queries as audit
from lms.bank import queries, service, sharing
from lms.bank.policy import access_item, access_pool, keeping_path
from lms.database import reading, writing
from lms.errors import Forbidden, NotFound
from tests.bank.conftest import MakePool, examiner, single, viewer_of
from tests.cast import Cast

SEE, EDIT = Act.SEE_BANK, Act.EDIT_BANK


@pytest.mark.parametrize(
    ("grants", "sees", "edits"),
    [
        ((), False, False),
        ((Grant(Role.TRAINING_MANAGER),), False, False),
        ((Grant(Role.REVIEWER),), True, False),
        ((examiner("/"),), True, True),
        ((examiner("/1/2/"),), True, True),
        ((examiner("/1/3/"),), False, False),
        ((Grant(Role.EXAMINER, scope="pool", thing_id="this"),), True, True),
        ((Grant(Role.EXAMINER, scope="pool", thing_id="other"),), False, False),
        ((Grant(Role.EXAMINER, scope="exam", thing_id="an exam"),), False, False),
    ],
)
def test_a_pool_is_reached_by_its_part_or_its_name(
    app: Flask, cast: Cast, make_pool: MakePool, grants: tuple[Grant, ...], sees: bool, edits: bool
) -> None:
    """
    A grant for the part that keeps a pool, or for the pool, opens it and its items; others find nothing there.
    """
    pool = make_pool(single("a"), owner_path="/1/2/")
    other = make_pool(name="别的题库", owner_path="/1/9/")
    named = {"this": pool.public_id, "other": other.public_id}
    given = [Grant(g.role, g.scope, g.unit_path, named.get(g.thing_id or "")) for g in grants]
    viewer = viewer_of(cast.lin, *given)
    with app.app_context():
        session = reading()
        item = session.execute(queries.items(pool.id)).one()
        for act, allowed in ((SEE, sees), (EDIT, edits)):
            assert (pool.public_id in {p.public_id for p in queries.pools_for(session, viewer, act)}) is allowed
            if allowed:
                assert access_pool(session, viewer, pool.public_id, act).id == pool.id
                assert access_item(session, viewer, item.public_id, act)[0].ref == "a"
            else:
                with pytest.raises(NotFound):
                    access_pool(session, viewer, pool.public_id, act)
                with pytest.raises(NotFound):
                    access_item(session, viewer, item.public_id, act)


def test_the_bundled_pool_is_open_to_all_who_see_pools_and_edited_by_none(
    app: Flask, cast: Cast, tmp_path: Path
) -> None:
    """
    An examiner of one branch sees it too; nobody edits it; a cadre does not see it.
    """
    with app.app_context():
        with writing() as session:
            service.load_bundled(session, media=tmp_path)
        pool = queries.bundled_pool(reading())
        assert pool is not None
        branch = viewer_of(cast.lin, examiner("/1/3/"))
        assert access_pool(reading(), branch, pool.public_id, SEE) == pool
        assert queries.pools_for(reading(), branch)[0] == pool
        assert queries.pools_for(reading(), branch, EDIT) == []
        for viewer, act in ((viewer_of(cast.lin, examiner()), EDIT), (viewer_of(cast.lin), SEE)):
            with pytest.raises(NotFound):
                access_pool(reading(), viewer, pool.public_id, act)


def test_who_has_single_pools_only_makes_none(cast: Cast) -> None:
    """
    A new pool belongs to the part of the organisation for which its maker is examiner.
    """
    assert keeping_path(viewer_of(cast.lin, examiner("/1/2/"))) == "/1/2/"
    with pytest.raises(Forbidden):
        keeping_path(viewer_of(cast.lin, Grant(Role.EXAMINER, scope="pool", thing_id="x")))


SHARED = {
    "view": {SEE},
    "use": {SEE, Act.USE_BANK},
    "edit": {SEE, Act.USE_BANK, EDIT},
    "review": {SEE, Act.REVIEW_ITEMS},
}


@pytest.mark.parametrize("role", [Role.EXAMINER, Role.REVIEWER, Role.TRAINING_MANAGER])
@pytest.mark.parametrize("right", SHARED)
def test_a_share_opens_one_pool_as_far_as_the_role_goes(
    app: Flask, cast: Cast, make_pool: MakePool, right: str, role: Role
) -> None:
    """
    Given to one person by name: neither more than the right says, nor more than the role allows.
    """
    pool = make_pool(single("a"), owner_path="/1/2/")
    other = make_pool(name="别的题库", owner_path="/1/2/")
    viewer = viewer_of(cast.lin, Grant(role, unit_path="/1/3/"))
    with app.app_context():
        with writing() as session:
            sharing.share(session, pool, cast.lin.id, right, by=cast.zhao.id)
        for act in (SEE, Act.USE_BANK, EDIT, Act.REVIEW_ITEMS):
            allowed = act in SHARED[right] and act in ALLOWS[role]
            listed = {one.public_id for one in queries.pools_for(reading(), viewer, act)}
            assert (pool.public_id in listed) is allowed
            assert other.public_id not in listed
            if allowed:
                assert access_pool(reading(), viewer, pool.public_id, act).share == right
            else:
                with pytest.raises(NotFound):
                    access_pool(reading(), viewer, pool.public_id, act)


def test_a_share_can_be_changed_and_taken_back(app: Flask, cast: Cast, make_pool: MakePool) -> None:
    """
    One right a person and pool; each change is in the audit log.
    """
    pool = make_pool(single("a"), owner_path="/1/2/")
    viewer = viewer_of(cast.lin, Grant(Role.EXAMINER, unit_path="/1/3/"))
    with app.app_context():
        for right in ("view", "edit"):
            before = audit.head(reading())[0]
            with writing() as session:
                sharing.share(session, pool, cast.lin.id, right, by=cast.zhao.id)
            assert audit.head(reading())[0] == before + 1
        assert [(row.person_id, row.access) for row in sharing.shares_of(reading(), pool.id)] == [(cast.lin.id, "edit")]

        with writing() as session:
            sharing.unshare(session, pool, cast.lin.id)

        assert sharing.shares_of(reading(), pool.id) == []
        with pytest.raises(NotFound):
            access_pool(reading(), viewer, pool.public_id, SEE)
