"""What is wrong with the form of a credential: W3C Verifiable Credentials Data Model 2.0 (and 1.1), Open Badges 3.0.

Nothing is fetched: a context, schema or list that only the network knows is not judged. Signatures are judged in `proof`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from courseware.evidence.keys import NoKey, key_of

V2, V1 = "https://www.w3.org/ns/credentials/v2", "https://www.w3.org/2018/credentials/v1"
OB_CONTEXT = re.compile(r"https://purl\.imsglobal\.org/spec/ob/v3p0/(context|extensions)[0-9.-]*\.json\Z")
#: contexts whose words are known here; another one may define any word
KNOWN = re.compile(r"https://(www\.w3\.org/(ns/credentials/v2|2018/credentials/v1)|w3id\.org/security/.*)\Z")
BASE_TYPES = frozenset({
    "VerifiableCredential", "VerifiablePresentation", "EnvelopedVerifiableCredential", "EnvelopedVerifiablePresentation",
    "BitstringStatusListCredential", "BitstringStatusList", "BitstringStatusListEntry", "JsonSchema", "JsonSchemaCredential",
    "DataIntegrityProof", "RelatedResource",
})  # fmt: skip
BADGE_TYPES = frozenset({
    "OpenBadgeCredential", "AchievementCredential", "EndorsementCredential", "AchievementSubject", "EndorsementSubject",
})  # fmt: skip
#: the type that whatever stands under a name has (Open Badges 3.0, data model)
TYPED = {
    "achievement": "Achievement", "address": "Address", "alignment": "Alignment", "creator": "Profile",
    "evidence": "Evidence", "geo": "GeoCoordinates", "identifier": "IdentityObject", "image": "Image", "issuer": "Profile",
    "otherIdentifier": "IdentifierEntry", "parentOrg": "Profile", "related": "Related", "result": "Result",
    "resultDescription": "ResultDescription", "rubricCriterionLevel": "RubricCriterionLevel", "source": "Profile",
}  # fmt: skip
#: names under which a credential names things that have a type and perhaps an address (Data Model 2.0, sections 4.8 to 5.6)
SERVICES = ("credentialStatus", "credentialSchema", "refreshService", "termsOfUse", "evidence", "relatedResource")
METHODS = ("did:key:", "did:web:", "https://", "http://", "urn:")
#: xsd:dateTimeStamp: a moment with its zone
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)\Z")
MOST_FAULTS = 50


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at a place, e.g. ("credentialSubject.achievement.name", "missing")."""

    place: str
    code: str


Faults = Iterator[Fault]


def examine(document: object, *, now: datetime, draft: bool = False) -> tuple[Fault, ...]:
    """What is wrong with a credential or a presentation at a moment; nothing where its form is right.

    A `draft` is one that is still to be issued: its issuer may lack an id, and moment and proof may be missing.
    """
    if not isinstance(document, dict):
        return (Fault("", "no_object"),)
    types = _listed(document.get("type"))
    found = (
        _presentation(document, now) if "VerifiablePresentation" in types else _credential(document, now, draft=draft)
    )
    return tuple(fault for fault, _place in zip(found, range(MOST_FAULTS), strict=False))


def moment(text: object) -> datetime | None:
    """The moment of an xsd:dateTimeStamp, None when it is none."""
    if not isinstance(text, str) or not _MOMENT.match(text):
        return None
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None


def is_address(text: object) -> bool:
    """Whether it is an absolute URI without blanks."""
    if not isinstance(text, str) or not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+", text):
        return False
    try:
        return bool(urlsplit(text).scheme)
    except ValueError:
        return False


def _credential(document: dict[str, Any], now: datetime, *, draft: bool) -> Faults:
    yield from _contexts(document)
    yield from _types(document, "VerifiableCredential")
    yield from _id(document, "id")
    yield from _issuer(document, draft=draft)
    yield from _validity(document, now, draft=draft)
    yield from _subjects(document)
    for name in SERVICES:
        yield from _service(document, name)
    for place, holder in (("", document), ("issuer.", document.get("issuer"))):
        if isinstance(holder, dict):
            for name in ("name", "description"):
                yield from _words(holder, name, place)
    yield from _proofs(document, draft=draft)
    if _is_badge(document):
        yield from _badge(document, now)


