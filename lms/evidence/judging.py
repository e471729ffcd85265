"""What is to be thought of a credential that somebody brings: its form, its signature, its key."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from courseware.evidence import keys as names
from courseware.evidence import proof
from courseware.evidence.canonical import NotCanonical, read
from courseware.evidence.structure import Fault, examine
from lms.database import reading
from lms.evidence import keys


@dataclass(frozen=True, slots=True)
class Signature:
    """A proof of a credential: "" where it holds, else why not (courseware.evidence.proof.check); its key, and whether it is ours."""

    outcome: str
    fingerprint: str = ""
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict: what is wrong with the form, every signature; whether its list of revocations would have to be asked."""

    faults: tuple[Fault, ...]
    signatures: tuple[Signature, ...]
    name: str
    issuer: str
    status: str

    @property
    def holds(self) -> bool:
        """Whether the form is right and every signature holds."""
        return not self.faults and bool(self.signatures) and not any(one.outcome for one in self.signatures)


def judge(text: str, *, now: datetime) -> Judged:
    """The verdict on a credential as text. Nothing is fetched."""
    try:
        document = read(text.encode("utf-8", "surrogatepass"))
    except NotCanonical:
        return Judged((Fault("", "no_json"),), (), "", "", "")
    faults = examine(document, now=now)
    if not isinstance(document, dict):
        return Judged(faults, (), "", "", "")
    proofs = document.get("proof")
    listed = proofs if isinstance(proofs, list) else [] if proofs is None else [proofs]
    issuer, status = document.get("issuer"), document.get("credentialStatus")
    return Judged(
        faults,
        tuple(_signature(document, one) for one in listed[:10]),
        _word(document.get("name")),
        _word(issuer.get("name") or issuer.get("id") if isinstance(issuer, dict) else issuer),
        _word(status.get("statusListCredential") or status.get("id") if isinstance(status, dict) else ""),
    )


def fingerprint_of(name: str) -> str:
    """What people compare of a public key."""
    return names.fingerprint(names.key_of(name))


def _signature(document: dict[str, Any], one: object) -> Signature:
    outcome = proof.check(document, one, keys.verify)
    try:
        key = names.key_of_method(one.get("verificationMethod") if isinstance(one, dict) else None)
    except names.NoKey:
        return Signature(outcome)
    ours = {known.name for known in keys.public_keys(reading())}
    return Signature(outcome, names.fingerprint(key), names.key_name(key) in ours)


def _word(value: object) -> str:
    return value[:200] if isinstance(value, str) else ""
