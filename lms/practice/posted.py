"""What the page of a question sent: the answer, or what is wrong with it, and how long it took."""

from typing import Any

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from lms.clock import now
from lms.practice import errors, page
from lms.practice.forms import whole
from lms.practice.queries import Question
from question_bank.errors import BadResponse


def given(found: Question, seed: bytes, form: MultiDict[str, str]) -> tuple[Any, str]:
    """The response that was posted, None for "I do not know"; and what is wrong with it, "" for nothing.

    Raises Reworded where the page showed another wording.
    """
    if whole(form.get("version")) != found.version_id:
        raise errors.Reworded
    if "unknown" in form:
        return None, ""
    try:
        response = page.response_of(found.version, seed, form)
    except BadResponse:
        return None, gettext("The answer could not be read. Please give it once more.")
    if found.version.interaction.is_blank(response):
        return None, gettext("Give an answer first, or say that you do not know.")
    return response, ""


def seconds(form: MultiDict[str, str]) -> int | None:
    """Seconds since the page was made, None where it does not say."""
    shown_at = whole(form.get("shown_at"))
    return None if shown_at is None else int(now().timestamp()) - shown_at
