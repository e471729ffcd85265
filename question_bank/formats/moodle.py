"""Moodle XML: reading every question of a file, with a word about each element that has no place here."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from urllib.parse import quote

from lxml import etree

from question_bank.errors import BankError, UnreadableFile
from question_bank.formats.addresses import decoded
from question_bank.formats.foreign import Answer, Question, Rich, Wording
from question_bank.formats.moodle_items import MAX_QUESTIONS, REF, Importing
from question_bank.formats.pictures import name_of, named
from question_bank.formats.record import from_record
from question_bank.formats.refusal import Imported
from question_bank.formats.texts import unread
from question_bank.formats.xml import local, parsed, words
from question_bank.item import ItemVersion
from question_bank.problem import Problem, shortened

#: our own element in a question; Moodle overlooks it
OWN = "shuyuan"
#: files of one question
MAX_FILES = 100
_HEAD = re.compile(rb"<(?:quiz|question)[\s>]")
_FORMS = {"moodle_auto_format": "moodle", "plain_text": "plain", "markdown": "markdown"}
#: what the common ground takes
_TAKEN = {
    "name", "questiontext", "generalfeedback", "answer", "subquestion", "dragbox", "selectoption", "units", "single",
    "usecase", "idnumber", "tags", "graderinfo", "image", "image_base64", "category", "file", OWN,
}  # fmt: skip
#: settings of Moodle's own running of a quiz, with what need not be said
_SETTINGS = {
    "defaultgrade": {"1"}, "penalty": {"0"}, "hidden": {"0"}, "answernumbering": {"abc"}, "shuffleanswers": {"1", "true"},
    "showstandardinstruction": {"0", "1"}, "shownumcorrect": {"", "1"}, "correctfeedback": {""},
    "partiallycorrectfeedback": {""}, "incorrectfeedback": {""}, "responseformat": {"editor"}, "responserequired": {"0", "1"},
    "responsefieldlines": {"15", "10", "5"}, "minwordlimit": {"", "0"}, "maxwordlimit": {"", "0"}, "attachments": {"0"},
    "attachmentsrequired": {"0"}, "maxbytes": {"", "0"}, "filetypeslist": {""}, "layouttype": {"", "VERTICAL", "0"},
    "selecttype": {"", "ALL", "0"}, "selectcount": {"", "0"}, "gradingtype": {""}, "showgrading": {""},
    "numberingstyle": {"", "none"}, "unitgradingtype": {"0"}, "unitpenalty": {"0", "0.1"}, "showunits": {"0", "3"},
    "unitsleft": {"0"}, "instructions": {""}, "autocheck": {""},
}  # fmt: skip
_CHOICE_KINDS = {"multichoice", "multichoiceset"}


def looks_like(name: str, data: bytes) -> bool:
    """An XML file whose first element is a quiz or a question."""
    return name.lower().endswith(".xml") and bool(_HEAD.search(data[:8000].replace(b"\0", b"")))


def read(data: bytes, *, name: str, subjects: Mapping[str, str], subject: str = "") -> Imported:
    """Every question of a file, by line."""
    try:
        root = parsed(data)
    except UnreadableFile as error:
        return Imported((), (unread(name, error),))
    importing = Importing(name, subjects=subjects, subject=subject)
    if local(root) not in ("quiz", "question"):
        importing.refuse(name, Problem("", "file_kind", f"<{local(root)}>"))
    for count, element in enumerate(_questions(root), 1):
        if count > MAX_QUESTIONS:
            importing.refuse(name, Problem("", "too_many", str(count), {"most": MAX_QUESTIONS}))
            break
        _Reading(element, importing).take()
    return importing.result()


def _questions(root: etree._Element) -> Iterator[etree._Element]:
    yield from [root] if local(root) == "question" else (one for one in root if local(one) == "question")


def digest(question: etree._Element) -> str:
    """What a question says to Moodle, whatever the white space between its elements: ours must be of the same."""
    sums = hashlib.sha256()
    for element in question.iter():
        if local(element) != OWN:
            sums.update(
                json.dumps([local(element), sorted(element.attrib.items()), (element.text or "").strip()]).encode()
            )
    return sums.hexdigest()


class _Reading:
    """One element of a question."""

    def __init__(self, element: etree._Element, importing: Importing) -> None:
        self.element, self.importing = element, importing
        self.kind = element.get("type", "").strip().lower()
        self.title = self._words("name")
        self.where = f"{importing.name}:{element.sourceline} {shortened(self.title, 40)}".strip()
        self.wording = Wording()
        self.files: dict[str, bytes] = {}

    def take(self) -> None:
        """Hand over the item, the case, the category, or the reason why there is none."""
        if self.kind == "category":
            self._category()
            return
        self._read_files()
        own = self.element.find(OWN)
        if own is not None and self._own(own):
            return
        question = self._question()
        self._remark()
        if self.kind == "description" and own is not None:
            self.importing.own_case(question, self.wording)
            return
        self.importing.add(question, self.wording)

    def _words(self, path: str) -> str:
        return words(self.element.find(path))

    def _flag(self, name: str, default: str) -> bool:
        found = self.element.findall(name)
        return (words(found[-1]) if found else default).lower() in ("1", "true", "yes")

    def _category(self) -> None:
        self.importing.category(self._words("category/text"), self.where)
        if info := self._words("info/text"):
            self.importing.warn(self.where, Problem("info", "element_left_out", shortened(info)))

    def _read_files(self) -> None:
        for count, file in enumerate(self.element.iter("file"), 1):
            if count > MAX_FILES:
                self.wording.warn("file", str(count), "too_many", most=MAX_FILES)
                break
            name = (file.get("path", "/").strip("/") + "/" + file.get("name", "")).lstrip("/")
            data = decoded(file.text or "") if file.get("encoding", "base64") == "base64" else None
            if data is None:
                self.wording.warn("file", name, "file_damaged")
            else:
                self.files[name] = data
        self.wording.files = self.files

    def _own(self, own: etree._Element) -> bool:
        """Take the item as we wrote it, if what Moodle sees of it is still what we wrote beside it."""
        if own.get("digest") != digest(self.element):
            if self.kind != "description":
                self.wording.warn("question", self.title, "edited_elsewhere")
            return False
        try:
            item = from_record(json.loads(own.text or ""))
        except (BankError, KeyError, TypeError, ValueError, AttributeError, RecursionError):
            if self.kind != "description":
                self.wording.warn("question", self.title, "record_unreadable")
            return False
        if not REF.match(item.ref):
            self.importing.refuse(self.where, Problem("id", "unknown_value", shortened(item.ref)))
            return True
        self._take_pictures(item)
        self.importing.take(item, self.where, self.wording)
        return True

    def _take_pictures(self, item: ItemVersion) -> None:
        held = {name_of(data).removeprefix("picture:"): data for data in self.files.values()}
        for picture in sorted(named([item])):
            if picture in held:
                self.wording.pictures[picture] = held[picture]
            else:
                self.wording.warn("picture", picture[:12], "picture_missing")

    def _rich(self, element: etree._Element | None) -> Rich:
        """The text of an element. One without a form is HTML, as it was before Moodle had forms."""
        if element is None:
            return Rich()
        text = element.find("text")
        shown = words(text) if text is not None else (element.text or "").strip()
        return Rich(shown, _FORMS.get(element.get("format", ""), "html"), self.files)

    def _question(self) -> Question:
        element = self.element
        answers = tuple(self._answer(answer) for answer in element.findall("answer"))
        if self.kind == "ordering":
            answers = tuple(sorted(answers, key=lambda answer: answer.worth))
        question = Question(
            kind=self.kind,
            where=self.where,
            text=self._text(),
            answers=answers,
            general=self._rich(element.find("generalfeedback")),
            ref=self._words("idnumber"),
            title=self.title,
            single=self._flag("single", "true"),
            shuffled=self.kind not in _CHOICE_KINDS or self._flag("shuffleanswers", "true"),
            case=self._flag("usecase", "0"),
            pairs=tuple((self._rich(sub), self._rich(sub.find("answer"))) for sub in element.findall("subquestion")),
            drags=tuple(self._drag(drag) for name in ("dragbox", "selectoption") for drag in element.findall(name)),
            units=tuple(
                (words(u.find("unit_name")), words(u.find("multiplier"))) for u in element.findall("units/unit")
            ),
            guide=self._rich(element.find("graderinfo")),
            labels=tuple(words(tag) for tag in element.findall("tags/tag") if words(tag)),
        )
        return self._with_files(question) if self.kind == "essay" else question

    def _with_files(self, question: Question) -> Question:
        asked = self._words("responseformat") == "noinline"
        return replace(question, files_asked=asked, endings=self._words("filetypeslist"))

    def _text(self) -> Rich:
        """The text of the question, with the picture that old files kept beside it."""
        texts = self.element.findall("questiontext")
        rich = self._rich(texts[0] if texts else None)
        for other in texts[1:]:
            if words(other) != words(texts[0]):
                self.wording.warn("questiontext", words(other), "element_left_out")
        image = self._words("image").rpartition("/")[2]
        data = decoded(self._words("image_base64")) if image and self._words("image_base64") else None
        if image and data:
            self.files[image] = data
            return Rich(f'{rich.text}<p><img src="@@PLUGINFILE@@/{image}" alt=""></p>', "html", self.files)
        if image:
            self.wording.warn("image", image, "picture_missing")
        return rich

    def _answer(self, element: etree._Element) -> Answer:
        feedback = self._rich(element.find("feedback"))
        return Answer(self._rich(element), self._worth(element), feedback, words(element.find("tolerance")) or "0")

    def _worth(self, element: etree._Element) -> Decimal:
        text = element.get("fraction", "0")
        try:
            worth = Decimal(text.strip())
        except InvalidOperation:
            worth = Decimal("NaN")
        if worth.is_finite() and abs(worth) <= 1000:
            return worth
        self.wording.warn("answer", f"fraction={text}", "not_a_number")
        return Decimal(0)

    def _drag(self, element: etree._Element) -> tuple[Rich, str]:
        return Rich(words(element.find("text")), "html", self.files), words(element.find("group")) or "1"

    def _remark(self) -> None:
        """A word about what has no place here: settings once for the whole file, the author's words each."""
        if self.title:
            self.importing.setting("name", "")
        for element in self.element:
            name = local(element)
            if name in _SETTINGS:
                self._setting(name, words(element))
            elif name not in _TAKEN and (words(element) or name not in ("hint", "responsetemplate")):
                self.wording.warn(name, words(element), "element_left_out")
        shown = "\n".join([self._words("image"), *map(words, self.element.iter("text"))])
        for name in self.files:
            if quote(name) not in shown and name not in shown:
                self.wording.warn("file", name, "element_left_out")

    def _setting(self, name: str, value: str) -> None:
        usual = _SETTINGS[name]
        if name == "shuffleanswers" and self.kind in _CHOICE_KINDS:
            return  # options that keep their place
        if (
            self.kind == "essay"
            and name in ("responseformat", "filetypeslist")
            and value not in ("plain", "monospaced")
        ):
            return  # whether a file is asked for
        plain = _plain_number(value)
        if plain not in usual:
            self.importing.setting(name, plain)


def _plain_number(text: str) -> str:
    """1.0000000 as 1."""
    return text.rstrip("0").rstrip(".") if re.fullmatch(r"\d{1,9}\.\d{1,9}", text) else text
