"""Orders and pairs in QTI."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from lxml import etree

from question_bank.formats.qti_fit import Trial, fitting, marked, require_fit, say_shares, weighed
from question_bank.formats.qti_source import Refused, Source, children_of
from question_bank.formats.qti_values import Atom
from question_bank.formats.xml import local
from question_bank.interactions import ordering as orders
from question_bank.interactions.base import MAX_BLANKS, MAX_LINES
from question_bank.interactions.inline_choice import Gap, Gaps
from question_bank.interactions.matching import Pairs, Worth
from question_bank.problem import Problem, shortened

MAX_TRIALS = 2500
Lines = dict[str, str]


def ordering(source: Source, element: etree._Element) -> tuple[str, Any]:
    """Lines in an order."""
    texts = _texts(source, children_of(element, ["simpleChoice"]), "sequence", element)
    declaration = source.response(element)
    key = [str(one) for one in declaration.correct or ()]
    if not key and source.processing is not None and len(texts) <= 6:
        every: list[tuple[str, ...]] = list(itertools.permutations(texts))
        key = list(max(every, key=lambda order: _score(source, declaration.identifier, order)))
    if sorted(key) != sorted(texts):
        raise Refused(Problem("sequence", "no_key", shortened(" ".join(key))), element)
    body = orders.Sequence(tuple(texts[one] for one in key))
    if source.processing is None:
        source.warn("responseProcessing", "", "qti_unscored", element)
        return "ordering", body
    trials = [Trial({declaration.identifier: None}, [])]
    trials += [
        Trial({declaration.identifier: tuple(key[place] for place in order)}, list(order))
        for order in _orders(len(key))
    ]
    require_fit(source, "ordering", body, marked(source, trials, element), element)
    return "ordering", body


def _score(source: Source, variable: str, order: Iterable[str]) -> Fraction:
    return source.score({variable: tuple(order)})


def _texts(source: Source, elements: Sequence[etree._Element], field: str, parent: etree._Element) -> Lines:
    """The words of lines or sides by their identifiers."""
    if not elements or len(elements) > MAX_LINES:
        code, facts = ("too_many", {"most": MAX_LINES}) if elements else ("too_few", {"least": 2})
        raise Refused(Problem(field, code, str(len(elements)), facts), parent)
    texts = {one.get("identifier", ""): source.text(one, field, single_line=True) for one in elements}
    if len(texts) < len(elements) or "" in texts:
        raise Refused(Problem(field, "duplicate", "identifier"), parent)
    return texts


def _orders(length: int) -> Iterator[tuple[int, ...]]:
    """Every order of a few lines; of many, those one exchange, one turn or one move away, and the reverse."""
    places = tuple(range(length))
    if length <= 6:
        yield from itertools.permutations(places)
        return
    yield places
    yield places[::-1]
    for a, b in itertools.combinations(places, 2):
        changed = list(places)
        changed[a], changed[b] = b, a
        yield tuple(changed)
        moved = [*places[:a], *places[a + 1 :]]
        yield (*moved[:b], a, *moved[b:])
    for start in places[1:]:
        yield places[start:] + places[:start]


def matching(source: Source, element: etree._Element) -> tuple[str, Any]:
    """Two sets, each of the one side going with one of the other."""
    sets = children_of(element, ["simpleMatchSet"])
    if len(sets) != 2:
        raise Refused(Problem("pairs", "too_few", str(len(sets)), {"least": 2}), element)
    sides = [children_of(one, ["simpleAssociableChoice"]) for one in sets]
    first, second = (_texts(source, side, "pairs", element) for side in sides)
    pairs = _keyed(source, element, first, second)
    straight = len({left for left, _right in pairs}) == len(pairs) == len(first)
    turned = len({right for _left, right in pairs}) == len(pairs) == len(second)
    if not straight and not turned:
        raise Refused(Problem("pairs", "qti_many_to_many", str(len(pairs))), element)
    turned = turned and (not straight or (not _once(sides[0]) and _once(sides[1])))
    if not _once(sides[1] if turned else sides[0]):
        source.warn("matchMax", "", "qti_once", element)
    once = _once(sides[0] if turned else sides[1])
    if turned:
        places = list(second)
        pairs = sorted(((right, left) for left, right in pairs), key=lambda pair: places.index(pair[0]))
        return "matching", _fitted(source, element, pairs, (second, first), once=once, turned=True)
    return "matching", _fitted(source, element, pairs, (first, second), once=once)


def _once(side: Sequence[etree._Element]) -> bool:
    """Whether each of a side can be used once only."""
    return all(one.get("matchMax", "1") == "1" for one in side)


def _keyed(source: Source, element: etree._Element, first: Lines, second: Lines) -> list[tuple[str, str]]:
    """The right pairs, in the order of the first set."""
    declaration = source.response(element)
    correct = [one for one in declaration.correct or () if isinstance(one, tuple)]
    if not correct and declaration.mapping is not None:
        worths = [(key, worth) for key, worth in declaration.mapping.entries.items() if worth > 0]
        correct = [key for key, _worth in worths if isinstance(key, tuple)]
    places = {name: place for place, name in enumerate([*first, *second])}
    if not correct or any(left not in first or right not in second for left, right in correct):
        raise Refused(Problem("pairs", "no_key", shortened(correct)), element)
    return sorted(correct, key=lambda pair: places[pair[0]])


def associate(source: Source, element: etree._Element) -> tuple[str, Any]:
    """Pairs within one set: what the key names first becomes the left-hand side."""
    every = children_of(element, ["simpleAssociableChoice"])
    texts = _texts(source, every, "pairs", element)
    declaration = source.response(element)
    correct = [one for one in declaration.correct or () if isinstance(one, tuple)]
    if not correct and declaration.mapping is not None:
        correct = [key for key, worth in declaration.mapping.entries.items() if isinstance(key, tuple) and worth > 0]
    used = [name for pair in correct for name in pair]
    if not correct or len(set(used)) < len(used) or not set(used) <= set(texts):
        raise Refused(Problem("pairs", "qti_many_to_many" if correct else "no_key", shortened(correct)), element)
    source.warn("pairs", "", "qti_sides", element)
    lefts = {left: texts[left] for left, _right in correct}
    rights = {name: text for name, text in texts.items() if name not in lefts}
    return "matching", _fitted(source, element, correct, (lefts, rights), once=_once(every), directed=False)


def _fitted(
    source: Source,
    element: etree._Element,
    pairs: Sequence[tuple[str, str]],
    sides: tuple[Lines, Lines],
    *,
    once: bool,
    directed: bool = True,
    turned: bool = False,
) -> Pairs:
    """The body of these pairs (left, right), tried with whole, partial and wrong answers; `once`: whether a right-hand
    side can be used once only.
    """
    lefts, rights = sides
    keyed = dict.fromkeys(right for _left, right in pairs)
    extra = tuple(text for name, text in rights.items() if name not in keyed)
    body = Pairs(tuple((lefts[left], rights[right]) for left, right in pairs), extra)
    if source.processing is None:
        source.warn("responseProcessing", "", "qti_unscored", element)
        return body
    if len(body.rights()) < len(rights):
        raise Refused(Problem("pairs", "duplicate"), element)
    order = {name: body.rights().index(text) for name, text in rights.items()}
    variable = source.response(element).identifier
    distinct = once and len(set(keyed)) == len(pairs)

    def trial(chosen: Sequence[str | None]) -> Trial:
        made = [(left, right) for (left, _key), right in zip(pairs, chosen, strict=True) if right is not None]
        value: list[Atom] = [_pair(one, directed=directed, turned=turned) for one in made]
        return Trial({variable: tuple(value) or None}, [None if one is None else order[one] for one in chosen])

    every = list(_answers([right for _left, right in pairs], list(rights)))
    marks = marked(source, [trial(one) for one in every], element)
    if fitting("matching", body, marks) is None and distinct:
        # where each side can be used once only, answers that use one twice cannot be given there
        possible = [one for one in every if len({x for x in one if x}) == sum(x is not None for x in one)]
        marks = marked(source, [trial(one) for one in possible], element)
    if fitting("matching", body, marks) is None:
        worth = _worth(source, element, lambda made: _pair(made, directed=directed, turned=turned))
        body = _shared(
            body,
            {
                (lefts[left], text): worth((left, right)) / marks.most
                for left in dict(pairs)
                for right, text in rights.items()
            },
        )
        say_shares(source, "matching", body, element)
    require_fit(source, "matching", body, marks, element)
    return body


def _worth(
    source: Source, element: etree._Element, value: Callable[[tuple[str, str]], Atom]
) -> Callable[[tuple[str, str]], Fraction]:
    """What a pair is worth by itself: as the file's table says, else by asking for it alone."""
    declaration = source.response(element)
    table = declaration.mapping
    if table is not None:
        return lambda made: table.worth_of(value(made))
    return lambda made: source.score({declaration.identifier: (value(made),)})


