"""The chain of keys: what an old key says of the new one, and what nobody else can say for it."""

from collections.abc import Callable
from typing import Any

import pytest
from nacl.signing import SigningKey

from courseware.evidence import chain, keys, package, proof
from tests.courseware.evidence.signing import CREATED, verify

FIRST, SECOND, THIRD, THIEF = (SigningKey(bytes([number]) * 32) for number in range(1, 5))


def name(key: SigningKey) -> str:
    """The did:key of a key."""
    return keys.did(bytes(key.verify_key))


def signed_by(key: SigningKey) -> proof.Sign:
    """How a key signs."""
    return lambda message: key.sign(message).signature


def said(new: SigningKey, old: SigningKey) -> dict[str, Any]:
    """The statement of an old key for a new one."""
    return chain.statement(bytes(new.verify_key), bytes(old.verify_key), since=CREATED, sign=signed_by(old))


def forged(new: SigningKey, old: SigningKey, by: SigningKey) -> dict[str, Any]:
    """A statement in the name of an old key that another one signs."""
    whole = {"format": chain.FORMAT, "key": name(new), "replaces": name(old), "from": CREATED}
    return proof.signed(whole, created=CREATED, public=bytes(by.verify_key), sign=signed_by(by))


def relabelled(value: dict[str, Any]) -> dict[str, Any]:
    """A forged statement whose proof claims to be of the old key."""
    method = keys.method(bytes(FIRST.verify_key))
    return {**value, "proof": {**value["proof"], "verificationMethod": method}}


TAMPERED: tuple[tuple[str, Callable[[], object]], ...] = (
    ("nothing", lambda: None),
    ("no object", lambda: [said(SECOND, FIRST)]),
    ("signed by a thief", lambda: forged(SECOND, FIRST, THIEF)),
    ("a thief for themselves", lambda: forged(THIEF, FIRST, THIEF)),
    ("a thief under the old name", lambda: relabelled(forged(THIEF, FIRST, THIEF))),
    ("the new for itself", lambda: forged(SECOND, FIRST, SECOND)),
    ("a key for itself", lambda: forged(FIRST, FIRST, FIRST)),
    ("another new key", lambda: {**said(SECOND, FIRST), "key": name(THIEF)}),
    ("another moment", lambda: {**said(SECOND, FIRST), "from": "2001-01-01T00:00:00Z"}),
    ("more in it", lambda: {**said(SECOND, FIRST), "note": "x"}),
    ("less in it", lambda: {key: value for key, value in said(SECOND, FIRST).items() if key != "from"}),
    ("another format", lambda: {**said(SECOND, FIRST), "format": package.FORMAT}),
    ("no key", lambda: {**said(SECOND, FIRST), "key": "did:key:zzz"}),
    ("key as a number", lambda: {**said(SECOND, FIRST), "key": 7}),
    ("no proof", lambda: {**said(SECOND, FIRST), "proof": None}),
    ("signature cut", lambda: {**said(SECOND, FIRST), "proof": {**said(SECOND, FIRST)["proof"], "proofValue": "z1"}}),
)


@pytest.mark.parametrize(("what", "statement"), TAMPERED, ids=[what for what, _make in TAMPERED])
def test_a_forged_statement_says_nothing(what: str, statement: Callable[[], object]) -> None:
    """
    Whatever is changed, or signed by any other key than the one that is replaced, is no link, and a package that holds it is
    refused.
    """
    made = statement()
    head = {
        "issuer": {"id": name(SECOND)},
        "keys": [{"id": name(SECOND), "vouched": made}, {"id": name(FIRST), "vouched": None}],
    }
    data = package.packed(
        head, {"a.txt": b"a"}, created=CREATED, public=bytes(SECOND.verify_key), sign=signed_by(SECOND)
    )

    assert chain.link(made, verify) is None
    assert chain.path(name(FIRST), name(SECOND), [made], verify) == ()
    assert package.verify(data, verify).faults == ((("chain", package.MANIFEST),) if made is not None else ())


@pytest.mark.parametrize(
    ("start", "end", "statements", "way"),
    [
        (FIRST, FIRST, (), (FIRST,)),
        (FIRST, SECOND, (said(SECOND, FIRST),), (FIRST, SECOND)),
        (FIRST, THIRD, (said(THIRD, SECOND), said(SECOND, FIRST)), (FIRST, SECOND, THIRD)),
        (FIRST, THIRD, (said(THIRD, SECOND),), ()),
        (THIRD, FIRST, (said(THIRD, SECOND), said(SECOND, FIRST)), ()),
        (FIRST, THIRD, (said(SECOND, FIRST), said(FIRST, SECOND), said(THIRD, SECOND)), (FIRST, SECOND, THIRD)),
        (FIRST, THIRD, (said(SECOND, FIRST), said(THIRD, SECOND), said(THIRD, FIRST)), (FIRST, THIRD)),
        (FIRST, THIEF, (said(SECOND, FIRST), forged(THIEF, SECOND, THIEF)), ()),
    ],
)
def test_the_way_from_a_known_key(
    start: SigningKey, end: SigningKey, statements: tuple[object, ...], way: tuple[SigningKey, ...]
) -> None:
    """
    Link by link from the key that is known to the one in question, never backwards, the shortest where there are several; a
    circle ends, a gap is a gap.
    """
    assert chain.path(name(start), name(end), statements, verify) == tuple(map(name, way))


def test_a_statement_for_another_key_of_the_list_is_refused() -> None:
    """
    A true statement beside a key that it is not about does not pass.
    """
    head = {
        "issuer": {"id": name(THIEF)},
        "keys": [{"id": name(THIEF), "vouched": said(SECOND, FIRST)}, {"id": name(FIRST)}],
    }
    data = package.packed(head, {"a.txt": b"a"}, created=CREATED, public=bytes(THIEF.verify_key), sign=signed_by(THIEF))

    assert package.verify(data, verify).faults == (("chain", package.MANIFEST),)


def test_only_so_many_statements_are_read() -> None:
    """
    A heap of them that somebody brings costs no more than a few hundred signatures.
    """
    heap = [forged(SECOND, FIRST, THIEF)] * chain.MOST

    assert chain.path(name(FIRST), name(SECOND), [*heap, said(SECOND, FIRST)], verify) == ()