def _presentation(document: dict[str, Any], now: datetime) -> Faults:
    yield from _contexts(document)
    yield from _types(document, "VerifiablePresentation")
    yield from _id(document, "id")
    if "holder" in document:
        holder = document["holder"]
        if not is_address(holder.get("id") if isinstance(holder, dict) else holder):
            yield Fault("holder", "no_address")
    for number, inner in enumerate(_listed(document.get("verifiableCredential"))):
        place = f"verifiableCredential[{number}]"
        if not isinstance(inner, dict):
            yield Fault(place, "no_object")
        elif "EnvelopedVerifiableCredential" in _listed(inner.get("type")):
            if not str(inner.get("id", "")).startswith("data:"):
                yield Fault(f"{place}.id", "no_address")
        else:
            yield from _within(place, _credential(inner, now, draft=True))
    yield from _proofs(document, draft=True)


def _within(place: str, faults: Faults) -> Faults:
    for fault in faults:
        yield Fault(f"{place}.{fault.place}".rstrip("."), fault.code)


def _listed(value: object) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _contexts(document: dict[str, Any]) -> Faults:
    listed = _listed(document.get("@context"))
    if not listed or listed[0] not in (V2, V1):
        yield Fault("@context", "missing")
    if not all(isinstance(one, dict) or is_address(one) for one in listed):
        yield Fault("@context", "no_address")


def _types(document: dict[str, Any], wanted: str) -> Faults:
    listed = _listed(document.get("type"))
    if wanted not in listed or not all(isinstance(one, str) for one in listed):
        yield Fault("type", "missing" if wanted not in listed else "no_text")
        return
    if any(not _is_defined(one, document) for one in listed):
        yield Fault("type", "unknown")


def _is_defined(name: str, document: dict[str, Any]) -> bool:
    """Whether a type is an address, a word of a known context, or may be one of a context that is not known here."""
    contexts = _listed(document.get("@context"))
    known = BASE_TYPES | (BADGE_TYPES if any(_is_ob(one) for one in contexts) else frozenset())
    foreign = [one for one in contexts if isinstance(one, str) and not KNOWN.match(one) and not _is_ob(one)]
    own = [one for one in contexts if isinstance(one, dict) and (name in one or one.get("@vocab"))]
    return name in known or is_address(name) or bool(foreign) or bool(own)


def _is_ob(context: object) -> bool:
    return isinstance(context, str) and OB_CONTEXT.match(context) is not None


def _is_badge(document: dict[str, Any]) -> bool:
    return any(_is_ob(one) for one in _listed(document.get("@context")))


def _id(holder: dict[str, Any], place: str) -> Faults:
    if "id" in holder and not is_address(holder["id"]):
        yield Fault(place, "no_address")


def _issuer(document: dict[str, Any], *, draft: bool) -> Faults:
    if draft and "issuer" not in document:
        return
    issuer = document.get("issuer")
    if not isinstance(issuer, str | dict):
        yield Fault("issuer", "missing")
        return
    named = issuer if isinstance(issuer, str) else issuer.get("id")
    if not is_address(named) and not (draft and named is None):
        yield Fault("issuer", "no_address")


def _validity(document: dict[str, Any], now: datetime, *, draft: bool) -> Faults:
    old = _listed(document.get("@context"))[:1] == [V1]
    first, last = ("issuanceDate", "expirationDate") if old else ("validFrom", "validUntil")
    if not draft and (old or _is_badge(document)) and first not in document:  # optional in VC 2.0 itself
        yield Fault(first, "missing")
    moments = {name: moment(document[name]) for name in (first, last) if name in document}
    for name, found in moments.items():
        if found is None:
            yield Fault(name, "no_moment")
    begins, ends = moments.get(first), moments.get(last)
    if begins and ends and ends < begins:
        yield Fault(last, "before_start")
    if draft:
        return
    if begins and begins > now:
        yield Fault(first, "not_yet")
    if ends and ends < now:
        yield Fault(last, "expired")


def _subjects(document: dict[str, Any]) -> Faults:
    listed = _listed(document.get("credentialSubject"))
    if not listed:
        yield Fault("credentialSubject", "missing")
    for one in listed:
        if not isinstance(one, dict) or not one:
            yield Fault("credentialSubject", "empty")
        else:
            yield from _id(one, "credentialSubject.id")


