"""Options and answers as people write them into cells, made into the body of a question type."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from question_bank.formats.columns import LETTERS, truth_of
from question_bank.interactions.fill_in import MARK, Blank, Blanks
from question_bank.interactions.matching import Pairs
from question_bank.interactions.numeric import Number
from question_bank.interactions.options import Option, Options
from question_bank.interactions.ordering import Sequence
from question_bank.interactions.true_false import Statement
from question_bank.interactions.written import Written
from question_bank.problem import Problem, shortened
from question_bank.text import to_markdown

Cells = Mapping[str, str]

_GAPS = (
    re.compile(r"\[BlankArea\d*\]", re.IGNORECASE),
    re.compile(r"[_＿]{2,}"),
    re.compile(r"[（(][\s\u3000]*[）)]|【[\s\u3000]*】"),
)
_OWN_LETTER = re.compile(r"([A-Ja-j])\s*[.、．:：)）]\s*(?=\S)")
_LISTED = re.compile(r"(?:^|[\s|;；])([A-J])\s*[.、．:：)）]\s*")
_BETWEEN = re.compile(r"[\s,，、;；/|.．&和→>\-]+")
_NUMBER = re.compile(r"([-+]?[\d,]+(?:\.\d+)?)\s*(?:(?:±|\+/-|\+-)\s*([\d,]+(?:\.\d+)?))?\s*(\D.{0,19})?\Z")
_PAIR = re.compile(r"\s*(?:→|⇒|=>|->|——|＝|=)\s*")
_ALTERNATIVES = re.compile(r"\s+/\s+|[;；]")
_NUMERAL = re.compile(r"[0-9零〇一二三四五六七八九十百千万两]+\Z")


class Unfit(Exception):
    """Cells of which no body can be made; `problems` says why."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems


def body_of(kind: str, cells: Cells) -> Any:
    """The body of a question of that type; raises Unfit."""
    return _BODIES[kind](cells)


def offered(cells: Cells) -> tuple[str, ...]:
    """The options in their order: one cell each, or all in one with a letter before each. Gaps count as empty."""
    if cells.get("options"):
        return _split_options(cells["options"])
    texts = [_without_letter(cells.get(f"options.{letter}", ""), letter) for letter in LETTERS]
    while texts and not texts[-1]:
        texts.pop()
    return tuple(texts)


def has_blanks(stem: str) -> bool:
    """Whether something in the stem looks like a blank."""
    return bool(MARK.search(stem)) or any(gap.search(stem) for gap in _GAPS)


def marked_stem(stem: str) -> str:
    """The stem with its blanks marked [[1]], [[2]] ...: of all ways to draw a blank the first that occurs counts."""
    if MARK.search(stem):
        return stem
    gap = next((gap for gap in _GAPS if gap.search(stem)), None)
    if gap is None:
        return stem
    parts = gap.split(stem)
    return "".join(part + (f"[[{n}]]" if n < len(parts) else "") for n, part in enumerate(parts, 1))


def _split_options(text: str) -> tuple[str, ...]:
    listed = _LISTED.split(text)
    if len(listed) > 2:
        return tuple(part.strip(" |;；\n\t") for part in listed[2::2])
    separator = next((sign for sign in ("\n", "|", "；", ";") if sign in text), "\n")
    return tuple(part.strip() for part in text.split(separator) if part.strip())


def _without_letter(text: str, letter: str) -> str:
    own = _OWN_LETTER.match(text)
    return text[own.end() :] if own and own[1].upper() == letter else text


def _choice(cells: Cells) -> Options:
    texts = offered(cells)
    keys = _keys(cells, texts)
    return Options(
        tuple(Option(to_markdown(text), letter in keys) for letter, text in zip(LETTERS, texts, strict=False))
        + tuple(Option(to_markdown(text), right=False) for text in texts[len(LETTERS) :])
    )


def _keys(cells: Cells, texts: tuple[str, ...]) -> set[str]:
    answer = cells.get("answer", "")
    marked = {letter for letter in LETTERS if truth_of(cells.get(f"right.{letter}", "")) is True}
    if not answer:
        return marked
    keys = _letters(answer) or _by_words(answer, texts)
    strange = sorted(keys - set(LETTERS[: len(texts)]))
    if not keys or strange:
        raise Unfit(Problem("answer", "not_an_option", shortened("".join(strange) or answer)))
    return keys


