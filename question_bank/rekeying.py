"""Another key for a question whose answers can be picked from a list, made of what somebody ticked."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from question_bank.interactions.options import Options
from question_bank.interactions.true_false import Statement
from question_bank.item import ItemVersion

TRUE, FALSE = "true", "false"


def picks(version: ItemVersion) -> tuple[tuple[str, str, bool], ...]:
    """What can be ticked: name, words (Markdown), whether it is right by the present key; nothing for other types."""
    body = version.body
    if isinstance(body, Statement):
        return ((TRUE, "", body.answer), (FALSE, "", not body.answer))
    if isinstance(body, Options):
        return tuple((key, option.text, option.right) for key, option in zip(body.letters(), body.options, strict=True))
    return ()


def rekeyed(version: ItemVersion, ticked: Collection[str]) -> ItemVersion | None:
    """The question with what was ticked as its key; None where that is no key for it: nothing known, too much for a question
    with one answer, or a question whose options have shares of their own.
    """
    body, wanted = version.body, set(ticked)
    if isinstance(body, Statement):
        return replace(version, body=Statement(answer=wanted == {TRUE})) if wanted in ({TRUE}, {FALSE}) else None
    if not isinstance(body, Options) or body.own or not _fits(version, body, wanted):
        return None
    letters = body.letters()
    options = tuple(replace(one, right=key in wanted) for key, one in zip(letters, body.options, strict=True))
    return replace(version, body=Options(options))


def response(version: ItemVersion, ticked: Collection[str]) -> Any:
    """What was ticked as an answer of a candidate; None where nobody could have given it."""
    body, wanted = version.body, set(ticked)
    if isinstance(body, Statement):
        return wanted == {TRUE} if wanted in ({TRUE}, {FALSE}) else None
    if not isinstance(body, Options) or not _fits(version, body, wanted):
        return None
    return next(iter(wanted)) if version.type == "single_choice" else sorted(wanted)


def _fits(version: ItemVersion, body: Options, wanted: set[str]) -> bool:
    """One option at least, no other than there are, and one only where one can be picked."""
    return bool(wanted) and wanted <= set(body.letters()) and (len(wanted) == 1 or version.type != "single_choice")
