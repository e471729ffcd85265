"""Who may see, use and change which pool.

A pool belongs to a part of the organisation. A grant for that part, or for the pool itself, reaches it; so does a share
of it given to one person, as far as that person's role goes. The pool that came with the program is open to everybody
who may see pools at all, and nobody changes it: a release does.
"""

from sqlalchemy.orm import Session

from lms.accounts.policy import Act, Viewer, may, unit_paths
from lms.bank import import_queries, queries
from lms.bank.import_queries import ImportRow
from lms.bank.queries import ItemRow, PoolRow
from lms.errors import Forbidden, NotFound


def may_pool(viewer: Viewer, pool: PoolRow, act: Act) -> bool:
    """Whether `viewer` may do `act` with this pool."""
    if pool.bundled:
        return act in queries.BUNDLED_ACTS and may(viewer, act)
    given = may(viewer, act, unit_path=pool.owner_path, thing_id=pool.public_id)
    return given or (act in viewer.acts and act in queries.RIGHTS.get(pool.share, frozenset()))


def access_pool(session: Session, viewer: Viewer, public_id: str, act: Act) -> PoolRow:
    """The pool, for somebody who may do `act` with it; raises NotFound for everybody else."""
    pool = queries.pool_by_public_id(session, public_id, viewer.id)
    if pool is None or not may_pool(viewer, pool, act):
        raise NotFound
    return pool


def access_item(session: Session, viewer: Viewer, public_id: str, act: Act) -> tuple[ItemRow, PoolRow]:
    """An item and its pool, for somebody who may do `act` with the pool; raises NotFound for everybody else."""
    found = queries.item_by_public_id(session, public_id)
    if found is None:
        raise NotFound
    return found[0], access_pool(session, viewer, found[1], act)


def may_share(viewer: Viewer, pool: PoolRow) -> bool:
    """Whether `viewer` gives the pool to others: whoever edits it by a grant, not by what was shared with them."""
    return not pool.bundled and may(viewer, Act.EDIT_BANK, unit_path=pool.owner_path, thing_id=pool.public_id)


def access_shares(session: Session, viewer: Viewer, public_id: str) -> PoolRow:
    """The pool, for somebody who gives it to others; raises NotFound for everybody else."""
    pool = queries.pool_by_public_id(session, public_id, viewer.id)
    if pool is None or not may_share(viewer, pool):
        raise NotFound
    return pool


def access_discussion(session: Session, viewer: Viewer, public_id: str) -> tuple[ItemRow, PoolRow]:
    """An item and its pool, for somebody who edits or reviews there; raises NotFound for everybody else."""
    item, pool = access_item(session, viewer, public_id, Act.SEE_BANK)
    if not (may_pool(viewer, pool, Act.EDIT_BANK) or may_pool(viewer, pool, Act.REVIEW_ITEMS)):
        raise NotFound
    return item, pool


def may_clear(viewer: Viewer, pool: PoolRow) -> bool:
    """Whether `viewer` puts questions back that a change of law took out: whoever reviews there. In the pool that came
    with the program too: a release words it anew, but cannot know what stands as it is.
    """
    if pool.bundled:
        return may(viewer, Act.REVIEW_ITEMS, unit_path=pool.owner_path)
    return may_pool(viewer, pool, Act.REVIEW_ITEMS)


def access_suspended(session: Session, viewer: Viewer, public_id: str) -> tuple[ItemRow, PoolRow]:
    """An item and its pool, for somebody who may clear it; raises NotFound for everybody else."""
    item, pool = access_item(session, viewer, public_id, Act.SEE_BANK)
    if not may_clear(viewer, pool):
        raise NotFound
    return item, pool


def may_make_pools(viewer: Viewer) -> bool:
    """Whether `viewer` edits pools for a part of the organisation, not single pools only."""
    return bool(unit_paths(viewer, Act.EDIT_BANK))


def keeping_path(viewer: Viewer) -> str:
    """The part of the organisation to which a pool that `viewer` makes belongs; raises Forbidden for those who were
    given single pools only.
    """
    paths = unit_paths(viewer, Act.EDIT_BANK)
    if not paths:
        raise Forbidden
    return paths[0]


def access_import(session: Session, viewer: Viewer, public_id: str) -> ImportRow:
    """A file that `viewer` brought; raises NotFound for everybody else."""
    found = import_queries.import_by_public_id(session, public_id)
    if found is None or found.created_by != viewer.id or Act.EDIT_BANK not in viewer.acts:
        raise NotFound
    return found


def access_export(session: Session, viewer: Viewer, public_id: str) -> PoolRow:
    """The pool, for somebody who may carry its questions and keys away: whoever edits it. Of the pool that came with the
    program that is every examiner. Seeing, using and reviewing do not suffice: a file is a leak. Raises NotFound.
    """
    pool = queries.pool_by_public_id(session, public_id, viewer.id)
    if pool is None or not may_export(viewer, pool):
        raise NotFound
    return pool


def may_export(viewer: Viewer, pool: PoolRow) -> bool:
    """Whether `viewer` may carry the questions of the pool away."""
    return may(viewer, Act.EDIT_BANK) if pool.bundled else may_pool(viewer, pool, Act.EDIT_BANK)
