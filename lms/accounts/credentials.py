"""Passwords and one-time codes of people. What is slow (hashing) happens before a transaction, not inside it,
wherever a person waits for others."""

import base64
import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lms.accounts.errors import Weakness, WeakPassword, WrongCode
from lms.accounts.models import LoginSession, OneTimeCode, Password, Person, Posting, Totp, Unit
from lms.accounts.passwords import DENGBAO, REMEMBERED, hasher, is_reused, weaknesses
from lms.accounts.sessions import config, end_all
from lms.audit.service import record
from lms.clock import now
from lms.errors import NotFound

ACTIVATION_LIFE = timedelta(days=7)
RECOVERY_CODES = 10
_CODE_BYTES = 10


def new_code() -> str:
    """A fresh code of 80 random bits as people type it: XXXX-XXXX-XXXX-XXXX."""
    text = base64.b32encode(secrets.token_bytes(_CODE_BYTES)).decode()
    return "-".join(text[at : at + 4] for at in range(0, 16, 4))


def code_hash(code: str) -> bytes:
    """What is stored of a code; blanks, hyphens and small letters do not matter, nor 0, 1 and 8 for O, I and B."""
    letters = "".join(char for char in code.upper() if char.isalnum()).translate(str.maketrans("018", "OIB"))
    return hashlib.sha256(letters.encode()).digest()


def check_new_password(session: Session, person_id: int, password: str) -> None:
    """Hold a new password against the policy in force; reads only. Raises WeakPassword with every weakness."""
    policy = config().password_policy
    found = list(weaknesses(policy, password, words=_words(session, person_id)))
    if policy == DENGBAO and not found and is_reused(password, _kept(session, person_id)):
        found.append(Weakness.REUSED)
    if found:
        raise WeakPassword(tuple(found))


def set_password(session: Session, person_id: int, *, password: str, must_change: bool = False) -> None:
    """Check and store a new password and end all sessions: the command line's way. Raises WeakPassword."""
    check_new_password(session, person_id, password)
    store_password(session, person_id, hashed=hasher().hash(password), must_change=must_change)
    _recorded(session, person_id, "password.set")


def store_password(
    session: Session, person_id: int, *, hashed: str, must_change: bool = False, keep_session: int | None = None
) -> None:
    """Put a hash in force, forget all but the last few before it, end every session but `keep_session`.

    The caller's use case writes the audit entry.
    """
    session.add(Password(person_id=person_id, hash=hashed, set_at=now(), must_change=must_change))
    session.flush()
    rows = session.scalars(select(Password).where(Password.person_id == person_id).order_by(Password.id.desc())).all()
    for old in rows[REMEMBERED:]:
        session.delete(old)
    end_all(session, person_id, why="password", keep=keep_session)


def change_password(session: Session, person_id: int, *, hashed: str, session_id: int) -> None:
    """A person's own change, old password and policy already checked; their other sessions end."""
    store_password(session, person_id, hashed=hashed, keep_session=session_id)
    session.get_one(LoginSession, session_id).password_change_due = False
    _recorded(session, person_id, "password.change")


def issue_activation(session: Session, person_id: int) -> str:
    """A one-time code, good for seven days, with which the person sets a password; earlier ones are void.

    The old password goes on working until then, so that nobody can be locked out by a reset they did not ask for.
    """
    code, moment = new_code(), now()
    _void(session, person_id, "activation")
    session.add(
        OneTimeCode(
            person_id=person_id,
            kind="activation",
            hash=code_hash(code),
            created_at=moment,
            expires_at=moment + ACTIVATION_LIFE,
        )
    )
    _recorded(session, person_id, "activation.issue")
    return code


def use_code(session: Session, person_id: int, *, kind: str, code: str) -> None:
    """Use up a code of a person. Raises WrongCode when it is wrong, used or expired."""
    moment = now()
    used = session.execute(
        update(OneTimeCode)
        .where(
            OneTimeCode.person_id == person_id,
            OneTimeCode.kind == kind,
            OneTimeCode.hash == code_hash(code),
            OneTimeCode.used_at.is_(None),
            (OneTimeCode.expires_at.is_(None)) | (OneTimeCode.expires_at > moment),
        )
        .values(used_at=moment)
        .returning(OneTimeCode.id)
        .execution_options(synchronize_session=False)
    ).first()
    if used is None:
        raise WrongCode


def has_code(session: Session, person_id: int, *, kind: str, code: str) -> bool:
    """Whether a code could be used now; reads only."""
    query = select(OneTimeCode.expires_at).where(
        OneTimeCode.person_id == person_id,
        OneTimeCode.kind == kind,
        OneTimeCode.hash == code_hash(code),
        OneTimeCode.used_at.is_(None),
    )
    found = session.execute(query).first()
    return found is not None and (found.expires_at is None or found.expires_at > now())


def new_recovery_codes(session: Session, person_id: int) -> list[str]:
    """Ten codes that stand in for a lost device, each once; earlier ones are void."""
    _void(session, person_id, "recovery")
    codes = [new_code() for _each in range(RECOVERY_CODES)]
    moment = now()
    session.add_all(
        OneTimeCode(person_id=person_id, kind="recovery", hash=code_hash(code), created_at=moment) for code in codes
    )
    return codes


def remove_second_factor(session: Session, person_id: int) -> None:
    """Forget a person's device and recovery codes (it was lost) and end all their sessions."""
    device = session.get(Totp, person_id)
    if device is not None:
        session.delete(device)
    _void(session, person_id, "recovery")
    end_all(session, person_id, why="reset")
    _recorded(session, person_id, "second_factor.remove")


def _void(session: Session, person_id: int, kind: str) -> None:
    unused = update(OneTimeCode).where(
        OneTimeCode.person_id == person_id, OneTimeCode.kind == kind, OneTimeCode.used_at.is_(None)
    )
    session.execute(unused.values(used_at=now()).execution_options(synchronize_session=False))


def _words(session: Session, person_id: int) -> list[str]:
    query = (
        select(Person.name, Person.name_pinyin, Person.staff_number, Unit.name)
        .outerjoin(Posting, (Posting.person_id == Person.id) & Posting.to_date.is_(None))
        .outerjoin(Unit, Unit.id == Posting.unit_id)
        .where(Person.id == person_id)
    )
    row = session.execute(query).first()
    if row is None:
        raise NotFound
    pinyin = row[1] or ""
    return [word for word in (*row, pinyin.replace(" ", "")) if word]


def _kept(session: Session, person_id: int) -> list[str]:
    query = select(Password.hash).where(Password.person_id == person_id).order_by(Password.id.desc()).limit(REMEMBERED)
    return list(session.scalars(query))


def _recorded(session: Session, person_id: int, act: str) -> None:
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound
    record(session, act, thing="person", thing_id=person.public_id)
