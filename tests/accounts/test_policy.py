"""Who may do what: the rules as tables."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.accounts.policy import ALLOWS, APART, PRIVILEGED, Act, Grant, Role, Viewer, conflict, may, unit_paths

POOL, OTHER = "p" * 22, "q" * 22


def viewer(*grants: Grant) -> Viewer:
    """Somebody in an office, with these grants."""
    return Viewer(
        id=1, public_id="x" * 22, name="某", unit_id=3, unit_name="所", unit_path="/1/2/3/",
        locale=None, session_id=1, grants=grants,
    )  # fmt: skip


WHOLE = Grant(Role.TRAINING_MANAGER)
BRANCH = Grant(Role.TRAINING_MANAGER, unit_path="/1/2/")
ONE_POOL = Grant(Role.EXAMINER, scope="pool", unit_path="/", thing_id=POOL)


@pytest.mark.parametrize(
    ("grants", "act", "unit_path", "thing_id", "allowed"),
    [
        ((), Act.LEARN, None, None, True),
        ((), Act.LEARN, "/9/", None, True),
        ((), Act.SEE_PEOPLE, None, None, False),
        ((), Act.SEE_PEOPLE, "/1/2/3/", None, False),
        ((WHOLE,), Act.SEE_PEOPLE, "/9/", None, True),
        ((WHOLE,), Act.EDIT_BANK, None, None, False),
        ((BRANCH,), Act.SEE_PEOPLE, None, None, True),
        ((BRANCH,), Act.SEE_PEOPLE, "/1/2/", None, True),
        ((BRANCH,), Act.SEE_PEOPLE, "/1/2/3/", None, True),
        ((BRANCH,), Act.SEE_PEOPLE, "/1/", None, False),
        ((BRANCH,), Act.SEE_PEOPLE, "/1/22/", None, False),
        ((BRANCH,), Act.SEE_PEOPLE, "/1/3/2/", None, False),
        ((BRANCH,), Act.SEE_PEOPLE, "/", None, False),
        ((BRANCH,), Act.SEE_PEOPLE, None, POOL, False),
        ((ONE_POOL,), Act.EDIT_BANK, None, None, True),
        ((ONE_POOL,), Act.EDIT_BANK, None, POOL, True),
        ((ONE_POOL,), Act.EDIT_BANK, None, OTHER, False),
        ((ONE_POOL,), Act.EDIT_BANK, "/1/2/3/", None, False),
        ((ONE_POOL, BRANCH), Act.SEE_PEOPLE, "/1/2/3/", None, True),
    ],
)
def test_may(grants: tuple[Grant, ...], act: Act, unit_path: str | None, thing_id: str | None, allowed: bool) -> None:
    """
    A grant for a unit reaches it and all below, a grant for a thing that thing; learning is everybody's.
    """
    assert may(viewer(*grants), act, unit_path=unit_path, thing_id=thing_id) is allowed


@pytest.mark.parametrize(
    ("paths", "kept"),
    [
        ((), ()),
        (("/1/2/",), ("/1/2/",)),
        (("/1/2/", "/1/3/"), ("/1/2/", "/1/3/")),
        (("/1/2/3/", "/1/2/"), ("/1/2/",)),
        (("/1/2/", "/1/22/"), ("/1/2/", "/1/22/")),
        (("/", "/1/2/"), ("/",)),
    ],
)
def test_subtrees_do_not_contain_each_other(paths: tuple[str, ...], kept: tuple[str, ...]) -> None:
    """
    Of two grants one within the other only the wider counts.
    """
    grants = [Grant(Role.TRAINING_MANAGER, unit_path=path) for path in paths]

    assert set(unit_paths(viewer(*grants), Act.SEE_PEOPLE)) == set(kept)


@given(
    st.lists(st.lists(st.integers(1, 3), min_size=1, max_size=4), max_size=5), st.lists(st.integers(1, 3), min_size=1)
)
def test_may_and_unit_paths_agree(parts: list[list[int]], place: list[int]) -> None:
    """
    A unit lies in one of the listed subtrees exactly when the act is allowed there.
    """
    grants = [Grant(Role.TRAINING_MANAGER, unit_path=_path(part)) for part in parts]
    person, path = viewer(*grants), _path(place)

    listed = any(path.startswith(prefix) for prefix in unit_paths(person, Act.SEE_PEOPLE))

    assert may(person, Act.SEE_PEOPLE, unit_path=path) is listed


def _path(parts: Iterable[int]) -> str:
    return "/" + "".join(f"{part}/" for part in parts)


@given(st.sets(st.sampled_from(list(Role))))
def test_at_most_one_administrator_in_one_hand(roles: set[Role]) -> None:
    """
    Two of system, security and audit administration are a conflict, named in full; any other roles meet.
    """
    administrators = roles & APART

    assert conflict(roles) == (administrators if len(administrators) > 1 else frozenset())


def test_every_role_but_the_cadre_is_privileged() -> None:
    """
    Whoever may do more than learn needs the second factor.
    """
    assert frozenset(Role) - {Role.CADRE} == PRIVILEGED


@pytest.mark.parametrize("pair", [(a, b) for a in APART for b in APART if a != b])
def test_administrators_share_no_power(pair: tuple[Role, Role]) -> None:
    """
    What one of the three may change, no other of them may.
    """
    shared = ALLOWS[pair[0]] & ALLOWS[pair[1]]

    assert shared <= {Act.SEE_PEOPLE}


def test_administrators_touch_no_exam() -> None:
    """
    None of the three reads questions, runs exams or marks (S14).
    """
    forbidden = {Act.SEE_BANK, Act.EDIT_BANK, Act.REVIEW_ITEMS, Act.MANAGE_EXAMS, Act.SUPERVISE, Act.MARK}

    assert not any(ALLOWS[role] & forbidden for role in APART)
