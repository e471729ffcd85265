"""What Moodle's types of questions become here, or why nothing."""

import re
from collections.abc import Callable
from collections.abc import Sequence as Listed
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from question_bank.formats import cloze
from question_bank.formats.foreign import WHOLE, Answer, Question, Rich, Unfit, Wording
from question_bank.interactions.base import LETTERS
from question_bank.interactions.file_answer import ENDINGS, FileAsked
from question_bank.interactions.fill_in import Blank, Blanks, Partly
from question_bank.interactions.inline_choice import Gap, Gaps
from question_bank.interactions.matching import Pairs
from question_bank.interactions.numeric import Number, Within
from question_bank.interactions.options import Option, Options
from question_bank.interactions.ordering import Sequence
from question_bank.interactions.true_false import Statement
from question_bank.interactions.written import Written
from question_bank.problem import Problem, shortened

_UNDERLINES = re.compile(r"(?:\\_|_|＿){2,}")
_MARK = re.compile(r"\[\[(\d{1,3})\]\]")
_SOLID_END = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]\Z")
_STAR = re.compile(r"(?<!\\)\*")
_ENDING = re.compile(r"\.?([a-z0-9]{1,8})")
#: answers of one question that are looked at; no type here takes that many
MOST = 100
#: shares of right answers that add up to the whole, as well as Moodle rounds them
_NEAR = Decimal("0.1")
#: parts of which Moodle offers the per cent, and how far its rounding is off
_PARTS, _ROUNDED = 20, Fraction(1, 20_000)


@dataclass(frozen=True, slots=True)
class Made:
    """Type, stem and body; `told`: whether the feedback of answers went into the body."""

    type: str
    stem: str
    body: Any
    told: bool = False


def made(question: Question, wording: Wording) -> Made:
    """What the question becomes; raises Unfit."""
    maker = _MAKERS.get(question.kind)
    if maker is None:
        raise Unfit(Problem("type", _reason(question.kind), shortened(question.kind)))
    count = max(len(question.answers), len(question.pairs), len(question.drags))
    if count > MOST:
        raise Unfit(Problem("answer", "too_many", str(count), {"most": MOST}))
    return maker(question, wording)


def _reason(kind: str) -> str:
    if kind.startswith("calculated"):
        return "moodle_calculated"
    return "moodle_random" if kind.startswith("random") else "moodle_type"


def percent(worth: Decimal) -> str:
    """A share as a complaint shows it."""
    return f"{worth.normalize():f}%"


def share(worth: Decimal) -> Fraction:
    """What per cent as Moodle rounds them stand for: 33.33333 is a third."""
    exact = Fraction(worth) / 100
    simple = exact.limit_denominator(_PARTS)
    return simple if abs(exact - simple) < _ROUNDED else exact


def _choice(question: Question, wording: Wording) -> Made:
    worths = [answer.worth for answer in question.answers]
    shares = _shares(question, wording)
    options = tuple(
        Option(
            wording.line(answer.text, _letter(place)),
            answer.worth >= WHOLE if question.single else answer.worth > 0,
            wording.line(answer.feedback, _letter(place)),
            fixed=not question.shuffled,
            share=shares[place],
        )
        for place, answer in enumerate(question.answers)
    )
    several = not question.single
    if several and not any(shares) and sum(worth > 0 for worth in worths) == 1:
        wording.warn("type", "multichoice", "one_key")
        several = False
    stem = wording.markdown(question.text, "stem")
    return Made("multiple_choice" if several else "single_choice", stem, Options(options), told=True)


def _letter(place: int) -> str:
    return f"options.{LETTERS[place] if place < len(LETTERS) else place + 1}"


