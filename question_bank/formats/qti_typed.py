"""Typed and picked answers within a text (fill in, inline choice, numeric) and answers that people mark, in QTI."""

import itertools
import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor, gcd, lcm
from typing import Any

from lxml import etree

from question_bank.formats.qti_expressions import literals
from question_bank.formats.qti_fit import Trial, fitting, marked, require_fit
from question_bank.formats.qti_source import Refused, Source, children_of
from question_bank.formats.qti_values import NUMBERS, Atom, Declaration, Value
from question_bank.formats.xml import local
from question_bank.interactions.base import MAX_BLANKS, MAX_WEIGHT
from question_bank.interactions.file_answer import ENDINGS, FileAsked
from question_bank.interactions.fill_in import Blank, Blanks
from question_bank.interactions.inline_choice import Gap, Gaps
from question_bank.interactions.numeric import Number
from question_bank.interactions.written import Written
from question_bank.normaliser import norm_v1
from question_bank.problem import Problem, shortened

#: what one part of an answer may hold: the variable, its value, and ours
Part = tuple[str, Value, Any]

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


def _weights(most: Sequence[Fraction], element: etree._Element) -> list[int]:
    """What the parts are worth, as small whole numbers; raises Refused where a part alone earns nothing."""
    if any(one <= 0 for one in most):
        raise Refused(Problem("responseProcessing", "qti_together"), element)
    scale = lcm(*(one.denominator for one in most))
    whole = [int(one * scale) for one in most]
    weights = [one // gcd(*whole) for one in whole]
    if max(weights) > MAX_WEIGHT:
        raise Refused(Problem("weight", "weight", str(max(weights)), {"most": MAX_WEIGHT}), element)
    return weights


def inline_choice(source: Source, elements: Sequence[etree._Element]) -> tuple[str, Any]:
    """Gaps with choices of their own."""
    _few(elements)
    rows, keys, most = [], [], []
    for element in elements:
        choices = children_of(element, ["inlineChoice"])
        texts = tuple(source.text(one, "gaps", single_line=True) for one in choices)
        names = [one.get("identifier", "") for one in choices]
        if not names or len(set(names)) < len(names) or len(names) > MAX_BLANKS * 2:
            raise Refused(Problem("gaps", "duplicate", "identifier"), element)
        rows.append((source.response(element).identifier, names, texts))
        key, worth = _gap_key(source, element, names)
        keys.append(key)
        most.append(worth)
    weights = _weights(most, elements[0])
    gaps = Gaps(tuple(Gap(row[2], key, weight) for row, key, weight in zip(rows, keys, weights, strict=True)))
    if source.processing is not None:
        parts: list[list[Part]] = []
        for (variable, names, _texts), key in zip(rows, keys, strict=True):
            wrong: list[Part] = [(variable, (name,), place) for place, name in enumerate(names) if place != key]
            parts.append([(variable, None, None), *wrong, (variable, (names[key],), key)])
        require_fit(source, "inline_choice", gaps, marked(source, _combinations(parts), elements[0]), elements[0])
    return "inline_choice", gaps


def _few(elements: Sequence[etree._Element]) -> None:
    if len(elements) > MAX_BLANKS:
        raise Refused(Problem("blanks", "too_many", str(len(elements)), {"most": MAX_BLANKS}), elements[0])


def _gap_key(source: Source, element: etree._Element, names: Sequence[str]) -> tuple[int, Fraction]:
    """The place of the right choice of one gap, and what it earns alone."""
    declaration = source.response(element)
    if source.processing is None:
        correct = (declaration.correct or ("",))[0]
        if correct not in names:
            raise Refused(Problem("gaps", "no_key", shortened(correct)), element)
        source.warn("responseProcessing", "", "qti_unscored", element)
        return names.index(str(correct)), Fraction(1)
    scores = [source.score({declaration.identifier: (name,)}) for name in names]
    best = max(scores)
    if best > 0 and scores.count(best) > 1:
        raise Refused(Problem("gaps", "several_keys", shortened(declaration.identifier)), element)
    return scores.index(best), best


def fill_in(source: Source, elements: Sequence[etree._Element]) -> tuple[str, Any]:
    """Blanks; a single one for a number is a numeric question."""
    _few(elements)
    declarations = [source.response(element) for element in elements]
    if any(one.cardinality != "single" for one in declarations):
        raise Refused(Problem("responseDeclaration", "qti_cardinality", declarations[0].cardinality), elements[0])
    if len(elements) == 1 and declarations[0].base in NUMBERS:
        return "numeric", _number(source, elements[0], declarations[0])
    found = [_blank(source, element, one) for element, one in zip(elements, declarations, strict=True)]
    weights = _weights([worth for _blank, worth, _probes in found], elements[0])
    blanks = Blanks(
        tuple(
            Blank(blank.accept, case=blank.case, weight=weight)
            for (blank, _worth, _probes), weight in zip(found, weights, strict=True)
        )
    )
    source.warn("blanks", "", "qti_comparison", elements[0])
    if source.processing is None:
        return "fill_in", blanks
    trials = _combinations(
        [
            [
                (one.identifier, None, ""),
                (one.identifier, _wrong(one), WRONG),
                *(_entry(one, text) for text in blank.accept[MOST_ANSWERS:0:-1]),
                _entry(one, blank.accept[0]),
            ]
            for one, (blank, _worth, _probes) in zip(declarations, found, strict=True)
        ]
    )
    for place, (one, (_accepted, _worth, probes)) in enumerate(zip(declarations, found, strict=True)):
        for probe in probes:
            texts = [""] * len(declarations)
            texts[place] = _shown(probe)
            trials.append(Trial({one.identifier: (probe,)}, texts))
    marks = marked(source, trials, elements[0])
    if fitting("fill_in", blanks, marks) is None:
        blanks = _any_order(source, declarations, blanks) or blanks
    require_fit(source, "fill_in", blanks, marks, elements[0])
    return "fill_in", blanks


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
    return str(_decimal(value)) if isinstance(value, Fraction) else str(value)


def _blank(source: Source, element: etree._Element, declaration: Declaration) -> tuple[Blank, Fraction, list[Atom]]:
    """The accepted answers of one blank, what they earn alone, and answers with which to try it."""
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
        return Blank(accept), Fraction(1), []
    scores = {text: source.score({declaration.identifier: (text,)}) for text in texts}
    best = max(scores.values())
    right = [text for text, score in scores.items() if score == best]
    swapped = [text.swapcase() for text in right if isinstance(text, str) and text.swapcase() != text]
    case = any(source.score({declaration.identifier: (text,)}) != best for text in swapped)
    probes: list[Atom] = [*texts, *swapped]
    probes += [f"{WRONG}{text}{WRONG}" for text in right if isinstance(text, str)]
    probes += [text + Fraction(step, 1000) for text in right if isinstance(text, Fraction) for step in (-1, 1)]
    kept: dict[str, str] = {}
    for text in right:
        kept.setdefault(norm_v1(_shown(text), case=case), _shown(text).strip())
    return Blank(tuple(kept.values()), case=case), best, probes


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
    """A number with the tolerance that the file has, found by trying the numbers around those it names."""
    known = [one for one in _candidates(source, declaration) if isinstance(one, Fraction)]
    if source.processing is None:
        if not declaration.correct or not isinstance(declaration.correct[0], Fraction):
            raise Refused(Problem("answer", "no_key"), element)
        source.warn("responseProcessing", "", "qti_unscored", element)
        return Number(_decimal(declaration.correct[0]))
    relative = literals(source.processing.element)[1][:5]
    known += [one * (1 + sign * share / 100) for one in known[:20] for share in relative for sign in (-1, 1)]
    whole = declaration.base == "integer"
    tried = {one: source.score({declaration.identifier: (one,)}) for one in _around(known, whole=whole)}
    most = max(tried.values(), default=Fraction(0))
    if most <= 0:
        raise Refused(Problem("answer", "no_key"), element)
    right = [one for one, score in tried.items() if score == most]
    low, high = min(right), max(right)
    answer, tolerance = (low + high) / 2, (high - low) / 2
    correct = (declaration.correct or (answer,))[0]
    if correct != answer:
        source.warn("answer", str(correct and _shown(correct)), "qti_centre", element)
    number = Number(_decimal(answer), _decimal(tolerance), _unit(element))
    if whole and tolerance:
        source.warn("answer", "", "qti_number_text", element)
    trials = [Trial({declaration.identifier: None}, "")] + [
        Trial({declaration.identifier: (one,)}, str(_decimal(one))) for one in _around([*known, low, high], whole=whole)
    ]
    require_fit(source, "numeric", number, marked(source, trials, element), element)
    return number


def _unit(element: etree._Element) -> str:
    """What stands behind a field that has a line of its own; it leaves the text."""
    line, unit = element.getparent(), " ".join((element.tail or "").split())
    if line is None or len(line) != 1 or (line.text or "").strip() or not _UNIT.match(unit):
        return ""
    element.tail = None
    return unit


def _around(points: Sequence[Fraction], *, whole: bool) -> list[Fraction]:
    """The points, those between them, and those just beside and far from them."""
    ends = sorted(set(points)) or [Fraction(0)]
    found = {*ends, ends[0] - 1000, ends[-1] + 1000, -ends[0], Fraction(0)}
    found |= {(one + other) / 2 for one, other in itertools.pairwise(ends)}
    found |= {one + Fraction(sign, 10**6) for one in ends for sign in (-1, 1)}
    if whole:
        found = {Fraction(near) for one in found for near in (floor(one) - 1, floor(one), ceil(one), ceil(one) + 1)}
    return sorted(found)


def _decimal(value: Atom) -> Decimal:
    """The exact decimal of a number; raises Refused where it has none."""
    number = value if isinstance(value, Fraction) else Fraction(0)
    exact = Decimal(number.numerator) / Decimal(number.denominator)
    if Fraction(exact) != number:
        raise Refused(Problem("answer", "not_a_number", shortened(number)))
    return exact.quantize(Decimal(1)) if exact == exact.to_integral_value() else exact.normalize()


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
