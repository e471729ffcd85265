"""A new key is vouched for by the key before it: whoever compared the fingerprint of the old one knows the new one, too.

A statement is a small document that the old key signs. It is worth what the old key is worth: of a key that somebody else may
have, none is made.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from courseware.evidence import proof
from courseware.evidence.keys import NoKey, did, key_of_method

FORMAT = "shuyuan-key-1"
_MEMBERS = frozenset({"format", "key", "replaces", "from", "proof"})
#: statements that are read of what somebody brings: an installation has a handful in twenty years
MOST = 200


@dataclass(frozen=True, slots=True)
class Link:
    """That a key vouches for the one that replaces it; both as did:key."""

    old: str
    new: str


def statement(new: bytes, old: bytes, *, since: str, sign: proof.Sign) -> dict[str, Any]:
    """The signed statement: `sign` is by the private key of `old`; `since` is the ISO moment from which `new` signs."""
    said = {"format": FORMAT, "key": did(new), "replaces": did(old), "from": since}
    return proof.signed(said, created=since, public=old, sign=sign)


def link(said: object, check: proof.Verify) -> Link | None:
    """What a statement says, None where it is no statement, or not signed by the very key that it says is replaced."""
    if not isinstance(said, Mapping) or said.keys() != _MEMBERS or said["format"] != FORMAT:
        return None
    try:
        old, new = (did(key_of_method(said[name])) for name in ("replaces", "key"))
    except NoKey:
        return None
    held = said["proof"]
    signer = str(held.get("verificationMethod")).partition("#")[0] if isinstance(held, Mapping) else ""
    if (old, new) != (said["replaces"], said["key"]) or old == new or signer != old:
        return None
    return None if proof.check(said, held, check) else Link(old, new)


def path(start: str, end: str, statements: Iterable[object], check: proof.Verify) -> tuple[str, ...]:
    """The keys by which `start` vouches for `end`, from the one to the other, fewest first; () where it does not."""
    links = [found for said in list(statements)[:MOST] if (found := link(said, check)) is not None]
    ways: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    for way in ways:
        if way[-1] == end:
            return way
        for one in links:
            if one.old == way[-1] and one.new not in seen:
                seen.add(one.new)
                ways.append((*way, one.new))
    return ()
