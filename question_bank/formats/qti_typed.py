"""Typed and picked answers within a text (fill in, inline choice, numeric) and answers that people mark, in QTI."""

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from lxml import etree

from question_bank.formats.qti_expressions import literals
from question_bank.formats.qti_fit import Trial, fitting, marked, require_fit, say_shares, weighed
from question_bank.formats.qti_numbers import decimal, number
from question_bank.formats.qti_source import Refused, Source, children_of
from question_bank.formats.qti_values import NUMBERS, Atom, Declaration, Value
from question_bank.formats.xml import local
from question_bank.interactions.base import MAX_BLANKS
from question_bank.interactions.file_answer import ENDINGS, FileAsked
from question_bank.interactions.fill_in import Blank, Blanks, Partly
from question_bank.interactions.inline_choice import Gap, Gaps
from question_bank.interactions.numeric import Number
from question_bank.interactions.written import Written
from question_bank.normaliser import norm_v1
from question_bank.problem import Problem, shortened

#: what one part of an answer may hold: the variable, its value, and ours
Part = tuple[str, Value, Any]
#: a gap: its variable, the identifiers and the words of its choices
Row = tuple[str, list[str], tuple[str, ...]]
#: the place of the right choice, what it earns, and the shares of all where others earn or cost something
Key = tuple[int, Fraction, tuple[Fraction, ...]]

MAX_COMBINATIONS = 2200
MAX_TEXTS = 200
#: of the answers that a blank takes, how many are tried together with those of the others
MOST_ANSWERS = 3
#: a text that nobody accepts
WRONG = "§"
_NO_ANSWER = "—"
_UNIT = re.compile(r"[^\s.,;:!?。，；：！？（）()]{1,12}\Z")
#: what a picker of files says of kinds, by what we know
_KINDS = {
    "application/pdf": "pdf", "text/plain": "txt", "image/png": "png", "image/jpeg": "jpg", "application/zip": "zip",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
}  # fmt: skip


def _combinations(parts: Sequence[Sequence[Part]]) -> list[Trial]:
    """Trials from what each part may hold (variable, value, our value): all of them, or else each alone,
    each against the last of the others, and the last ones in pairs.
    """
    total = 1
    for part in parts:
        total *= len(part)
    if total <= MAX_COMBINATIONS:
        chosen = [list(one) for one in itertools.product(*parts)]
    else:
        bases = [[part[0] for part in parts], [part[-1] for part in parts]]
        chosen = [
            [*base[:place], entry, *base[place + 1 :]]
            for base in bases
            for place, part in enumerate(parts)
            for entry in part
        ]
        for (one, first), (other, second) in itertools.combinations(enumerate(parts), 2):
            for entry, beside in itertools.product(first[-3:], second[-3:]):
                chosen.append([*bases[0][:one], entry, *bases[0][one + 1 : other], beside, *bases[0][other + 1 :]])
    return [Trial({name: value for name, value, _ours in one}, [ours for *_rest, ours in one]) for one in chosen]


def inline_choice(source: Source, elements: Sequence[etree._Element]) -> tuple[str, Any]:
    """Gaps with choices of their own."""
    _few(elements)
    rows: list[Row] = []
    keys: list[Key] = []
    for element in elements:
        choices = children_of(element, ["inlineChoice"])
        texts = tuple(source.text(one, "gaps", single_line=True) for one in choices)
        names = [one.get("identifier", "") for one in choices]
        if not names or len(set(names)) < len(names) or len(names) > MAX_BLANKS * 2:
            raise Refused(Problem("gaps", "duplicate", "identifier"), element)
        rows.append((source.response(element).identifier, names, texts))
        keys.append(_gap_key(source, element, names, {}))
    gaps = _gaps(rows, keys, elements[0])
    if source.processing is not None:
        marks = marked(source, _combinations(_gap_parts(rows, keys)), elements[0])
        if fitting("inline_choice", gaps, marks) is None:
            best: dict[str, Value] = {
                variable: (names[key],) for (variable, names, _t), (key, *_rest) in zip(rows, keys, strict=True)
            }
            pairs = zip(elements, rows, strict=True)
            keys = [_gap_key(source, element, names, _without(best, name)) for element, (name, names, _t) in pairs]
            gaps = _gaps(rows, keys, elements[0])
        if any(gap.shares for gap in gaps.gaps):
            say_shares(source, "inline_choice", gaps, elements[0])
        require_fit(source, "inline_choice", gaps, marks, elements[0])
    return "inline_choice", gaps


def _without(values: dict[str, Value], name: str) -> dict[str, Value]:
    return {other: value for other, value in values.items() if other != name}