def _shares(question: Question, wording: Wording) -> list[Fraction | None]:
    """What options earn or cost by themselves, where that is not all, nothing, or an equal part of all."""
    worths = [answer.worth for answer in question.answers]
    gains = [worth for worth in worths if worth > 0]
    if question.single:
        for place, worth in enumerate(worths):
            if worth < 0:
                wording.warn(_letter(place), percent(worth), "negative_credit")
        usual = {Decimal(0)} | ({WHOLE} if sum(worth >= WHOLE for worth in worths) == 1 else set())
        return [None if worth in usual else share(worth) for worth in worths]
    uneven = bool(gains) and (len(set(gains)) > 1 or abs(sum(gains) - WHOLE) > _NEAR)
    if question.kind == "multichoiceset":  # all of the right ones or nothing
        return [None] * len(worths)
    scale = sum(map(share, gains), Fraction(0)) if abs(sum(gains) - WHOLE) <= _NEAR else Fraction(1)
    return [share(worth) / scale if worth < 0 or (uneven and worth > 0) else None for worth in worths]


def _truth(question: Question, wording: Wording) -> Made:
    right = next((answer.text.text.strip().lower() for answer in question.answers if answer.worth >= WHOLE), "")
    if right not in ("true", "false"):
        raise Unfit(Problem("answer", "unknown_value" if right else "no_key", shortened(right)))
    return Made("true_false", wording.markdown(question.text, "stem"), Statement(right == "true"))


def blank_of(answers: tuple[Answer, ...], wording: Wording, *, case: bool, weight: int = 1) -> Blank:
    """A blank that takes the wholly right answers, and others for a part; a star in one stands for anything; raises
    Unfit. Of several that fit the first one counts in Moodle: what stands behind lesser answers may not come before them.
    """
    listed = [(wording.words(answer.text, "answer"), answer.worth) for answer in answers]
    if any(text == "*" and worth >= WHOLE for text, worth in listed):
        raise Unfit(Problem("answer", "any_answer", "*"))
    lesser = next((n for n, (_text, worth) in enumerate(listed) if worth < WHOLE), len(listed))
    first = [text for text, worth in listed[:lesser] if worth >= WHOLE]
    behind = [text for text, worth in listed[lesser:] if worth >= WHOLE and (not first or not _STAR.search(text))]
    accept = tuple(dict.fromkeys([*first, *behind]))
    pattern = any(_STAR.search(text) for text in accept)
    if not pattern:
        accept = tuple(text.replace("\\*", "*") for text in accept)
    rest = [(text, worth) for text, worth in listed if text not in (*first, *behind)]
    if any(_STAR.search(text) for text in behind):
        for text, worth in listed[: next(n for n, (text, _worth) in enumerate(listed) if text in behind)]:
            wording.warn("answer", f"{text} ({percent(worth)})", "partial_credit")
    return Blank(accept, case=case, pattern=pattern, weight=weight, partly=_partly(rest, wording, case=case))


def _partly(listed: Listed[tuple[str, Decimal]], wording: Wording, *, case: bool) -> tuple[Partly, ...]:
    """Answers for a part of the marks; those foreseen as wrong only where one for anything would take them too."""
    taking = any(worth != 0 and _STAR.search(text) for text, worth in listed)
    found = []
    for text, worth in listed:
        starred = bool(_STAR.search(text))
        if worth or (taking and text):
            plain = text if starred else text.replace("\\*", "*")
            found.append(Partly(plain, share(worth), case=case, pattern=starred))
        elif text not in ("*", ""):
            wording.warn("answer", text, "wrong_left_out")
    return tuple(found)


def _short(question: Question, wording: Wording) -> Made:
    blank = blank_of(question.answers, wording, case=question.case)
    if _MARK.search(question.text.text):  # the place is known
        return Made("fill_in", wording.markdown(question.text, "stem", blanks=True), Blanks((blank,)))
    stem = wording.markdown(question.text, "stem")
    if len(_UNDERLINES.findall(stem)) == 1:
        stem = _UNDERLINES.sub("[[1]]", stem)
    else:
        stem += ("" if _SOLID_END.search(stem) or not stem else " ") + "[[1]]"
    return Made("fill_in", stem, Blanks((blank,)))


