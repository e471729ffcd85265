"""What the forms of practice send, as far as it makes sense."""

from collections.abc import Mapping

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