def _shared(body: Pairs, shares: Mapping[tuple[str, str], Fraction]) -> Pairs:
    """The body with shares of its own: the commonest of the wrong pairs once for all, the others one by one."""
    others = Counter(share for made, share in shares.items() if made not in body.pairs)
    wrong = others.most_common(1)[0][0] if others else Fraction(0)
    named = tuple(Worth(*made, share) for made, share in shares.items() if made in body.pairs or share != wrong)
    return replace(body, shares=named, wrong=wrong)


def _pair(made: tuple[str, str], *, directed: bool, turned: bool) -> tuple[str, str]:
    left, right = made
    if not directed:
        first, second = sorted(made)
        return first, second
    return (right, left) if turned else (left, right)


def _answers(key: Sequence[str], rights: Sequence[str]) -> Iterator[tuple[str | None, ...]]:
    """What may be answered: everything where that is little; else the key and nothing, each with one and two changes."""
    choices: list[str | None] = [None, *rights]
    if Fraction(len(choices)) ** len(key) <= MAX_TRIALS:
        yield from itertools.product(choices, repeat=len(key))
        return
    for base in ([None] * len(key), list(key)):
        yield tuple(base)
        for place, other in itertools.product(range(len(key)), choices):
            yield (*base[:place], other, *base[place + 1 :])
        for a, b in itertools.combinations(range(len(key)), 2):
            changed = list(key)
            changed[a], changed[b] = key[b], key[a]
            yield tuple(changed)
            yield tuple(None if place in (a, b) else one for place, one in enumerate(base))
    for end in range(len(key)):
        yield tuple(one if place < end else None for place, one in enumerate(key))


