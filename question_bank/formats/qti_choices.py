"""Choices and areas of a picture in QTI: which are right is found by asking the item for every set of them."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from lxml import etree

from question_bank.formats import pictures
from question_bank.formats.qti_fit import Marks, Trial, fitting, marked, require_fit, say_shares
from question_bank.formats.qti_source import Refused, Source, child_of, children_of, feedback_within, taken_out
from question_bank.formats.qti_values import Declaration
from question_bank.formats.xml import local
from question_bank.interactions.base import LETTERS, MAX_LINES, MAX_OPTIONS
from question_bank.interactions.hotspot import Spot, Spots
from question_bank.interactions.options import Option, Options
from question_bank.interactions.true_false import Statement
from question_bank.problem import Problem, shortened
from question_bank.text import plain_text

#: options that say no more than right and wrong
_TRUTH = {"正确": True, "对": True, "√": True, "true": True, "错误": False, "错": False, "×": False, "false": False}
MOST_CANDIDATES = 16
Keys = frozenset[str]
Shares = Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class _Offer:
    """What can be chosen: the letters by identifier, and how a body is made of a key or of own shares by letter."""

    kind: str
    names: dict[str, str]
    keyed: Callable[[Keys], Any]
    shared: Callable[[Shares], Any]


def choice(source: Source, element: etree._Element) -> tuple[str, Any]:
    """True or false, single or multiple choice."""
    found = _named(element, children_of(element, ["simpleChoice"]), MAX_OPTIONS)
    return _offered(source, element, found)


def hottext(source: Source, element: etree._Element) -> tuple[str, Any]:
    """Pieces of a text: the text stays in the stem, its pieces become options."""
    found = _named(element, [one for one in element.iter() if local(one) == "hottext"], MAX_OPTIONS)
    source.warn("options", "", "qti_hottext", element)
    return _offered(source, element, found)


def _offered(source: Source, element: etree._Element, found: dict[str, etree._Element]) -> tuple[str, Any]:
    """Options by their identifiers."""
    free = element.get("shuffle") == "true"
    options = []
    for letter, one in zip(LETTERS, found.values(), strict=False):
        text, why = _option(source, one, f"options.{letter}")
        options.append(Option(text, False, why, fixed=not free or one.get("fixed") == "true"))
    many = source.response(element).cardinality == "multiple"

    def keyed(keys: Keys) -> Options:
        return Options(tuple(replace(one, right=key in keys) for key, one in zip(LETTERS, options, strict=False)))

    def shared(shares: Shares) -> Options:
        return Options(
            tuple(
                replace(one, right=shares[key] > 0 if many else shares[key] == 1, share=shares[key] or None)
                for key, one in zip(LETTERS, options, strict=False)
            )
        )

    kind = "multiple_choice" if many else "single_choice"
    offer = _Offer(kind, dict(zip(found, LETTERS, strict=False)), keyed, shared)
    body: Options = (_many if many else _one)(source, element, offer)
    keys = body.right_keys()
    truth = [_TRUTH.get(plain_text(option.text).casefold()) for option in options]
    plain = not body.own and not any(option.why for option in options)
    if len(keys) == 1 and plain and truth in ([True, False], [False, True]):
        return "true_false", Statement(truth[LETTERS.index(next(iter(keys)))] is True)
    if not free:
        source.warn("options", "", "qti_order_kept", element)
    return ("single_choice" if len(keys) == 1 and not body.own else kind), body


def _named(element: etree._Element, children: Sequence[etree._Element], most: int) -> dict[str, etree._Element]:
    """The choices of an interaction by their identifiers."""
    found = {one.get("identifier", ""): one for one in children}
    if len(children) > most:
        raise Refused(Problem("options", "too_many", str(len(children)), {"most": most}), element)
    if len(children) < 2:
        raise Refused(Problem("options", "too_few", str(len(children)), {"least": 2}), element)
    if len(found) < len(children) or "" in found:
        raise Refused(Problem("options", "duplicate", "identifier"), element)
    return found


def _option(source: Source, element: etree._Element, field: str) -> tuple[str, str]:
    """The words of an option, and what the feedback inside it says."""
    copy = deepcopy(element)
    whys = []
    for feedback in list(feedback_within(copy)):
        whys.append(source.text(feedback, field, single_line=True))
        taken_out(feedback)
    copy.tail = None
    return source.text(copy, field, single_line=True), " ".join(filter(None, whys))


def declared_keys(source: Source, element: etree._Element, names: dict[str, str]) -> Keys:
    """The key of an item that says nothing of its score: what it calls correct. Raises Refused without that."""
    correct = source.response(element).correct or ()
    keys = frozenset(names[str(one)] for one in correct if str(one) in names)
    if not keys or len(keys) < len(correct):
        raise Refused(Problem("answer", "no_key", shortened(" ".join(map(str, correct)))), element)
    source.warn("responseProcessing", "", "qti_unscored", element)
    return keys


def _one(source: Source, element: etree._Element, offer: _Offer) -> Any:
    """Choices of which one can be taken."""
    variable = source.response(element).identifier
    if source.processing is None:
        keys = declared_keys(source, element, offer.names)
        if len(keys) > 1:
            raise Refused(Problem("answer", "several_keys", "".join(sorted(keys))), element)
        return offer.keyed(keys)
    trials = [Trial({variable: None}, None)] + [Trial({variable: (name,)}, key) for name, key in offer.names.items()]
    marks = marked(source, trials, element)
    worth = {trial.response: score / marks.most for trial, score in zip(trials[1:], marks.scores[1:], strict=True)}
    best = frozenset(key for key, share in worth.items() if share == 1)
    body = offer.keyed(best)
    if len(best) > 1 or fitting(offer.kind, body, marks) is None:
        body = offer.shared(worth)
        say_shares(source, offer.kind, body, element)
    require_fit(source, offer.kind, body, marks, element)
    return body


def _many(source: Source, element: etree._Element, offer: _Offer) -> Any:
    """Choices of which several can be taken: the key under a rule of ours, or else shares of their own."""
    names = offer.names
    if source.processing is None:
        return offer.keyed(declared_keys(source, element, names))
    most = _limit(source, element, len(names))
    correct = _correct(source, element, names)
    tried = []
    for size in dict.fromkeys((len(names), most)):
        marks = marked(source, _subsets(source.response(element).identifier, names, size), element)
        tried.append(marks)
        for body in map(offer.keyed, _best(correct, names, marks)):
            if fitting(offer.kind, body, marks) is not None:
                require_fit(source, offer.kind, body, marks, element)
                if len(body.right_keys()) == 1 and offer.kind == "multiple_choice":
                    source.warn("answer", next(iter(body.right_keys())), "qti_single", element)
                return body
    for marks in tried:
        for worth in _worths(source.response(element), names, marks):
            body = offer.shared(worth)
            if fitting(offer.kind, body, marks) is not None:
                say_shares(source, offer.kind, body, element)
                require_fit(source, offer.kind, body, marks, element)
                return body
    require_fit(source, offer.kind, offer.keyed(_best(correct, names, marks)[0]), marks, element)
    return None


def _worths(declaration: Declaration, names: dict[str, str], marks: Marks) -> Iterator[Shares]:
    """What each choice may earn by itself, by letter: as the file's table says, or as the marks tell: alone, and where
    that is nothing, beside all that earn something.
    """
    if declaration.mapping is not None:
        yield {letter: declaration.mapping.worth_of(name) / marks.most for name, letter in names.items()}
    scores = {frozenset(t.response): score for t, score in zip(marks.trials, marks.scores, strict=True)}
    alone = {letter: scores.get(frozenset(letter), Fraction(0)) for letter in names.values()}
    good = frozenset(letter for letter, score in alone.items() if score > 0)
    beside = {
        letter: score or scores.get(good | {letter}, Fraction(0)) - scores.get(good, Fraction(0))
        for letter, score in alone.items()
    }
    yield {letter: score / marks.most for letter, score in beside.items()}


def _limit(source: Source, element: etree._Element, choices: int) -> int:
    """How many may be taken; a limit is not kept here."""
    given = element.get("maxChoices", "0").strip()
    most = int(given) if given.isdecimal() and len(given) < 4 else 0
    if 1 < most < choices:
        source.warn("maxChoices", most, "qti_choice_limit", element)
        return most
    return choices


def _subsets(variable: str, names: dict[str, str], most: int) -> list[Trial]:
    return [
        Trial({variable: chosen or None}, sorted(names[one] for one in chosen))
        for size in range(most + 1)
        for chosen in itertools.combinations(names, size)
    ]


def _correct(source: Source, element: etree._Element, names: dict[str, str]) -> Keys:
    return frozenset(names.get(str(one), "") for one in source.response(element).correct or ())


def _best(correct: Keys, names: dict[str, str], marks: Marks) -> list[Keys]:
    """Sets that earn everything: what the file calls correct first, then the smallest."""
    best = [frozenset(t.response) for t, score in zip(marks.trials, marks.scores, strict=True) if score == marks.most]
    found = sorted((keys for keys in best if keys), key=lambda keys: (keys != correct, len(keys)))
    return found[:MOST_CANDIDATES] or [frozenset(list(names.values())[:1])]


def hotspot(source: Source, element: etree._Element) -> tuple[str, Any]:
    """Areas of a picture."""
    found = _named(element, children_of(element, ["hotspotChoice"]), MAX_LINES)
    digest, size = _picture(source, element)
    shapes = [(one.get("hotspotLabel") or name, *_shape(one, size)) for name, one in found.items()]
    labels = [str(shape[0]) for shape in shapes]
    if any(not one.get("hotspotLabel") for one in found.values()):
        source.warn("hotspotLabel", "", "qti_labels", element)

    def shared(shares: Shares) -> Spots:
        spots = (
            Spot(label, shape[1], shape[2], shares[letter] > 0, shares[letter] or None)
            for letter, label, shape in zip(LETTERS, labels, shapes, strict=False)
        )
        return Spots(f"picture:{digest}", *size, tuple(spots))

    def keyed(keys: Keys) -> Spots:
        body = shared({letter: Fraction(letter in keys) for letter in LETTERS})
        return replace(body, spots=tuple(replace(spot, share=None) for spot in body.spots))

    offer = _Offer("hotspot", dict(zip(found, LETTERS, strict=False)), keyed, shared)
    many = source.response(element).cardinality == "multiple"
    return "hotspot", (_many if many else _one_area)(source, element, offer)


def _one_area(source: Source, element: etree._Element, offer: _Offer) -> Any:
    """Areas of which one can be taken; here several can, so shares of their own would add up to other marks."""
    if source.processing is None:
        return offer.keyed(declared_keys(source, element, offer.names))
    marks = marked(source, _subsets(source.response(element).identifier, offer.names, 1), element)
    body = offer.keyed(_best(_correct(source, element, offer.names), offer.names, marks)[0])
    require_fit(source, "hotspot", body, marks, element)
    return body


def _shape(element: etree._Element, size: tuple[int, int]) -> tuple[str, tuple[int, ...]]:
    """An area as we have it: a rectangle by its corner and its sides."""
    shape, text = element.get("shape", ""), element.get("coords", "")
    pieces = [piece.strip() for piece in text.replace(" ", ",").split(",") if piece.strip()]
    try:
        numbers = [round(float(piece)) for piece in pieces[:200]]
    except (ValueError, OverflowError):
        numbers = []
    if shape == "default":
        shape, numbers = "rect", [0, 0, *size]
    if shape not in ("rect", "circle", "poly") or not numbers:
        raise Refused(Problem("spots", "area", shortened(f"{shape} {text}")), element)
    if shape == "rect" and len(numbers) == 4:
        left, top, right, bottom = numbers
        numbers = [left, top, right - left, bottom - top]
    if shape == "poly" and len(numbers) > 6 and numbers[:2] == numbers[-2:]:
        numbers = numbers[:-2]
    return shape, tuple(numbers)


def _picture(source: Source, element: etree._Element) -> tuple[str, tuple[int, int]]:
    """The hash and the size of the picture of an interaction; raises Refused."""
    shown = child_of(element, "object")
    shown = child_of(element, "img") if shown is None else shown
    address = "" if shown is None else shown.get("data") or shown.get("src") or ""
    data = source.picture(address) if address else None
    if shown is None or data is None or not pictures.is_picture(data):
        code = "picture_missing" if data is None else "picture_kind"
        raise Refused(Problem("picture", code, shortened(address)), element)
    size = _sides(shown) or pictures.size_of(data)
    if size is None:
        raise Refused(Problem("picture", "qti_picture_size", shortened(address)), shown)
    digest = pictures.name_of(data).removeprefix("picture:")
    source.keep(digest, data)
    return digest, size


def _sides(element: etree._Element) -> tuple[int, int] | None:
    """The width and height in which the file shows a picture, and to which its coordinates belong."""
    sides = [element.get(name, "").strip().removesuffix("px") for name in ("width", "height")]
    width, height = (int(text) if text.isdecimal() and len(text) < 6 else 0 for text in sides)
    return (width, height) if width and height else None
