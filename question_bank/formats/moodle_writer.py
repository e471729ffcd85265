"""Items as Moodle XML. Moodle reads each question as one of its own types; beside it stands our record of the item,
which Moodle overlooks, so that nothing is lost between two of our installations.
"""

import json
import re
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from itertools import groupby

from lxml import etree

from question_bank.formats import markup
from question_bank.formats.inline import printable
from question_bank.formats.moodle import OWN, digest
from question_bank.formats.moodle_items import category_of, labels_of
from question_bank.formats.numbers import absolute_tolerance, percent
from question_bank.formats.record import to_record
from question_bank.interactions.numeric import Within
from question_bank.item import ItemVersion, Stimulus
from question_bank.problem import shortened
from question_bank.text import plain_text

_ENDINGS = ((b"\x89PNG", "png"), (b"\xff\xd8", "jpg"), (b"GIF8", "gif"), (b"RIFF", "webp"))
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CLOZE_SIGNS = re.compile(r"([~#}])")


def write(items: Sequence[ItemVersion], *, pictures: Mapping[str, bytes]) -> bytes:
    """All items as one file; every type has a counterpart or a likeness in Moodle."""
    quiz = etree.Element("quiz")
    for (category, stimulus), group in groupby(items, key=lambda item: (category_of(item), item.stimulus)):
        wrapped = etree.SubElement(quiz, "question", type="category")
        _text(etree.SubElement(wrapped, "category"), category)
        if stimulus:
            quiz.append(_Writing("description", pictures).described(stimulus))
        for item in group:
            quiz.append(_Writing(_KINDS[item.type], pictures).question(item))
    etree.indent(quiz)
    for question in quiz:
        own = question.find(OWN)
        if own is not None:
            own.set("digest", digest(question))
    return etree.tostring(quiz, encoding="UTF-8", xml_declaration=True) + b"\n"


def _text(parent: etree._Element, text: str) -> None:
    etree.SubElement(parent, "text").text = _NOT_XML.sub("", text)


