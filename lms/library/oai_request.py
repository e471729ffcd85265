"""What a harvester asks: the arguments of OAI-PMH 2.0 and the tokens by which long lists go on. Pure."""

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from lms.subjects import CODES

PREFIX = "oai_dc"
LONGEST_ARGUMENT = 500
#: arguments of each verb: those that must be there, those that may be
_ARGUMENTS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "Identify": (frozenset(), frozenset()),
    "ListMetadataFormats": (frozenset(), frozenset({"identifier"})),
    "ListSets": (frozenset(), frozenset({"resumptionToken"})),
    "ListIdentifiers": (frozenset({"metadataPrefix"}), frozenset({"from", "until", "set"})),
    "ListRecords": (frozenset({"metadataPrefix"}), frozenset({"from", "until", "set"})),
    "GetRecord": (frozenset({"identifier", "metadataPrefix"}), frozenset()),
}
_LISTS = ("ListIdentifiers", "ListRecords")
#: what the schema of the protocol lets stand in an answer; an argument of another form is refused, not repeated
_WORD = r"[A-Za-z0-9\-_.!~*'()]+"
_SIGN = r"(?:[A-Za-z0-9\-._~/?@!$&'()*+,;=]|%[0-9A-Fa-f]{2})"
_FORMS = {
    "metadataPrefix": re.compile(_WORD),
    "set": re.compile(rf"{_WORD}(?::{_WORD})*"),
    "identifier": re.compile(rf"[A-Za-z][A-Za-z0-9+.\-]*:(?:{_SIGN}|:)+|{_SIGN}+"),
}
_DAY, _SECOND = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MOST = 2**31


class OaiError(Exception):
    """An answer of the protocol: its code and a sentence in English, the language of harvesters."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in the list: the moment of change, 0 for a document or 1 for one that left, and its number there."""

    at: datetime
    kind: int
    key: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list asks for: moments from and until (before the latter), a subject; where it goes on, how many records came
    before (`cursor`) and how many there were in all at its beginning (`size`, 0 while not counted).
    """

    begin: datetime | None = None
    end: datetime | None = None
    subject: str = ""
    after: Place | None = None
    cursor: int = 0
    size: int = 0


def checked(arguments: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The arguments by name, the verb among them. Raises OaiError with badVerb, badArgument or cannotDisseminateFormat."""
    given = dict(arguments)
    verb = given.get("verb", "")
    if [name for name, _value in arguments].count("verb") != 1 or verb not in _ARGUMENTS:
        raise OaiError("badVerb", "The verb is missing, repeated or unknown.")
    if len(given) != len(arguments):
        raise OaiError("badArgument", "An argument is repeated.")
    if any(len(value) > LONGEST_ARGUMENT or UNFIT.search(value) for value in given.values()):
        raise OaiError("badArgument", "An argument is too long or holds characters that XML cannot.")
    must, may = _ARGUMENTS[verb]
    names = given.keys() - {"verb"}
    if verb in _LISTS and "resumptionToken" in names:
        if len(names) > 1:
            raise OaiError("badArgument", "A resumption token stands alone.")
    elif must - names or names - must - may:
        raise OaiError(
            "badArgument", f"{verb} wants {sorted(must) or 'nothing'} and takes {sorted(may) or 'nothing else'}."
        )
    _check_forms(given)
    return given


def _check_forms(given: Mapping[str, str]) -> None:
    for name, form in _FORMS.items():
        if name in given and not (form.fullmatch(given[name]) and _is_address(given[name])):
            raise OaiError("badArgument", f"{name} is not of the form that the protocol gives it.")
    _span(given)
    if given.get("metadataPrefix", PREFIX) != PREFIX:
        raise OaiError("cannotDisseminateFormat", f"Only {PREFIX} is there.")


def _is_address(value: str) -> bool:
    """Whether the parts of what may be an address are such; a port is a number."""
    try:
        return (urlsplit(value).port or 0) >= 0
    except ValueError:
        return False


def _span(given: Mapping[str, str]) -> tuple[datetime | None, datetime | None]:
    begin, end = given.get("from"), given.get("until")
    first, last = _moment(begin, last=False), _moment(end, last=True)
    if begin and end and len(begin) != len(end):
        raise OaiError("badArgument", "from and until are of different granularity.")
    if first and last and first >= last:
        raise OaiError("badArgument", "from is later than until.")
    return first, last


def wanted(given: Mapping[str, str]) -> Wanted:
    """What the checked arguments of a list ask for. Raises OaiError."""
    if "resumptionToken" in given:
        return _resumed(given["resumptionToken"])
    subject = given.get("set", "")
    if subject and subject not in CODES:
        raise OaiError("noRecordsMatch", "There is no such set.")
    return Wanted(*_span(given), subject)


def _moment(words: str | None, *, last: bool) -> datetime | None:
    """The moment that a day or second begins with, or, of `last`, the one after its end."""
    if words is None:
        return None
    form = "%Y-%m-%d" if _DAY.fullmatch(words) else "%Y-%m-%dT%H:%M:%SZ" if _SECOND.fullmatch(words) else ""
    try:
        found = datetime.strptime(words, form).replace(tzinfo=UTC) if form else None
        # a second 60 is none of the calendar, though the format knows it
        if found is not None and words == found.strftime(form).zfill(len(words)):
            return found + (timedelta(days=1) if form == "%Y-%m-%d" else timedelta(seconds=1)) * last
    except (ValueError, OverflowError):
        pass
    raise OaiError("badArgument", "A moment is YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ.")


def token(asked: Wanted, place: Place) -> str:
    """By which a list goes on after `place`."""
    moments = [moment.isoformat() if moment else None for moment in (asked.begin, asked.end, place.at)]
    said = [*moments, place.kind, place.key, asked.subject, asked.cursor, asked.size]
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode()


def _resumed(given: str) -> Wanted:
    try:
        begin, end, at, *numbers = json.loads(base64.b64decode(given.encode(), altchars=b"-_", validate=True))
        kind, key, subject, cursor, size = numbers
        moments = [None if said is None else datetime.fromisoformat(said) for said in (begin, end)]
        last = datetime.fromisoformat(at)
    except (binascii.Error, ValueError, TypeError, UnicodeError, RecursionError) as error:
        raise OaiError("badResumptionToken", "This token is none of ours.") from error
    zoned = all(moment is None or moment.tzinfo is not None for moment in (*moments, last))
    whole = all(type(number) is int and 0 <= number < _MOST for number in (kind, key, cursor, size))
    if not (zoned and whole and kind in (0, 1) and size > 0 and isinstance(subject, str) and subject in (*CODES, "")):
        raise OaiError("badResumptionToken", "This token is none of ours.")
    return Wanted(moments[0], moments[1], subject, Place(last, kind, key), cursor, size)