def _gaps(rows: Sequence[Row], keys: Sequence[Key], element: etree._Element) -> Gaps:
    weights = weighed([worth for _key, worth, _shares in keys], element)
    return Gaps(
        tuple(
            Gap(texts, key, weight, shares)
            for (_variable, _names, texts), (key, _worth, shares), weight in zip(rows, keys, weights, strict=True)
        )
    )


def _gap_parts(rows: Sequence[Row], keys: Sequence[Key]) -> list[list[Part]]:
    parts: list[list[Part]] = []
    for (variable, names, _texts), (key, *_rest) in zip(rows, keys, strict=True):
        wrong: list[Part] = [(variable, (name,), place) for place, name in enumerate(names) if place != key]
        parts.append([(variable, None, None), *wrong, (variable, (names[key],), key)])
    return parts


def _few(elements: Sequence[etree._Element]) -> None:
    if len(elements) > MAX_BLANKS:
        raise Refused(Problem("blanks", "too_many", str(len(elements)), {"most": MAX_BLANKS}), elements[0])


def _gap_key(source: Source, element: etree._Element, names: Sequence[str], beside: dict[str, Value]) -> Key:
    """The right choice of one gap by what each earns: alone, or `beside` the right ones of the others."""
    declaration = source.response(element)
    if source.processing is None:
        correct = (declaration.correct or ("",))[0]
        if correct not in names:
            raise Refused(Problem("gaps", "no_key", shortened(correct)), element)
        source.warn("responseProcessing", "", "qti_unscored", element)
        return names.index(str(correct)), Fraction(1), ()
    without = source.score(beside)
    scores = [source.score({**beside, declaration.identifier: (name,)}) - without for name in names]
    best = max(scores)
    usual = scores.count(best) == 1 and set(scores) <= {best, Fraction(0)}
    return scores.index(best), best, () if usual or best <= 0 else tuple(score / best for score in scores)


def fill_in(source: Source, elements: Sequence[etree._Element]) -> tuple[str, Any]:
    """Blanks; a single one for a number is a numeric question."""
    _few(elements)
    declarations = [source.response(element) for element in elements]
    if any(one.cardinality != "single" for one in declarations):
        raise Refused(Problem("responseDeclaration", "qti_cardinality", declarations[0].cardinality), elements[0])
    if len(elements) == 1 and declarations[0].base in NUMBERS:
        return "numeric", _number(source, elements[0], declarations[0])
    pairs = list(zip(elements, declarations, strict=True))
    found = [_blank(source, element, one, {}) for element, one in pairs]
    blanks = _blanks(found, elements[0])
    source.warn("blanks", "", "qti_comparison", elements[0])
    if source.processing is None:
        return "fill_in", blanks
    marks = marked(source, _blank_trials(declarations, found), elements[0])
    if fitting("fill_in", blanks, marks) is None:
        free = _any_order(source, declarations, blanks)
        best: dict[str, Value] = {
            one.identifier: _entry(one, typed.right[0])[1] for one, typed in zip(declarations, found, strict=True)
        }
        blanks = free or _blanks(
            [_blank(source, element, one, _without(best, one.identifier)) for element, one in pairs], elements[0]
        )
    if any(blank.partly for blank in blanks.blanks):
        say_shares(source, "fill_in", blanks, elements[0])
    require_fit(source, "fill_in", blanks, marks, elements[0])
    return "fill_in", blanks


def _blanks(found: Sequence["_Typed"], element: etree._Element) -> Blanks:
    weights = weighed([one.worth for one in found], element)
    return Blanks(tuple(replace(one.blank, weight=weight) for one, weight in zip(found, weights, strict=True)))


def _blank_trials(declarations: Sequence[Declaration], found: Sequence["_Typed"]) -> list[Trial]:
    """What may be typed: right, partly right and wrong together, and the probes of each blank alone."""
    trials = _combinations(
        [
            [
                (one.identifier, None, ""),
                (one.identifier, _wrong(one), WRONG),
                *(_entry(one, text) for text in typed.parts[:MOST_ANSWERS]),
                *(_entry(one, text) for text in typed.right[MOST_ANSWERS:0:-1]),
                _entry(one, typed.right[0]),
            ]
            for one, typed in zip(declarations, found, strict=True)
        ]
    )
    for place, (one, typed) in enumerate(zip(declarations, found, strict=True)):
        for probe in typed.probes:
            texts = [""] * len(declarations)
            texts[place] = _shown(probe)
            trials.append(Trial({one.identifier: (probe,)}, texts))
    return trials