def _numeric(question: Question, wording: Wording) -> Made:
    return Made("numeric", wording.markdown(question.text, "stem"), number_of(question, wording))


def number_of(question: Question, wording: Wording) -> Number:
    """The number of a numerical question, and what other numbers earn; raises Unfit."""
    right = [answer for answer in question.answers if answer.worth >= WHOLE]
    if not right:
        raise Unfit(Problem("answer", "no_key"))
    if any(answer.text.text.strip() == "*" for answer in right):
        raise Unfit(Problem("answer", "any_answer", "*"))
    units = [(name, _decimal(many, "units")) for name, many in question.units]
    unit = next((name for name, many in units if many == 1), "")
    others = tuple((name, _factor(name, many, wording)) for name, many in units if name != unit)
    number = _decimal(right[0].text.text, "answer")
    tolerance = _decimal(right[0].tolerance or "0", "tolerance")
    partly = []
    for answer in question.answers:
        within = None if answer is right[0] else _within(answer)
        if within is None or (within.share == 0 and (within.low is None or not _wider(question, answer))):
            continue
        partly.append(within)
        before = answer.worth < WHOLE and question.answers.index(answer) < question.answers.index(right[0])
        if before and any(within.takes(end) for end in (number - tolerance, number, number + tolerance)):
            wording.warn("answer", f"{answer.text.text.strip()} ({percent(answer.worth)})", "partial_credit")
    return Number(number, tolerance, unit, units=others, partly=tuple(partly))


def _within(answer: Answer) -> Within:
    """The numbers that an answer takes."""
    if answer.text.text.strip() == "*":
        return Within(None, None, share(answer.worth))
    number, off = _decimal(answer.text.text, "answer"), _decimal(answer.tolerance or "0", "tolerance")
    return Within(number - off, number + off, share(answer.worth))


def _wider(question: Question, answer: Answer) -> bool:
    """Whether a later answer earns something and may take the same number."""
    place = question.answers.index(answer)
    return any(other.worth > 0 for other in question.answers[place + 1 :])


def _decimal(text: str, field: str) -> Decimal:
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value.adjusted()) > 28:
        raise Unfit(Problem(field, "not_a_number", shortened(text)))
    return value


def _factor(name: str, many: Decimal, wording: Wording) -> Decimal:
    """What turns a number in that unit into the first unit: Moodle says how many of it are one of the first."""
    if many <= 0:
        raise Unfit(Problem("units", "not_a_number", shortened(name)))
    factor = 1 / many
    if factor * many != 1:
        wording.warn("units", f"{name} {many}", "factor_rounded")
    return factor.normalize() if factor.normalize().as_tuple().exponent in range(-28, 1) else factor


def _matching(question: Question, wording: Wording) -> Made:
    sides = [
        (wording.line(left, f"pairs.{n}"), wording.line(right, f"pairs.{n}"))
        for n, (left, right) in enumerate(question.pairs, 1)
    ]
    pairs = tuple((left, right) for left, right in sides if left)
    known = {right for _left, right in pairs}
    extra = tuple(dict.fromkeys(right for left, right in sides if not left and right not in known))
    return Made("matching", wording.markdown(question.text, "stem"), Pairs(pairs, extra))


def _ordering(question: Question, wording: Wording) -> Made:
    lines = tuple(wording.line(answer.text, f"sequence.{n}") for n, answer in enumerate(question.answers, 1))
    return Made("ordering", wording.markdown(question.text, "stem"), Sequence(lines))


def _essay(question: Question, wording: Wording) -> Made:
    model = wording.markdown(question.guide, "model_answer") or wording.markdown(question.general, "model_answer")
    if not model:
        raise Unfit(Problem("model_answer", "no_model_answer"))
    stem, guide = wording.markdown(question.text, "stem"), Written(model)
    if not question.files_asked:
        return Made("essay", stem, guide)
    named = _ENDING.findall(question.endings.lower())
    endings = tuple(dict.fromkeys(ending for ending in named if ending in ENDINGS))
    for ending in named:
        if ending not in ENDINGS:
            wording.warn("endings", ending, "unknown_value")
    return Made("file_answer", stem, FileAsked(guide, endings or FileAsked(guide).endings))