def _letters(answer: str) -> set[str]:
    """Letters in any order, width and with anything between them; empty when it is no list of letters."""
    folded = _BETWEEN.sub("", unicodedata.normalize("NFKC", answer).upper())
    return set(folded) if folded and all("A" <= sign <= "Z" for sign in folded) and len(folded) <= 10 else set()


def _by_words(answer: str, texts: tuple[str, ...]) -> set[str]:
    """The options that the answer names in full."""
    places = {_folded(text): LETTERS[n] for n, text in enumerate(texts[: len(LETTERS)])}
    if _folded(answer) in places:
        return {places[_folded(answer)]}
    named = [_without_any_letter(part) for part in re.split(r"[;；|\n]", answer) if part.strip()]
    found = {places.get(_folded(part)) for part in named}
    return set() if None in found else {key for key in found if key}


def _without_any_letter(text: str) -> str:
    own = _OWN_LETTER.match(text.strip())
    return text.strip()[own.end() :] if own else text


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).lower()


def _statement(cells: Cells) -> Statement:
    answer, texts = cells.get("answer", ""), offered(cells)
    letters = _letters(answer)
    if texts and len(letters) == 1 and min(letters) in LETTERS[: len(texts)]:
        answer = texts[LETTERS.index(min(letters))]
    truth = truth_of(answer)
    if truth is None:
        raise Unfit(Problem("answer", "unknown_value" if answer else "no_key", shortened(answer)))
    return Statement(truth)


def _blanks(cells: Cells) -> Blanks:
    answer = cells.get("answer", "")
    marks = len(MARK.findall(marked_stem(cells.get("stem", ""))))
    if not answer:
        raise Unfit(Problem("answer", "no_key"))
    parts = answer.split("|")
    for sign in ("；", ";", "\n"):
        if len(parts) == 1 < marks and len(answer.split(sign)) == marks:
            parts = answer.split(sign)
    accepted = [tuple(word.strip() for word in _ALTERNATIVES.split(part) if word.strip()) for part in parts]
    return Blanks(tuple(Blank(words, any(_NUMERAL.match(word) for word in words)) for words in accepted))


def _number(cells: Cells) -> Number:
    answer = unicodedata.normalize("NFKC", cells.get("answer", "")).strip()
    match = _NUMBER.match(answer)
    try:
        if match:
            tolerance = Decimal((match[2] or "0").replace(",", ""))
            return Number(Decimal(match[1].replace(",", "")), tolerance, (match[3] or "").strip())
    except InvalidOperation:
        pass
    raise Unfit(Problem("answer", "not_a_number" if answer else "no_key", shortened(answer)))


def _sequence(cells: Cells) -> Sequence:
    texts = offered(cells)
    answer = cells.get("answer", "")
    order = _BETWEEN.sub("", unicodedata.normalize("NFKC", answer).upper())
    if not order:
        raise Unfit(Problem("answer", "no_key"))
    if sorted(order) != list(LETTERS[: len(texts)]):
        raise Unfit(Problem("answer", "not_an_option", shortened(answer)))
    return Sequence(tuple(to_markdown(texts[LETTERS.index(letter)]) for letter in order))


def _pairs(cells: Cells) -> Pairs:
    pairs, extra, problems = [], [], []
    for n, text in enumerate(offered(cells)):
        sides = _PAIR.split(text, 1)
        if len(sides) != 2 or not sides[1]:
            field = "options" if cells.get("options") else f"options.{LETTERS[n]}"
            problems.append(Problem(field, "no_pair" if text else "missing", shortened(text)))
        elif sides[0]:
            pairs.append((to_markdown(sides[0]), to_markdown(sides[1])))
        else:
            extra.append(to_markdown(sides[1]))
    if problems:
        raise Unfit(*problems)
    return Pairs(tuple(pairs), tuple(extra))


def _written(cells: Cells) -> Written:
    return Written(to_markdown(cells.get("answer", "")))


_BODIES: dict[str, Callable[[Cells], Any]] = {
    "single_choice": _choice,
    "multiple_choice": _choice,
    "true_false": _statement,
    "fill_in": _blanks,
    "numeric": _number,
    "ordering": _sequence,
    "matching": _pairs,
    "short_answer": _written,
    "essay": _written,
}
