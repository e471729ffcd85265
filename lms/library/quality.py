"""Whether a text that came out of a file can be read: its signs, and the numbers of its articles. Pure."""

import re
from collections.abc import Iterator, Sequence

from lms.library.formats.record import Note, Unreadable
from lms.library.statute import Finding

#: shares of all signs but white space
MOST_LOST, FEWEST_KNOWN, POOR_KNOWN = 0.02, 0.5, 0.9
_LOST = re.compile(r"[\ufffd\ue000-\uf8ff\U000f0000-\U0010ffff]")
_KNOWN = re.compile(
    r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\u0021-\u007e\u00a1-\u024f\u0370-\u03ff\u0400-\u04ff"
    r"\u2010-\u2044\u2103-\u22ff\u2460-\u27bf\u3000-\u303f\u3041-\u30ff\u3200-\u33ff\uff01-\uff65\uffe0-\uffe6]"
)


def examined(text: str, findings: Sequence[Finding]) -> tuple[Note, ...]:
    """Remarks on a text. Raises Unreadable with "garbled" where too much of it says nothing."""
    return (*_signs(text), *_numbers(findings))


def _signs(text: str) -> Iterator[Note]:
    whole = sum(not sign.isspace() for sign in text)
    lost = len(_LOST.findall(text))
    known = len(_KNOWN.findall(text))
    if not whole or lost > whole * MOST_LOST or known < whole * FEWEST_KNOWN:
        raise Unreadable("garbled")
    if lost:
        yield Note("signs_lost", {"count": lost})
    if known < whole * POOR_KNOWN:
        yield Note("signs_unknown", {"percent": round(100 * (1 - known / whole))})


def _numbers(findings: Sequence[Finding]) -> Iterator[Note]:
    """The first few places each; a page of them says no more."""
    for code in ("gap", "double", "order"):
        places = [one for one in findings if one.code == code]
        if places:
            shown = "、".join(f"{one.before}→{one.after}" for one in places[:5])
            yield Note(f"numbers_{code}", {"count": len(places), "places": shown})