def _gaps(question: Question, wording: Wording) -> Made:
    """Each mark names a drag; the drags of its group are what the gap offers."""
    places: list[int] = []

    def numbered(match: re.Match[str]) -> str:
        places.append(int(match[1]))
        return f"[[{len(places)}]]"

    text = Rich(_MARK.sub(numbered, question.text.text), question.text.form, question.text.files)
    texts = [(wording.line(drag, f"gaps.{n}"), group) for n, (drag, group) in enumerate(question.drags, 1)]
    gaps = []
    for place in places:
        if not 1 <= place <= len(texts):
            raise Unfit(Problem("gaps", "not_an_option", f"[[{place}]]"))
        right, group = texts[place - 1]
        offered = tuple(dict.fromkeys(text for text, other in texts if other == group))
        gaps.append(Gap(offered, offered.index(right)))
    return Made("inline_choice", wording.markdown(text, "stem", blanks=True), Gaps(tuple(gaps)))


def _cloze(question: Question, wording: Wording) -> Made:
    text, parts = cloze.parted(question.text.text)
    if not parts:
        raise Unfit(Problem("stem", "cloze_empty", shortened(question.text.text)))
    kinds = {part.kind for part in parts}
    if len(parts) == 1 and kinds == {"numerical"}:
        asked = Question("numerical", question.where, question.text, parts[0].answers)
        bare = Rich(text.replace("[[1]]", "____"), question.text.form, question.text.files)
        return Made("numeric", wording.markdown(bare, "stem"), number_of(asked, wording))
    stem = wording.markdown(Rich(text, question.text.form, question.text.files), "stem", blanks=True)
    if kinds == {"multichoice"}:
        return Made("inline_choice", stem, Gaps(tuple(_gap(part, n, wording) for n, part in enumerate(parts, 1))))
    if not kinds <= {"shortanswer", "numerical"}:
        raise Unfit(Problem("stem", "cloze_mixed", ", ".join(sorted(part.name for part in parts))[:60]))
    return Made("fill_in", stem, Blanks(tuple(_blank(part, n, wording) for n, part in enumerate(parts, 1))))


def _gap(part: cloze.Part, number: int, wording: Wording) -> Gap:
    texts = tuple(wording.line(answer.text, f"gaps.{number}") for answer in part.answers)
    right = [place for place, answer in enumerate(part.answers) if answer.worth >= WHOLE]
    if not right:
        raise Unfit(Problem(f"gaps.{number}", "no_key", shortened(" / ".join(texts))))
    worths = [answer.worth for answer in part.answers]
    own = len(right) > 1 or any(worth not in (0, WHOLE) for worth in worths)
    return Gap(texts, right[0], part.weight, tuple(map(share, worths)) if own else ())


def _blank(part: cloze.Part, number: int, wording: Wording) -> Blank:
    if part.kind == "numerical":
        for answer in part.answers:
            if _decimal(answer.text.text, f"blanks.{number}") is not None and Decimal(answer.tolerance or "0") != 0:
                raise Unfit(Problem(f"blanks.{number}", "cloze_numeric", f"{answer.text.text}:{answer.tolerance}"))
    return blank_of(part.answers, wording, case=part.case, weight=part.weight)


_MAKERS: dict[str, Callable[[Question, Wording], Made]] = {
    "multichoice": _choice,
    "multichoiceset": _choice,
    "truefalse": _truth,
    "shortanswer": _short,
    "numerical": _numeric,
    "matching": _matching,
    "match": _matching,
    "ddmatch": _matching,
    "ordering": _ordering,
    "essay": _essay,
    "ddwtos": _gaps,
    "gapselect": _gaps,
    "cloze": _cloze,
    "multianswer": _cloze,
}