class _Writing:
    """Writes one question."""

    def __init__(self, kind: str, pictures: Mapping[str, bytes]) -> None:
        self.pictures = pictures
        self.element = etree.Element("question", type=kind)

    def question(self, item: ItemVersion) -> etree._Element:
        """A question of Moodle's, with our record of the item."""
        _text(etree.SubElement(self.element, "name"), shortened(plain_text(item.stem), 60) or item.ref)
        blanks = _cloze_of(item, self._inline)
        self._rich("questiontext", item.stem, blank=blanks)
        self._rich("generalfeedback", item.explanation)
        self._plain("defaultgrade", "1")
        self._plain("penalty", "0")
        self._plain("hidden", "0")
        self._plain("idnumber", item.ref)
        _BODIES[item.type](self, item)
        labels = labels_of(item)
        if labels:
            tags = etree.SubElement(self.element, "tags")
            for label in labels:
                _text(etree.SubElement(tags, "tag"), label)
        record = json.dumps(to_record(item), ensure_ascii=False, separators=(",", ":"))
        own = etree.SubElement(self.element, OWN)
        own.text = _NOT_XML.sub(lambda match: f"\\u{ord(match[0]):04x}", record)
        return self.element

    def described(self, stimulus: Stimulus) -> etree._Element:
        """Case material."""
        _text(etree.SubElement(self.element, "name"), stimulus.title)
        self._rich("questiontext", stimulus.text)
        self._plain("idnumber", stimulus.ref)
        etree.SubElement(self.element, OWN).text = "{}"
        return self.element

    def _plain(self, name: str, value: str) -> None:
        etree.SubElement(self.element, name).text = printable(value)

    def _rich(
        self,
        name: str,
        markdown: str,
        *,
        parent: etree._Element | None = None,
        blank: Callable[[int], str] | None = None,
        one_line: bool = False,
        **attributes: str,
    ) -> etree._Element:
        """An element with HTML and the pictures that it shows."""
        target = etree.SubElement(self.element if parent is None else parent, name, {"format": "html", **attributes})
        shown: dict[str, bytes] = {}
        _text(
            target, markup.xhtml(markdown, picture=lambda sha: self._shown(sha, shown), blank=blank, one_line=one_line)
        )
        _files(target, shown)
        return target

    def _inline(self, markdown: str) -> str:
        return markup.xhtml(markdown, picture=lambda sha: self._shown(sha, {}), one_line=True)

    def _shown(self, sha: str, shown: dict[str, bytes]) -> str:
        data = self.pictures.get(sha, b"")
        name = f"{sha[:16]}.{next((ending for head, ending in _ENDINGS if data.startswith(head)), 'png')}"
        if data:
            shown[name] = data
        return f"@@PLUGINFILE@@/{name}"

    def answer(self, markdown: str, fraction: str, feedback: str = "") -> etree._Element:
        """An answer with what it is worth in per cent and what is said to it."""
        made = self._rich("answer", markdown, one_line=True, fraction=fraction)
        self._rich("feedback", feedback, parent=made, one_line=True)
        return made

    def bare_answer(self, text: str, fraction: str) -> etree._Element:
        """An answer of plain words."""
        made = etree.SubElement(self.element, "answer", fraction=fraction, format="moodle_auto_format")
        _text(made, text)
        return made

    def options(self, item: ItemVersion) -> None:
        """Options; Moodle keeps all in their places or none."""
        shares = item.body.shares(several=item.type == "multiple_choice")
        self._plain("single", "true" if item.type == "single_choice" else "false")
        self._plain("shuffleanswers", "false" if all(option.fixed for option in item.body.options) else "true")
        self._plain("answernumbering", "ABCD")
        for option, share in zip(item.body.options, shares.values(), strict=False):
            self.answer(option.text, percent(share), option.why)

    def truth(self, item: ItemVersion) -> None:
        """True or false."""
        for value in (True, False):
            self.bare_answer(str(value).lower(), "100" if value == item.body.answer else "0")

    def gaps(self, _item: ItemVersion) -> None:
        """They stand in the text."""

    def number(self, item: ItemVersion) -> None:
        """A number; what may be off is a number too in Moodle."""
        made = self.bare_answer(f"{item.body.answer:f}", "100")
        etree.SubElement(made, "tolerance").text = f"{absolute_tolerance(item.body):f}"
        for one in item.body.partly:
            self.within(one)
        named = [(item.body.unit, Decimal(1))] if item.body.unit else []
        named += [(name, (1 / factor).normalize()) for name, factor in item.body.units]
        if named:
            units = etree.SubElement(self.element, "units")
            for name, many in named:
                unit = etree.SubElement(units, "unit")
                etree.SubElement(unit, "multiplier").text = f"{many:f}"
                etree.SubElement(unit, "unit_name").text = printable(name)
        self._plain("unitgradingtype", "0")
        self._plain("showunits", "0" if named else "3")

    def within(self, one: Within) -> None:
        """Numbers for a part of the marks; Moodle has those around one number, and any."""
        if one.low is not None and one.high is not None:
            made = self.bare_answer(f"{(one.low + one.high) / 2:f}", percent(one.share))
            etree.SubElement(made, "tolerance").text = f"{(one.high - one.low) / 2:f}"
        elif one.low is None and one.high is None:
            self.bare_answer("*", percent(one.share))

    def pairs(self, item: ItemVersion) -> None:
        """Pairs, and right-hand sides of none."""
        self._plain("shuffleanswers", "true")
        for left, right in [*item.body.pairs, *(("", extra) for extra in item.body.extra)]:
            made = self._rich("subquestion", left, one_line=True)
            _text(etree.SubElement(made, "answer"), plain_text(right))

    def lines(self, item: ItemVersion) -> None:
        """Lines in their order."""
        self._plain("layouttype", "VERTICAL")
        self._plain("selecttype", "ALL")
        for number, line in enumerate(item.body.lines, 1):
            self._rich("answer", line, one_line=True, fraction=str(number))

    def essay(self, item: ItemVersion) -> None:
        """A text, with what markers have before them."""
        self._plain("responseformat", "editor")
        self._rich("graderinfo", item.body.model_answer)

    def file(self, item: ItemVersion) -> None:
        """An essay without a text: a file is asked for."""
        self._plain("responseformat", "noinline")
        self._plain("attachments", "1")
        self._plain("attachmentsrequired", "1")
        self._plain("filetypeslist", ",".join(f".{ending}" for ending in item.body.endings))
        self._rich("graderinfo", item.body.guide.model_answer)

    def spots(self, item: ItemVersion) -> None:
        """The picture and the labels of its areas as options: Moodle has no type of this kind."""
        text = self.element.find("questiontext")
        shown: dict[str, bytes] = {}
        address = self._shown(item.body.picture.removeprefix("picture:"), shown)
        if text is not None:
            (words,) = text.findall("text")
            words.text = f'{words.text}<p><img src="{address}" alt="" /></p>'
            _files(text, shown)
        one = len(item.body.right_keys()) == 1 and not item.body.own
        self._plain("single", "true" if one else "false")
        self._plain("shuffleanswers", "false")
        for spot, share in zip(item.body.spots, item.body.shares().values(), strict=False):
            self.answer(spot.label, percent(share))


