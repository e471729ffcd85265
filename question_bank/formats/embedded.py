"""Moodle's plain texts with embedded answers: the whole file is one question, its gaps are {1:SHORTANSWER:=…}."""

import re
from collections.abc import Mapping

from question_bank.errors import UnreadableFile
from question_bank.formats.foreign import Question, Rich
from question_bank.formats.moodle_items import Importing
from question_bank.formats.refusal import Imported
from question_bank.formats.texts import decoded, unread

_GAP = re.compile(
    r"\{\d{0,3}:(?:SHORTANSWER|SA|MW|MULTICHOICE|MC|MULTIRESPONSE|MR|NUMERICAL|NM)(?:_?[A-Z]{1,2})?[:}]", re.IGNORECASE
)


def looks_like(name: str, data: bytes) -> bool:
    """A text with such a gap."""
    if not name.lower().endswith(".txt"):
        return False
    try:
        return bool(_GAP.search(decoded(data)[:50_000]))
    except UnreadableFile:
        return False


def read(data: bytes, *, name: str, subjects: Mapping[str, str], subject: str = "") -> Imported:
    """The one question of a file."""
    try:
        text = decoded(data)
    except UnreadableFile as error:
        return Imported((), (unread(name, error),))
    importing = Importing(name, subjects=subjects, subject=subject)
    importing.add(Question(kind="cloze", where=f"{name}:1", text=Rich(text.strip(), "moodle")))
    return importing.result()
