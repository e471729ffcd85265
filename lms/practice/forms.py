"""What the forms of practice send, as far as it makes sense."""

from collections.abc import Mapping

from werkzeug.datastructures import MultiDict

from lms.practice.list_queries import FIRST, Wanted
from lms.practice.queries import WAYS, Choice
from lms.practice.service import SIZES
from lms.subjects import CODES

POINT_LENGTH = 80
TEN = 10


def choice_of(form: Mapping[str, str]) -> Choice:
    """The choice of a round; what is not known there counts as not said."""
    way, subject, size = form.get("way", ""), form.get("subject", ""), form.get("size", "")
    return Choice(
        way=way if way in WAYS else "all",
        subject=subject if subject in CODES else "",
        point=form.get("point", "")[:POINT_LENGTH],
        size=int(size) if size in {str(one) for one in SIZES} else TEN,
    )


def whole(text: str | None) -> int | None:
    """A number of a few digits, None for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 12 else None


def wanted_of(arguments: Mapping[str, str]) -> Wanted:
    """What of a list its address asks for; what is not known there counts as not said."""
    subject, first = arguments.get("subject", ""), arguments.get("first", "")
    return Wanted(subject=subject if subject in CODES else "", first=first if first in FIRST else "newest")


def list_arguments(arguments: Mapping[str, str]) -> dict[str, str]:
    """What the address of a list may carry on to another one."""
    return {name: arguments[name] for name in ("subject", "first", "page") if name in arguments}


def subjects_of(form: MultiDict[str, str]) -> list[str]:
    """The subjects that were ticked, in their usual order; none for all."""
    ticked = set(form.getlist("subject"))
    return [code for code in CODES if code in ticked]