def _files(target: etree._Element, shown: Mapping[str, bytes]) -> None:
    for name, data in shown.items():
        file = etree.SubElement(target, "file", name=name, path="/", encoding="base64")
        file.text = b64encode(data).decode()


def _cloze_of(item: ItemVersion, inline: Callable[[str], str]) -> Callable[[int], str] | None:
    """The gaps of a text as Moodle writes them, None for a type without gaps."""
    if item.type == "fill_in":
        return lambda number: _typed(item, number)
    if item.type == "inline_choice":
        return lambda number: _chosen(item, number, inline)
    return None


def _typed(item: ItemVersion, number: int) -> str:
    if number > len(item.body.blanks):
        return ""
    blank = item.body.blanks[number - 1]
    texts = blank.accept if blank.pattern else [text.replace("*", "\\*") for text in blank.accept]
    kind = "SHORTANSWER_C" if blank.case else "SHORTANSWER"
    answers = ["=" + _held(markup.escaped(text)) for text in texts]
    for one in blank.partly:
        text = one.text if one.pattern else one.text.replace("*", "\\*")
        answers.append(f"%{percent(one.share)}%{_held(markup.escaped(text))}")
    return f"{{{blank.weight}:{kind}:{'~'.join(answers)}}}"


def _chosen(item: ItemVersion, number: int, inline: Callable[[str], str]) -> str:
    if number > len(item.body.gaps):
        return ""
    gap = item.body.gaps[number - 1]
    marks = [gap.share(n) for n in range(len(gap.choices))]
    signs = ["=" if mark == 1 else f"%{percent(mark)}%" if mark else "" for mark in marks]
    choices = [sign + _held(inline(text)) for sign, text in zip(signs, gap.choices, strict=True)]
    return f"{{{gap.weight}:MULTICHOICE_S:{'~'.join(choices)}}}"


def _held(text: str) -> str:
    return _CLOZE_SIGNS.sub(r"\\\1", text)


_KINDS = {
    "single_choice": "multichoice", "multiple_choice": "multichoice", "true_false": "truefalse", "fill_in": "cloze",
    "inline_choice": "cloze", "numeric": "numerical", "matching": "matching", "ordering": "ordering", "essay": "essay",
    "short_answer": "essay", "file_answer": "essay", "hotspot": "multichoice",
}  # fmt: skip
_BODIES: dict[str, Callable[[_Writing, ItemVersion], None]] = {
    "single_choice": _Writing.options,
    "multiple_choice": _Writing.options,
    "true_false": _Writing.truth,
    "fill_in": _Writing.gaps,
    "inline_choice": _Writing.gaps,
    "numeric": _Writing.number,
    "matching": _Writing.pairs,
    "ordering": _Writing.lines,
    "essay": _Writing.essay,
    "short_answer": _Writing.essay,
    "file_answer": _Writing.file,
    "hotspot": _Writing.spots,
}