def _any_order(source: Source, declarations: Sequence[Declaration], blanks: Blanks) -> Blanks | None:
    """The blanks as ones whose answers may stand in any of them: which answers count once only is found by pairs."""
    accepted = {frozenset(blank.accept) for blank in blanks.blanks}
    if len(accepted) > 1 or len(declarations) < 2 or len(blanks.blanks[0].accept) > MAX_BLANKS * 2:
        return None
    first, second = (one.identifier for one in declarations[:2])
    groups: list[list[str]] = []
    for text in blanks.blanks[0].accept:
        alone = source.score({first: (text,)})
        same = (group for group in groups if source.score({first: (text,), second: (group[0],)}) == alone)
        group = next(same, None)
        if group is None:
            groups.append([text])
        else:
            group.append(text)
    if len(groups) != len(declarations):
        return None
    case = blanks.blanks[0].case
    return Blanks(tuple(Blank(tuple(group), case=case) for group in groups), ordered=False)


def _wrong(declaration: Declaration) -> Value:
    return None if declaration.base in NUMBERS else (WRONG,)


def _entry(declaration: Declaration, text: str) -> tuple[str, Value, str]:
    value: Atom = Fraction(text) if declaration.base in NUMBERS else text
    return declaration.identifier, (value,), text


def _shown(value: Atom) -> str:
    return str(decimal(value)) if isinstance(value, Fraction) else str(value)


@dataclass(frozen=True, slots=True)
class _Typed:
    """One blank: what becomes of it, what it earns alone, the texts that earn that, the texts that earn a part of it,
    and answers with which to try it.
    """

    blank: Blank
    worth: Fraction
    right: Sequence[str]
    parts: Sequence[str] = ()
    probes: Sequence[Atom] = ()


def _blank(source: Source, element: etree._Element, declaration: Declaration, beside: dict[str, Value]) -> _Typed:
    """One blank, by asking what each text of which the file speaks earns, alone or `beside` right ones in the other
    blanks: as it stands, in other capitals, and as a part of more.
    """
    if declaration.base not in (*NUMBERS, "string", "identifier"):
        raise Refused(Problem("responseDeclaration", "qti_base", declaration.base), element)
    texts = _candidates(source, declaration)
    if not texts:
        raise Refused(Problem("blanks", "no_blank_key", shortened(declaration.identifier)), element)
    if declaration.base in NUMBERS:
        source.warn("blanks", declaration.identifier, "qti_number_text", element)
    if source.processing is None:
        source.warn("responseProcessing", "", "qti_unscored", element)
        accept = tuple(_shown(one) for one in declaration.correct or ())
        if not accept:
            raise Refused(Problem("blanks", "no_blank_key", shortened(declaration.identifier)), element)
        return _Typed(Blank(accept), Fraction(1), accept)

    without = source.score(beside)

    def score(value: Atom) -> Fraction:
        return source.score({**beside, declaration.identifier: (value,)}) - without

    tried = [_tried(text, score) for text in texts]
    best, other = max(one.alone for one in tried), score(WRONG) if declaration.base not in NUMBERS else Fraction(0)
    right = [one for one in tried if one.alone == best]
    case = any(one.turned != one.alone or (one.within == best and one.turned_within != best) for one in right)
    pattern = any(one.within == best for one in right)
    kept: dict[str, str] = {}
    for one in right:
        text = one.pattern if one.within == best else one.literal if pattern else one.text
        kept.setdefault(norm_v1(text, case=case), text)
    partly = tuple(_partly(tried, best, other)) if best > 0 else ()
    probes: list[Atom] = [probe for one in tried for probe in one.probes]
    blank = Blank(tuple(kept.values()), case=case, pattern=pattern, partly=partly)
    parts = [one.text for one in tried if one.alone not in (best, other)]
    return _Typed(blank, best, [one.text for one in right], parts, probes)


@dataclass(frozen=True, slots=True)
class _Tried:
    """What a text earns: alone, in other capitals, as a part of more, and both."""

    text: str
    alone: Fraction
    turned: Fraction
    within: Fraction
    turned_within: Fraction
    probes: tuple[Atom, ...]

    @property
    def literal(self) -> str:
        """The text among patterns."""
        return self.text.replace("*", "\\*")

    @property
    def pattern(self) -> str:
        """The text with anything around it."""
        return f"*{self.literal}*"


def _tried(value: Atom, score: Callable[[Atom], Fraction]) -> _Tried:
    shown = _shown(value).strip()
    if not isinstance(value, str):
        near = tuple(value + Fraction(step, 1000) for step in (-1, 1)) if isinstance(value, Fraction) else ()
        alone = score(value)
        return _Tried(shown, alone, alone, Fraction(0), Fraction(0), (value, *near))
    turned = value.swapcase()
    around, turned_around = f"{WRONG}{value}{WRONG}", f"{WRONG}{turned}{WRONG}"
    probes: tuple[str, ...] = (value, turned, around, turned_around)
    alone, other, within, turned_within = map(score, probes)
    return _Tried(shown, alone, other, within, turned_within, tuple(dict.fromkeys(probes)))


