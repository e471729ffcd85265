"""A question as an item of QTI, with the response processing of the standard. Names are those of 2.x, see qti_names."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm

from lxml import etree

from question_bank.formats import qti_markup
from question_bank.formats.qti_markup import Address
from question_bank.formats.qti_names import versioned
from question_bank.interactions import KINDS
from question_bank.interactions.base import LETTERS
from question_bank.interactions.file_answer import FileAsked
from question_bank.interactions.fill_in import Blank
from question_bank.interactions.numeric import Number, Within
from question_bank.interactions.true_false import WORDS
from question_bank.interactions.written import Written
from question_bank.item import ItemVersion, Stimulus
from question_bank.text import plain_text

_TEMPLATES = {
    "2.1": "http://www.imsglobal.org/question/qti_v2p1/rptemplates/{}",
    "2.2": "http://www.imsglobal.org/question/qti_v2p2/rptemplates/{}",
    "3.0": "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/{}.xml",
}
RESPONSE = "RESPONSE"
MAX_TITLE = 120


class Writing:
    """One item on its way: declarations, then the body, then how it is scored, then what is said afterwards."""

    def __init__(self, item: ItemVersion, identifier: str, version: str, address: Address) -> None:
        self.item, self.version, self.address = item, version, address
        title = plain_text(item.stem)[:MAX_TITLE] or identifier
        self.root = etree.Element(
            "assessmentItem", identifier=identifier, title=title, adaptive="false", timeDependent="false"
        )
        self.body = etree.Element("itemBody")
        self.scoring: etree._Element | None = None
        self.most = 1

    def element(self, parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
        """A new element below another."""
        made = etree.SubElement(parent, name, attributes)
        made.text = text
        return made

    def response(self, name: str, cardinality: str, base: str, correct: Sequence[str] = ()) -> etree._Element:
        """A variable for an answer, and what is correct."""
        made = self.element(self.root, "responseDeclaration", identifier=name, cardinality=cardinality, baseType=base)
        if correct:
            held = self.element(made, "correctResponse")
            for value in correct:
                self.element(held, "value", value)
        return made

    def mapping(
        self, declaration: etree._Element, worth: Sequence[tuple[str, int]], *, default: int = 0, free: bool = False
    ) -> etree._Element:
        """What single values are worth; not less than nothing together unless `free`."""
        made = self.element(declaration, "mapping", lowerBound="0", defaultValue=str(default))
        if free:
            del made.attrib["lowerBound"]
        for key, value in worth:
            self.element(made, "mapEntry", mapKey=key, mappedValue=str(value))
        return made

    def scaled(self, shares: Iterable[Fraction]) -> list[int]:
        """Shares as whole marks; all of the marks become the smallest number for which they are."""
        listed = list(shares)
        self.most = lcm(*(share.denominator for share in listed))
        return [int(share * self.most) for share in listed]

    def template(self, name: str) -> None:
        """Score by a template of the standard."""
        self.scoring = etree.Element("responseProcessing", template=_TEMPLATES[self.version].format(name))

    def processing(self) -> etree._Element:
        """Score by rules that follow."""
        self.scoring = etree.Element("responseProcessing")
        return self.scoring

    def stem(self, gap: qti_markup.Gap | None = None) -> None:
        """The words of the question, with the material of its case before them."""
        stimulus = self.item.stimulus
        if stimulus is not None and self.version != "3.0":
            box = self.element(self.body, "div", None, **{"class": "stimulus"})
            self.element(box, "p").append(_strong(stimulus.title))
            box.extend(qti_markup.blocks(stimulus.text, self.address))
        self.body.extend(qti_markup.blocks(self.item.stem, self.address, gap))

    def words(self, parent: etree._Element, markdown: str) -> None:
        """The words of an option or a line."""
        qti_markup.inline(parent, markdown, self.address)

    def finished(self, stimulus: str = "") -> bytes:
        """The item as a file; `stimulus`: the address of the material (3.0)."""
        for name, value in (("SCORE", 0), ("MAXSCORE", self.most)):
            outcome = self.element(
                self.root, "outcomeDeclaration", identifier=name, cardinality="single", baseType="float"
            )
            self.element(self.element(outcome, "defaultValue"), "value", str(value))
            if name == "SCORE" and self.scoring is None and self.version == "3.0":
                outcome.set("externalScored", "human")
        self.element(
            self.root, "outcomeDeclaration", identifier="FEEDBACK", cardinality="single", baseType="identifier"
        )
        if stimulus and self.item.stimulus is not None:
            title = self.item.stimulus.title
            self.element(self.root, "assessmentStimulusRef", identifier="stimulus", href=stimulus, title=title)
        self.root.append(self.body)
        if self.scoring is not None:
            self.root.append(self.scoring)
        if self.item.explanation:
            # shown after the answer unless FEEDBACK says otherwise, which no template of the standard does
            modal = self.element(
                self.root, "modalFeedback", outcomeIdentifier="FEEDBACK", identifier="none", showHide="hide"
            )
            held = self.element(modal, "contentBody") if self.version == "3.0" else modal
            held.extend(qti_markup.blocks(self.item.explanation, self.address))
        return serialised(versioned(self.root, self.version))


def serialised(root: etree._Element) -> bytes:
    """A tree as the bytes of a file."""
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))


def item(version: ItemVersion, identifier: str, standard: str, address: Address, stimulus: str = "") -> bytes:
    """The file of one question in a version of the standard; `address` of pictures as the file writes them."""
    writing = Writing(version, identifier, standard, address)
    _WRITERS[version.type](writing)
    return writing.finished(stimulus)


def _strong(text: str) -> etree._Element:
    made = etree.Element("strong")
    made.text = text
    return made


def _true_false(writing: Writing) -> None:
    right = "true" if writing.item.body.answer else "false"
    writing.response(RESPONSE, "single", "identifier", [right])
    writing.stem()
    choices = writing.element(
        writing.body, "choiceInteraction", responseIdentifier=RESPONSE, shuffle="false", maxChoices="1"
    )
    for value, word in WORDS.items():
        writing.element(choices, "simpleChoice", word, identifier=str(value).lower())
    writing.template("match_correct")


def _choice(writing: Writing) -> None:
    body, many = writing.item.body, writing.item.type == "multiple_choice"
    keys = sorted(body.right_keys())
    declaration = writing.response(RESPONSE, "multiple" if many else "single", "identifier", keys if many else keys[:1])
    if body.own:
        _own_mapping(writing, declaration, body.shares(several=many))
    writing.stem()
    choices = writing.element(
        writing.body,
        "choiceInteraction",
        responseIdentifier=RESPONSE,
        shuffle=str(not all(option.fixed for option in body.options)).lower(),
        maxChoices="0" if many else "1",
    )
    for letter, option in zip(LETTERS, body.options, strict=False):
        one = writing.element(choices, "simpleChoice", identifier=letter)
        if option.fixed:
            one.set("fixed", "true")
        if option.why:
            # no template of the standard sets FEEDBACK: other systems keep this and show it to nobody by themselves
            why = writing.element(
                one, "feedbackInline", outcomeIdentifier="FEEDBACK", identifier=f"why_{letter}", showHide="show"
            )
            writing.words(why, option.why)
        writing.words(one, option.text)
    writing.template("map_response" if body.own else "match_correct")


def _own_mapping(writing: Writing, declaration: etree._Element, shares: Mapping[str, Fraction]) -> None:
    """What each choice is worth, together between nothing and all."""
    marks = zip(shares, writing.scaled(shares.values()), strict=True)
    writing.mapping(declaration, [(key, value) for key, value in marks if value]).set("upperBound", str(writing.most))


def _fill_in(writing: Writing) -> None:
    body = writing.item.body
    names = _gap_names(len(body.blanks))
    scale = lcm(*(one.share.denominator for blank in body.blanks for one in blank.partly))
    writing.most = scale * sum(blank.weight for blank in body.blanks)
    for name, blank in zip(names, body.blanks, strict=True):
        declaration = writing.response(name, "single", "string", [blank.accept[0]])
        rest = next((one.share for one in blank.partly if one.pattern and one.text == "*"), Fraction(0))
        parts = [one for one in blank.partly if not one.pattern]
        marks = [blank.weight * scale, *(int(one.share * blank.weight * scale) for one in parts)]
        cost = int(rest * blank.weight * scale)
        mapping = writing.mapping(declaration, [], default=cost, free=min(*marks, cost) < 0)
        texts = [(text, blank.case, marks[0]) for text in _distinct(blank)]
        texts += [(one.text, one.case, value) for one, value in zip(parts, marks[1:], strict=True)]
        for text, case, value in texts:
            writing.element(mapping, "mapEntry", mapKey=text, mappedValue=str(value), caseSensitive=str(case).lower())
    writing.stem(lambda number: _entry(names, number, body.blanks[number - 1].accept[0]))
    if body.ordered:
        _sum_of_mappings(writing, names, least=any(one.share < 0 for blank in body.blanks for one in blank.partly))
    else:
        _in_any_order(writing, names, body.blanks)


def _gap_names(count: int) -> list[str]:
    return [RESPONSE if number == 1 else f"{RESPONSE}_{number}" for number in range(1, count + 1)]


def _distinct(blank: Blank) -> list[str]:
    """The accepted answers, each once: without case, keys may not differ by it alone."""
    known = {text if blank.case else text.casefold(): text for text in reversed(blank.accept)}
    return list(reversed(known.values()))


def _entry(names: Sequence[str], number: int, answer: str) -> etree._Element:
    length = str(max(8, 2 * len(answer)))
    return etree.Element("textEntryInteraction", responseIdentifier=names[number - 1], expectedLength=length)


def _sum_of_mappings(writing: Writing, names: Sequence[str], *, least: bool) -> None:
    """The sum of what the gaps earn; `least`: where some cost marks, not less than nothing."""
    if len(names) == 1 and not least:
        writing.template("map_response")
        return
    rules = writing.processing()
    total = writing.element(writing.element(rules, "setOutcomeValue", identifier="SCORE"), "sum")
    for name in names:
        writing.element(total, "mapResponse", identifier=name)
    if least:
        branch = writing.element(writing.element(rules, "responseCondition"), "responseIf")
        below = writing.element(branch, "lt")
        writing.element(below, "variable", identifier="SCORE")
        writing.element(below, "baseValue", "0", baseType="float")
        nothing = writing.element(branch, "setOutcomeValue", identifier="SCORE")
        writing.element(nothing, "baseValue", "0", baseType="float")


def _in_any_order(writing: Writing, names: Sequence[str], blanks: Sequence[Blank]) -> None:
    """Each blank earns its worth when any of the answers is one of its own."""
    rules = writing.processing()
    for blank in blanks:
        branch = writing.element(writing.element(rules, "responseCondition"), "responseIf")
        anyone = writing.element(branch, "or")
        for name in names:
            for text in _distinct(blank):
                test = writing.element(anyone, "stringMatch", caseSensitive=str(blank.case).lower())
                writing.element(test, "variable", identifier=name)
                writing.element(test, "baseValue", text, baseType="string")
        total = writing.element(writing.element(branch, "setOutcomeValue", identifier="SCORE"), "sum")
        writing.element(total, "variable", identifier="SCORE")
        writing.element(total, "baseValue", str(blank.weight), baseType="float")


def _inline_choice(writing: Writing) -> None:
    gaps = writing.item.body.gaps
    names = _gap_names(len(gaps))
    scale = lcm(*(share.denominator for gap in gaps for share in gap.shares))
    writing.most = scale * sum(gap.weight for gap in gaps)
    for name, gap in zip(names, gaps, strict=True):
        declaration = writing.response(name, "single", "identifier", [LETTERS[gap.right]])
        marks = [int(gap.share(place) * gap.weight * scale) for place in range(len(gap.choices))]
        worth = [(letter, value) for letter, value in zip(LETTERS, marks, strict=False) if value]
        writing.mapping(declaration, worth, free=min(marks) < 0)

    def made(number: int) -> etree._Element:
        one = etree.Element("inlineChoiceInteraction", responseIdentifier=names[number - 1], shuffle="true")
        for letter, text in zip(LETTERS, gaps[number - 1].choices, strict=False):
            # the standard allows words only here
            writing.element(one, "inlineChoice", plain_text(text), identifier=letter)
        return one

    writing.stem(made)
    _sum_of_mappings(writing, names, least=any(share < 0 for gap in gaps for share in gap.shares))


def _numeric(writing: Writing) -> None:
    body: Number = writing.item.body
    writing.response(RESPONSE, "single", "float", [f"{body.answer:f}"])
    writing.stem()
    line = writing.element(writing.body, "p")
    entry = _entry([RESPONSE], 1, f"{body.answer:f}")
    entry.tail = f" {body.unit}" if body.unit else None
    line.append(entry)
    condition = writing.element(writing.processing(), "responseCondition")
    branch = writing.element(condition, "responseIf")
    if body.mode == "figures":
        test = writing.element(
            branch, "equalRounded", roundingMode="significantFigures", figures=str(int(body.tolerance))
        )
    else:
        far = body.tolerance * (100 if body.mode == "relative" else 1)
        test = writing.element(branch, "equal", toleranceMode="exact")
        if far:
            test.set("toleranceMode", body.mode)
            test.set("tolerance", f"{_short(far)} {_short(far)}")
    writing.element(test, "correct", identifier=RESPONSE)
    writing.element(test, "variable", identifier=RESPONSE)
    marks = writing.scaled([Fraction(1), *(one.share for one in body.partly)])
    score = writing.element(branch, "setOutcomeValue", identifier="SCORE")
    writing.element(score, "baseValue", str(marks[0]), baseType="float")
    for one, value in zip(body.partly, marks[1:], strict=True):
        _other_numbers(writing, writing.element(condition, "responseElseIf"), one, value)


def _other_numbers(writing: Writing, branch: etree._Element, one: Within, value: int) -> None:
    """What numbers of a stretch earn."""
    tests = writing.element(branch, "and")
    given = writing.element(writing.element(tests, "not"), "isNull")
    writing.element(given, "variable", identifier=RESPONSE)
    for operator, end in (("gte", one.low), ("lte", one.high)):
        if end is not None:
            test = writing.element(tests, operator)
            writing.element(test, "variable", identifier=RESPONSE)
            writing.element(test, "baseValue", f"{end:f}", baseType="float")
    score = writing.element(branch, "setOutcomeValue", identifier="SCORE")
    writing.element(score, "baseValue", str(max(value, 0)), baseType="float")


def _short(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _mixed(texts: Sequence[str]) -> list[int]:
    """The places of some texts in an order that says nothing about them, the same each time."""
    return sorted(range(len(texts)), key=lambda place: hashlib.sha256(texts[place].encode()).digest())


def _ordering(writing: Writing) -> None:
    lines = writing.item.body.lines
    mixed = _mixed(lines)
    names = {place: LETTERS[number] for number, place in enumerate(mixed)}
    writing.response(RESPONSE, "ordered", "identifier", [names[place] for place in range(len(lines))])
    writing.stem()
    order = writing.element(writing.body, "orderInteraction", responseIdentifier=RESPONSE, shuffle="true")
    for place in mixed:
        writing.words(writing.element(order, "simpleChoice", identifier=names[place]), lines[place])
    writing.template("match_correct")


def _matching(writing: Writing) -> None:
    body = writing.item.body
    rights = body.rights()
    mixed = _mixed(rights)
    names = {rights[place]: f"R{number}" for number, place in enumerate(mixed, 1)}
    keyed = [f"L{number} {names[right]}" for number, (_left, right) in enumerate(body.pairs, 1)]
    declaration = writing.response(RESPONSE, "multiple", "directedPair", keyed)
    if body.own:
        made = {
            f"L{number} {names[right]}": body.share(left, right)
            for number, (left, _right) in enumerate(body.pairs, 1)
            for right in rights
        }
        _own_mapping(writing, declaration, made)
    else:
        writing.most = len(body.pairs)
        writing.mapping(declaration, [(pair, 1) for pair in keyed])
    writing.stem()
    match = writing.element(
        writing.body,
        "matchInteraction",
        responseIdentifier=RESPONSE,
        shuffle="true",
        maxAssociations=str(len(body.pairs)),
    )
    side = writing.element(match, "simpleMatchSet")
    for number, (left, _right) in enumerate(body.pairs, 1):
        one = writing.element(side, "simpleAssociableChoice", identifier=f"L{number}", matchMax="1", fixed="true")
        writing.words(one, left)
    side = writing.element(match, "simpleMatchSet")
    for place in mixed:
        one = writing.element(side, "simpleAssociableChoice", identifier=names[rights[place]], matchMax="0")
        writing.words(one, rights[place])
    writing.template("map_response")


def _hotspot(writing: Writing) -> None:
    body = writing.item.body
    declaration = writing.response(RESPONSE, "multiple", "identifier", sorted(body.right_keys()))
    if body.own:
        _own_mapping(writing, declaration, body.shares())
    writing.stem()
    spots = writing.element(writing.body, "hotspotInteraction", responseIdentifier=RESPONSE, maxChoices="0")
    address = writing.address(body.picture.removeprefix("picture:"))
    size = {"width": str(body.width), "height": str(body.height)}
    if writing.version == "3.0":
        writing.element(spots, "img", src=address, alt="", **size)
    else:
        kind = "image/jpeg" if address.endswith(".jpg") else f"image/{address.rpartition('.')[2]}"
        writing.element(spots, "object", data=address, type=kind, **size)
    for letter, spot in zip(LETTERS, body.spots, strict=False):
        coords = list(spot.coords)
        if spot.shape == "rect":
            coords = [coords[0], coords[1], coords[0] + coords[2], coords[1] + coords[3]]
        writing.element(
            spots,
            "hotspotChoice",
            identifier=letter,
            shape=spot.shape,
            coords=",".join(map(str, coords)),
            hotspotLabel=plain_text(spot.label),
        )
    writing.template("map_response" if body.own else "match_correct")


def _written(writing: Writing) -> None:
    writing.response(RESPONSE, "single", "string")
    writing.stem()
    _guide(writing, writing.item.body)
    lines = "20" if writing.item.type == "essay" else "5"
    writing.element(writing.body, "extendedTextInteraction", responseIdentifier=RESPONSE, expectedLines=lines)


def _guide(writing: Writing, guide: Written) -> None:
    """What markers have before them."""
    rubric = writing.element(writing.body, "rubricBlock", view="scorer")
    held = rubric
    if writing.version == "3.0":
        rubric.set("use", "scoring")
        held = writing.element(rubric, "contentBody")
    held.extend(qti_markup.blocks(guide.model_answer, writing.address))
    if guide.points:
        points = writing.element(held, "ul")
        for point in guide.points:
            writing.element(points, "li", f"{point.text} ({_short(point.share * 100)}%)")


def _file_answer(writing: Writing) -> None:
    body: FileAsked = writing.item.body
    writing.response(RESPONSE, "single", "file")
    writing.stem()
    _guide(writing, body.guide)
    writing.element(writing.body, "uploadInteraction", responseIdentifier=RESPONSE)


_WRITERS: dict[str, Callable[[Writing], None]] = {
    "true_false": _true_false,
    "single_choice": _choice,
    "multiple_choice": _choice,
    "fill_in": _fill_in,
    "inline_choice": _inline_choice,
    "numeric": _numeric,
    "ordering": _ordering,
    "matching": _matching,
    "hotspot": _hotspot,
    "short_answer": _written,
    "essay": _written,
    "file_answer": _file_answer,
}
WRITTEN = tuple(kind for kind in KINDS if kind in _WRITERS)


def stimulus(material: Stimulus, address: Address) -> bytes:
    """The material of a case as a file of its own (3.0)."""
    name = re.sub(r"[^A-Za-z0-9_.-]", "-", material.ref) or "case"
    root = etree.Element(
        "assessmentStimulus", identifier=name if name[0].isalpha() else f"c{name}", title=material.title
    )
    body = etree.SubElement(root, "stimulusBody")
    body.extend(qti_markup.blocks(material.text, address))
    return serialised(versioned(root, "3.0"))