def _service(document: dict[str, Any], name: str) -> Faults:
    for one in _listed(document.get(name)):
        if not isinstance(one, dict):
            yield Fault(name, "no_object")
            continue
        types = _listed(one.get("type"))
        if name != "relatedResource" and (not types or not all(isinstance(kind, str) for kind in types)):
            yield Fault(f"{name}.type", "missing")
        if ("id" in one or name == "credentialSchema") and not is_address(one.get("id")):
            yield Fault(f"{name}.id", "no_address")


def _words(holder: dict[str, Any], name: str, place: str) -> Faults:
    """A text, or texts each with its language (section 11.1)."""
    for one in _listed(holder.get(name)):
        fits = isinstance(one, str) or (
            isinstance(one, dict)
            and isinstance(one.get("@value"), str)
            and set(one) <= {"@value", "@language", "@direction"}
        )
        if not fits:
            yield Fault(place + name, "no_text")


def _proofs(document: dict[str, Any], *, draft: bool) -> Faults:
    listed = _listed(document.get("proof"))
    if not listed and not draft:
        yield Fault("proof", "missing")
    for one in listed:
        if not isinstance(one, dict) or not isinstance(one.get("type"), str):
            yield Fault("proof.type", "missing")
        elif "verificationMethod" in one and not _is_method(one["verificationMethod"]):
            yield Fault("proof.verificationMethod", "no_key")
        elif "created" in one and moment(one["created"]) is None:
            yield Fault("proof.created", "no_moment")


def _is_method(name: object) -> bool:
    """An address by a known way; a key of Ed25519 in it must be one."""
    if not is_address(name) or not str(name).startswith(METHODS):
        return False
    last = re.split(r"[#:]", str(name))[-1]
    if last.startswith(("z6Mk", "zv")) or str(name).startswith("did:key:z6"):
        try:
            key_of(last)
        except NoKey:
            return False
    return True


def _badge(document: dict[str, Any], now: datetime) -> Faults:
    types = set(_listed(document.get("type")))
    if not types & {"OpenBadgeCredential", "AchievementCredential", "EndorsementCredential"} and not _foreign(document):
        yield Fault("type", "no_badge")
    endorses = "EndorsementCredential" in types
    wanted = "EndorsementSubject" if endorses else "AchievementSubject"
    for subject in _listed(document.get("credentialSubject")):
        if isinstance(subject, dict) and (types & BADGE_TYPES):
            yield from _typed(subject, wanted, "credentialSubject")
            if not endorses:
                yield from _achieved(subject)
    yield from _deep(document, "", now)


def _foreign(document: dict[str, Any]) -> bool:
    """Whether it is a credential of another kind that only uses words of badges, e.g. a transcript (CLR)."""
    return "ClrCredential" in _listed(document.get("type"))


def _achieved(subject: dict[str, Any]) -> Faults:
    if not is_address(subject.get("id")) and not subject.get("identifier"):
        yield Fault("credentialSubject", "nobody")
    achievement = subject.get("achievement")
    if not isinstance(achievement, dict):
        yield Fault("credentialSubject.achievement", "missing")
        return
    tests: dict[str, Callable[[object], bool]] = {
        "id": is_address,
        "name": _is_words,
        "description": _is_words,
        "criteria": lambda value: isinstance(value, dict) and bool(value.get("id") or value.get("narrative")),
    }
    for name, fits in tests.items():
        if not fits(achievement.get(name)):
            yield Fault(f"credentialSubject.achievement.{name}", "missing")


def _is_words(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _typed(value: Mapping[str, Any], wanted: str, place: str) -> Faults:
    if wanted not in _listed(value.get("type")):
        yield Fault(f"{place}.type", "wrong_type")


def _deep(value: dict[str, Any], place: str, now: datetime) -> Faults:
    """Whatever stands under a name that Open Badges gives a type has that type; endorsements are credentials themselves."""
    for name, inner in value.items():
        here = f"{place}.{name}" if place else name
        for one in _listed(inner):
            if not isinstance(one, dict) or name in ("@context", "proof"):
                continue
            if name == "endorsement":
                yield from _within(here, _credential(one, now, draft=False))
                continue
            if name in TYPED:
                yield from _typed(one, TYPED[name], here)
            yield from _deep(one, here, now)