def _partly(tried: Sequence[_Tried], best: Fraction, other: Fraction) -> Iterator[Partly]:
    """What earns another part than everything or what any `other` text does: texts, then parts of texts, then the rest."""
    for one in tried:
        if one.alone not in (best, other, one.within):
            yield Partly(one.text, one.alone / best, case=one.turned != one.alone)
    for one in tried:
        if one.turned not in (one.alone, other, one.within):
            yield Partly(one.text, one.turned / best)
    for one in tried:
        covered = any(o.text != one.text and o.text in one.text and o.within == one.within for o in tried)
        if one.within not in (best, other) and not covered:
            case = one.turned_within != one.within
            yield Partly(one.pattern, one.within / best, case=case, pattern=True)
    for one in tried:
        if one.turned_within not in (one.within, other):
            yield Partly(one.pattern, one.turned_within / best, pattern=True)
    if other:
        yield Partly("*", other / best, pattern=True)


def _candidates(source: Source, declaration: Declaration) -> list[Atom]:
    """Every answer of which the file speaks."""
    found: list[Atom] = list(declaration.correct or ())
    if declaration.mapping is not None:
        found += [*declaration.mapping.entries]
    if source.processing is not None:
        numbers, tolerances, texts = literals(source.processing.element)
        if declaration.base in NUMBERS:
            known = [one for one in [*numbers, *found] if isinstance(one, Fraction)]
            found += [*numbers, *(one + sign * far for one in known[:20] for far in tolerances[:5] for sign in (-1, 1))]
        else:
            found += [text for text in texts if text]
    return list(dict.fromkeys(found))[:MAX_TEXTS]


def _number(source: Source, element: etree._Element, declaration: Declaration) -> Number:
    """A number with the tolerance that the file has."""
    known = [one for one in _candidates(source, declaration) if isinstance(one, Fraction)]
    if source.processing is None:
        if not declaration.correct or not isinstance(declaration.correct[0], Fraction):
            raise Refused(Problem("answer", "no_key"), element)
        source.warn("responseProcessing", "", "qti_unscored", element)
        return Number(decimal(declaration.correct[0]))
    relative = literals(source.processing.element)[1][:5]
    known += [one * (1 + sign * share / 100) for one in known[:20] for share in relative for sign in (-1, 1)]
    return number(source, element, declaration, known, _unit(element))


def _unit(element: etree._Element) -> str:
    """What stands behind a field that has a line of its own; it leaves the text."""
    line, unit = element.getparent(), " ".join((element.tail or "").split())
    if line is None or len(line) != 1 or (line.text or "").strip() or not _UNIT.match(unit):
        return ""
    element.tail = None
    return unit


def written(source: Source, element: etree._Element) -> tuple[str, Any]:
    """A text that people mark: short where the field is."""
    declaration = source.response(element)
    if declaration.mapping is not None or (source.processing is not None and declaration.correct):
        source.warn("responseProcessing", "", "qti_by_people", element)
    lines, length = (_size(element, name) for name in ("expectedLines", "expectedLength"))
    kind = "essay" if lines > 6 or length > 300 or element.get("format") == "xhtml" else "short_answer"
    return kind, _guide(source, element)


def _guide(source: Source, element: etree._Element) -> Written:
    declaration = source.response(element)
    texts = source.notes["scorer"] or [str(one) for one in declaration.correct or () if isinstance(one, str)]
    answer = "\n\n".join(filter(None, texts))
    if not answer:
        source.warn("model_answer", "", "qti_no_model_answer", element)
    return Written(answer or _NO_ANSWER)


def _size(element: etree._Element, name: str) -> int:
    text = element.get(name, "").strip()
    return int(text) if text.isdecimal() and len(text) < 7 else 0


def upload(source: Source, element: etree._Element) -> tuple[str, Any]:
    """A file that people mark."""
    kinds = element.get("type", "").replace(",", " ").split()
    endings = tuple(dict.fromkeys(_KINDS[kind] for kind in kinds if kind in _KINDS))
    if not endings:
        source.warn("endings", shortened(" ".join(kinds)), "qti_endings", element)
    known = tuple(one for one in ENDINGS if one in endings)
    return "file_answer", FileAsked(_guide(source, element), known or FileAsked(Written("")).endings)


def is_typed(element: etree._Element) -> bool:
    """Whether an interaction stands within a line of the text."""
    return local(element) in ("textEntryInteraction", "inlineChoiceInteraction")
