"""One-time codes from a device (TOTP, RFC 6238: six digits, thirty seconds, one step of tolerance)."""

import base64
import hmac
import secrets
from datetime import datetime

import pyotp
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.credentials import new_recovery_codes, use_code
from lms.accounts.errors import WrongCode
from lms.accounts.models import LoginSession, Person, Totp
from lms.accounts.policy import PRIVILEGED, Viewer
from lms.accounts.sessions import config, end_all, renew_token
from lms.audit.service import record
from lms.clock import now
from lms.errors import NotFound

STEP_SECONDS = 30
NONCE_BYTES = 32
ISSUER = "Shuyuan"


def is_needed(viewer: Viewer, *, asked: bool) -> bool:
    """Whether this person must give a code: who set up a device always, holders of a privileged role if required."""
    setting = config().second_factor
    if setting == "off":
        return False
    return asked or (setting == "required" and bool(viewer.roles & PRIVILEGED))


def new_nonce() -> bytes:
    """What a new device's secret is made from, together with the server's key."""
    return secrets.token_bytes(NONCE_BYTES)


def secret_of(nonce: bytes) -> str:
    """The secret a device shares with us, in base32."""
    key = hmac.digest(config().secret_key.encode(), b"second factor/" + nonce, "sha256")
    return base64.b32encode(key[:20]).decode()


def address_of(nonce: bytes, *, staff_number: str) -> str:
    """The otpauth:// address a device reads from the QR code."""
    return pyotp.TOTP(secret_of(nonce)).provisioning_uri(name=staff_number, issuer_name=ISSUER)


def step_of(nonce: bytes, code: str, *, moment: datetime) -> int | None:
    """The time step whose code this is, among the present one and its neighbours; None when it is none of them."""
    digits = "".join(code.split())
    generator, present = pyotp.HOTP(secret_of(nonce)), int(moment.timestamp()) // STEP_SECONDS
    steps = (present - 1, present, present + 1)
    return next((s for s in steps if hmac.compare_digest(generator.at(s).encode(), digits.encode())), None)


def enrol(session: Session, viewer: Viewer, *, nonce: bytes, code: str) -> tuple[list[str], str]:
    """Take a device whose code is right; the recovery codes and the session's new token. Raises WrongCode.

    The person's other sessions end: they began with less.
    """
    moment = now()
    step = step_of(nonce, code, moment=moment)
    if step is None:
        raise WrongCode
    device = session.get(Totp, viewer.id) or Totp(person_id=viewer.id)
    device.nonce, device.confirmed_at, device.last_used_step = nonce, moment, step
    session.add(device)
    codes = new_recovery_codes(session, viewer.id)
    end_all(session, viewer.id, why="replaced", keep=viewer.session_id)
    token = _passed(session, viewer)
    record(session, "second_factor.enrol", thing="person", thing_id=viewer.public_id)
    return codes, token


def pass_with_device(session: Session, viewer: Viewer, code: str) -> str:
    """Take a code of the device, each once; the session's new token. Raises WrongCode."""
    device = session.scalars(select(Totp).where(Totp.person_id == viewer.id).with_for_update()).first()
    if device is None or device.confirmed_at is None:
        raise WrongCode
    step = step_of(device.nonce, code, moment=now())
    if step is None or step <= device.last_used_step:
        raise WrongCode
    device.last_used_step = step
    record(session, "second_factor.pass", thing="person", thing_id=viewer.public_id)
    return _passed(session, viewer)


def pass_with_recovery_code(session: Session, viewer: Viewer, code: str) -> str:
    """Take a recovery code, each once; the session's new token. Raises WrongCode."""
    use_code(session, viewer.id, kind="recovery", code=code)
    record(session, "second_factor.recover", thing="person", thing_id=viewer.public_id)
    return _passed(session, viewer)


def renew_recovery_codes(session: Session, viewer: Viewer) -> list[str]:
    """Fresh recovery codes for somebody who has a device. Raises NotFound without one."""
    device = session.get(Totp, viewer.id)
    if device is None or device.confirmed_at is None:
        raise NotFound
    record(session, "second_factor.recovery_codes", thing="person", thing_id=viewer.public_id)
    return new_recovery_codes(session, viewer.id)


def staff_number_of(session: Session, person_id: int) -> str:
    """What the device shows beside the code."""
    return session.get_one(Person, person_id).staff_number


def _passed(session: Session, viewer: Viewer) -> str:
    login = session.get_one(LoginSession, viewer.session_id)
    login.second_factor_passed = login.second_factor_asked = True
    return renew_token(session, viewer.session_id)
