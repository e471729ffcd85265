"""Aiken: questions of one right option in plain lines: text, "A. option" …, "ANSWER: A"."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from question_bank.errors import UnreadableFile
from question_bank.formats.foreign import WHOLE, Answer, Question, Rich
from question_bank.formats.losses import losses_of
from question_bank.formats.moodle_items import MAX_QUESTIONS, Importing
from question_bank.formats.refusal import Imported, Refusal
from question_bank.formats.texts import decoded, unread
from question_bank.item import ItemVersion
from question_bank.problem import Problem, shortened
from question_bank.text import plain_text

_OPTION = re.compile(r"([A-Z])[.)、．]\s*(\S.*)?\Z")
_ANSWER = re.compile(r"ANSWER\s*[:：]\s*(.*)\Z", re.IGNORECASE)
_LETTERS = re.compile(r"[A-Z](?:[\s,;、，]*[A-Z])*\Z")
_SIGN_OF_AIKEN = re.compile(r"^[A-Z][.)、．].*\n(?:.*\n){0,12}?[ \t]*ANSWER[ \t]*[:：][ \t]*[A-Za-z]\b", re.MULTILINE)


def looks_like(name: str, data: bytes) -> bool:
    """A text in which options are followed by a line with ANSWER."""
    if not name.lower().endswith(".txt"):
        return False
    try:
        return bool(_SIGN_OF_AIKEN.search(decoded(data)[:50_000]))
    except UnreadableFile:
        return False


@dataclass(slots=True)
class _Block:
    """A question as its lines come."""

    line: int
    stem: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    #: the letters that the file gives them, which may be out of order
    letters: list[str] = field(default_factory=list)

    @property
    def begun(self) -> bool:
        """Whether it has any line."""
        return bool(self.stem or self.options)


def read(data: bytes, *, name: str, subjects: Mapping[str, str], subject: str = "") -> Imported:
    """Every question of a file, by line."""
    try:
        text = decoded(data)
    except UnreadableFile as error:
        return Imported((), (unread(name, error),))
    importing = Importing(name, subjects=subjects, subject=subject)
    _Lines(importing).go(text)
    return importing.result()


class _Lines:
    """Goes through the lines of a file."""

    def __init__(self, importing: Importing) -> None:
        self.importing = importing
        self.block = _Block(1)
        self.taken = 0

    def go(self, text: str) -> None:
        """Take every question."""
        blank = True
        for number, raw in enumerate(text.split("\n"), 1):
            line = raw.strip()
            if line and self.taken >= MAX_QUESTIONS:
                self.importing.refuse(self.importing.name, Problem("", "too_many", "", {"most": MAX_QUESTIONS}))
                return
            if line:
                self._line(number, line, after_blank=blank)
            blank = not line
        self._unanswered()

    def _line(self, number: int, line: str, *, after_blank: bool) -> None:
        answer, option = _ANSWER.match(line), _OPTION.match(line)
        if answer:
            self._answered(number, answer[1].strip())
        elif option:
            self._begin(number)
            self.block.letters.append(option[1])
            self.block.options.append(option[2] or "")
        elif self.block.options and not after_blank:
            self.block.options[-1] += f" {line}"
        else:
            if self.block.options:
                self._unanswered()
            self._begin(number)
            self.block.stem.append(line)

    def _begin(self, number: int) -> None:
        if not self.block.begun:
            self.block.line = number

    def _where(self) -> str:
        return f"{self.importing.name}:{self.block.line}"

    def _unanswered(self) -> None:
        """A question that stops before its answer."""
        if self.block.begun:
            shown = shortened(" ".join([*self.block.stem, *self.block.options]))
            self.importing.refuse(self._where(), Problem("answer", "no_key", shown))
            self.taken += 1
        self.block = _Block(1)

    def _answered(self, number: int, answer: str) -> None:
        self._begin(number)
        letters = re.findall("[A-Z]", answer.upper()) if _LETTERS.match(answer.upper()) else []
        if not letters or not set(letters) <= set(self.block.letters):
            self.importing.refuse(self._where(), Problem("answer", "not_an_option", shortened(answer)))
        elif len(set(self.block.letters)) < len(self.block.letters):
            self.importing.refuse(self._where(), Problem("options", "duplicate", "".join(self.block.letters)))
        else:
            self.importing.add(self._question(set(letters)))
        self.taken += 1
        self.block = _Block(1)

    def _question(self, letters: set[str]) -> Question:
        share = WHOLE / len(letters)
        pairs = zip(self.block.letters, self.block.options, strict=True)
        return Question(
            kind="multichoice",
            where=self._where(),
            text=Rich("\n".join(self.block.stem), "plain"),
            answers=tuple(
                Answer(Rich(text, "plain"), share if letter in letters else WHOLE * 0) for letter, text in pairs
            ),
            single=len(letters) == 1,
        )


def write(items: Sequence[ItemVersion], *, pictures: Mapping[str, bytes]) -> bytes:
    """The single choices among the items; the others have no form in Aiken (`losses` names them)."""
    return ("\n\n".join(_written(item) for item in items if item.type == "single_choice") + "\n").encode()


def losses(items: Sequence[ItemVersion]) -> tuple[Refusal, ...]:
    """What of the items Aiken cannot carry: nearly everything but words, options and key."""
    return losses_of(items, write=write, read=read)


def _written(item: ItemVersion) -> str:
    options = item.body.options
    lines = [
        f"{letter}. {plain_text(option.text)}" for letter, option in zip(item.body.letters(), options, strict=True)
    ]
    return "\n".join([plain_text(item.stem), *lines, f"ANSWER: {''.join(item.body.right_keys())}"])
