"""The keys with which this installation signs: the private one in a file of the data folder, the public ones in the database.

The file is written, and on disk, before the row that names it. Older private keys are removed when a new one is made; what they
signed stays good, because the public keys stay. Whoever loses the file can sign nothing more with it, and nothing that was signed is lost.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import current_app
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey as PrivateKey
from nacl.signing import VerifyKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from courseware.evidence import chain, keys
from lms.audit.service import record
from lms.clock import now
from lms.config import SIGNING, Config
from lms.evidence.errors import KeyLost
from lms.evidence.models import SigningKey


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key, from when it was used, and until when (None: it is in use); the statement by which the key before it vouches
    for it (courseware.evidence.chain), None where there is none.
    """

    name: str
    since: datetime
    until: datetime | None
    statement: Mapping[str, Any] | None

    @property
    def public(self) -> bytes:
        """Its 32 bytes."""
        return keys.key_of(self.name)

    @property
    def fingerprint(self) -> str:
        """What people compare."""
        return keys.fingerprint(self.public)


@dataclass(frozen=True, slots=True)
class Signer:
    """The key in use, able to sign."""

    public: bytes
    private: PrivateKey

    def sign(self, message: bytes) -> bytes:
        """64 bytes of Ed25519."""
        return self.private.sign(message).signature


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a signature over a message is by a key."""
    try:
        VerifyKey(public).verify(message, signature)
    except (BadSignatureError, ValueError):
        return False
    return True


def public_keys(session: Session) -> list[PublicKey]:
    """All keys, the one in use first."""
    rows = session.scalars(select(SigningKey).order_by(SigningKey.id.desc())).all()
    ends: Sequence[datetime | None] = [None, *(row.made_at for row in rows)]
    return [PublicKey(row.name, row.made_at, until, row.statement) for row, until in zip(rows, ends, strict=False)]


def signer(session: Session) -> Signer:
    """The key in use, made where there is none yet. Raises KeyLost where its file is gone or is not of this key."""
    found = session.scalars(select(SigningKey.name).order_by(SigningKey.id.desc()).limit(1)).one_or_none()
    return _load(found) if found else make(session)


def iso(moment: datetime) -> str:
    """A moment as credentials write it: UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def make(session: Session, *, vouched: bool = True) -> Signer:
    """A new key, which is in use from now on. The one before it vouches for it, unless its file is gone, or `vouched` is false
    because somebody else may have it.
    """
    before, moment = _in_use(session) if vouched else None, now()
    private = PrivateKey.generate()
    public = bytes(private.verify_key)
    name = keys.key_name(public)
    _keep(_folder() / f"{name}.key", bytes(private).hex())
    said = chain.statement(public, before.public, since=iso(moment), sign=before.sign) if before else None
    session.add(SigningKey(name=name, made_at=moment, statement=said))
    session.flush()
    after = {"fingerprint": keys.fingerprint(public), "vouched": said is not None}
    record(session, "evidence.key", thing="signing_key", thing_id=name, after=after)
    return Signer(public, private)


def _in_use(session: Session) -> Signer | None:
    """The key in use; None where there is none yet, or its file is gone."""
    found = session.scalars(select(SigningKey.name).order_by(SigningKey.id.desc()).limit(1)).one_or_none()
    try:
        return _load(found) if found else None
    except KeyLost:
        return None


def forget_old(session: Session) -> None:
    """Remove the files of private keys that are not in use; after the row of the new one is committed."""
    used = session.scalars(select(SigningKey.name).order_by(SigningKey.id.desc()).limit(1)).one_or_none()
    for path in _folder().glob("*.key"):
        if path.stem != used:
            path.unlink()


def _folder() -> Path:
    config: Config = current_app.extensions["config"]
    return config.data / SIGNING


def _load(name: str) -> Signer:
    try:
        private = PrivateKey(bytes.fromhex((_folder() / f"{name}.key").read_text(encoding="ascii")))
    except (OSError, ValueError) as error:
        raise KeyLost(name=name) from error
    if keys.key_name(bytes(private.verify_key)) != name:
        raise KeyLost(name=name)
    return Signer(bytes(private.verify_key), private)


def _keep(path: Path, text: str) -> None:
    """Write a private file and its folder to the disk."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