def gap_match(source: Source, element: etree._Element) -> tuple[str, Any]:
    """Words to be put into the gaps of a text: each gap offers all of them here."""
    words = children_of(element, ["gapText"])
    gaps = [one.get("identifier", "") for one in element.iter() if local(one) == "gap"]
    if children_of(element, ["gapImg"]) or not 0 < len(gaps) <= MAX_BLANKS or len(set(gaps)) < len(gaps):
        raise Refused(Problem("gaps", "qti_gaps", str(len(gaps))), element)
    texts = _texts(source, words, "gaps", element)
    if not _once_or_more(words):
        source.warn("matchMax", "", "qti_once", element)
    worth = _worth(source, element, lambda made: made)
    table = {gap: {name: worth((name, gap)) for name in texts} for gap in gaps}
    variable = source.response(element).identifier
    if source.processing is None or any(max(row.values()) <= 0 for row in table.values()):
        raise Refused(Problem("responseProcessing", "qti_together"), element)
    names = list(texts)

    def trial(chosen: Sequence[str | None]) -> Trial:
        made: list[Atom] = [(name, gap) for name, gap in zip(chosen, gaps, strict=True) if name is not None]
        return Trial({variable: tuple(made) or None}, [None if one is None else names.index(one) for one in chosen])

    best = [max(row, key=lambda name: row[name]) for row in table.values()]
    # a word that can be used once only is not tried in two gaps
    every = [one for one in _answers(best, names) if len({x for x in one if x}) == sum(x is not None for x in one)]
    body = _gap_body(tuple(texts.values()), [list(row.values()) for row in table.values()], element)
    if any(gap.shares for gap in body.gaps):
        say_shares(source, "inline_choice", body, element)
    require_fit(source, "inline_choice", body, marked(source, [trial(one) for one in every], element), element)
    return "inline_choice", body


def _once_or_more(side: Sequence[etree._Element]) -> bool:
    """Whether each of some words can be used as often as somebody likes."""
    return all(one.get("matchMax", "0") == "0" for one in side)


def _gap_body(texts: tuple[str, ...], worths: Sequence[Sequence[Fraction]], element: etree._Element) -> Gaps:
    """Gaps that all offer the same words, by what each earns in each of them."""
    weights = weighed([max(row) for row in worths], element)
    gaps = []
    for row, weight in zip(worths, weights, strict=True):
        most = max(row)
        usual = list(row).count(most) == 1 and set(row) <= {most, Fraction(0)}
        gaps.append(Gap(texts, row.index(most), weight, () if usual else tuple(one / most for one in row)))
    return Gaps(tuple(gaps))
