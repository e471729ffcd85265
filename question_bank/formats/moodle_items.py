"""From Moodle's questions to our items: categories, case material, names, explanations, and every complaint."""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from question_bank.formats import columns
from question_bank.formats.foreign import Question, Unfit, Wording
from question_bank.formats.moodle_bodies import Made, made
from question_bank.formats.refusal import Imported, Refusal
from question_bank.item import MAX_GROUP, Citation, ItemVersion, Stimulus
from question_bank.problem import Problem, shortened
from question_bank.text import plain_text

MAX_QUESTIONS = 20_000
#: remarks of one file that are kept; of more only the number is said
MAX_REMARKS = 2000
REF = re.compile(r"[a-z][a-z0-9-]{2,79}\Z")
#: how our own particulars stand among tags
LABEL = "shuyuan:"
_CONTEXT = re.compile(r"\$[a-z]{1,20}\$\Z|top\Z|top for |default for |.{0,40}默认", re.IGNORECASE)
_PARTS = re.compile(r"(?<!/)/(?!/)")
_PLAIN_LABELS = ("cognitive", "difficulty", "classification", "objective", "enemies", "derived", "point")


@dataclass(slots=True)
class _Case:
    """Case material that waits for its questions."""

    stimulus: Stimulus
    where: str
    used: int = 0
    #: we wrote it beside items that name it themselves
    own: bool = False


class Importing:
    """Takes the questions of one file one after the other."""

    def __init__(self, name: str, *, subjects: Mapping[str, str], subject: str = "") -> None:
        self.name, self.subjects, self.default = name, subjects, subject
        self.subject, self.point = subject, ""
        self.items: list[ItemVersion] = []
        self.refused: list[Refusal] = []
        self.warnings: list[Refusal] = []
        self.pictures: dict[str, bytes] = {}
        self._settings: Counter[tuple[str, str]] = Counter()
        self._places: dict[str, str] = {}
        self._categories: set[str] = set()
        self._case: _Case | None = None

    def refuse(self, where: str, *problems: Problem) -> None:
        """Something that makes no item."""
        self.refused += [Refusal.of(where, problem) for problem in problems]

    def warn(self, where: str, *problems: Problem) -> None:
        """Something that does not come over."""
        self.warnings += [Refusal.of(where, problem) for problem in problems]

    def setting(self, field: str, value: str) -> None:
        """A setting that has no place here; said once for all questions that have it."""
        self._settings[field, shortened(value)] += 1

    def category(self, path: str, where: str) -> None:
        """The questions that follow belong to that category; its names are subject and point where they match."""
        self._close_case()
        parts = [part.strip().replace("//", "/") for part in _PARTS.split(path)]
        parts = [part for part in parts if part and not _CONTEXT.match(part)]
        known = next((n for n, part in enumerate(parts) if columns.plain(part) in self.subjects), None)
        if known is None:
            self.subject, rest = self.default, parts[-1:]
        else:
            self.subject, rest = self.subjects[columns.plain(parts[known])], parts[known + 1 :]
        self.point = "/".join(rest)
        if len(self.point) > MAX_GROUP:
            self.warn(where, Problem("point", "too_long", shortened(self.point), {"limit": MAX_GROUP}))
            self.point = self.point[:MAX_GROUP]
        if known is None and parts and path not in self._categories:
            self.warn(where, Problem("category", "category_unknown", shortened(path)))
        self._categories.add(path)

    def add(self, question: Question, wording: Wording | None = None) -> None:
        """Make an item of a question, or say why there is none."""
        wording = wording or Wording()
        if question.kind == "description":
            self._describe(question, wording)
            return
        try:
            item = self._item(question, made(question, wording), wording)
        except Unfit as unfit:
            self.refuse(question.where, *unfit.problems)
            self.warn(question.where, *wording.problems)
            return
        self.take(item, question.where, wording)

    def take(self, item: ItemVersion, where: str, wording: Wording) -> bool:
        """Keep an item unless something is wrong with it or it was there before."""
        problems = list(item.problems((*self.subjects.values(), "")))
        if problems:
            self.refuse(where, *problems)
        elif (before := self._places.setdefault(item.ref, where)) != where:
            self.refuse(where, Problem("stem", "same_stem", shortened(plain_text(item.stem)), {"row": before}))
        else:
            self.items.append(item)
            self.pictures |= wording.pictures
            if self._case and item.stimulus == self._case.stimulus:
                self._case.used += 1
        self.warn(where, *wording.problems)
        return not problems

    def result(self) -> Imported:
        """Everything good in the file, and everything to be said of it."""
        self._close_case()
        settings = [
            Refusal(self.name, field, value, "setting_left_out", {"questions": count})
            for (field, value), count in self._settings.items()
        ]
        remarks = [*settings, *self.warnings]
        if len(remarks) > MAX_REMARKS:
            more = Refusal(self.name, "", "", "more_remarks", {"count": len(remarks) - MAX_REMARKS})
            remarks = [more, *remarks[:MAX_REMARKS]]
        if not self.items and not self.refused:
            self.refuse(self.name, Problem("", "no_questions"))
        return Imported(tuple(self.items), tuple(self.refused), tuple(remarks), self.pictures)

    def own_case(self, question: Question, wording: Wording) -> None:
        """Case material as we write it: items name it themselves, unless they were changed elsewhere."""
        self._describe(question, wording)
        if self._case:
            self._case.own = True

    def _describe(self, question: Question, wording: Wording) -> None:
        """A description is the material of the questions that follow it in its category."""
        self._close_case()
        text = wording.markdown(question.text, "stem")
        self.warn(question.where, *wording.problems)
        if question.general:
            self.warn(question.where, Problem("generalfeedback", "feedback_left_out", shortened(question.general.text)))
        if not text:
            self.refuse(question.where, Problem("stem", "missing"))
            return
        self.pictures |= wording.pictures
        title = question.title or shortened(plain_text(text), 40)
        self._case = _Case(Stimulus(_ref(question.ref, "case", text), title[:MAX_GROUP], text), question.where)

    def _close_case(self) -> None:
        case, self._case = self._case, None
        if case is None or case.own:
            return
        shown = shortened(case.stimulus.title)
        if case.used:
            self.warn(case.where, Problem("description", "description_case", shown, {"questions": case.used}))
        else:
            self.refuse(case.where, Problem("description", "description_alone", shown))

    def _item(self, question: Question, body: Made, wording: Wording) -> ItemVersion:
        explanation = self._explanation(question, body, wording)
        item = ItemVersion(
            ref="",
            type=body.type,
            subject=self.subject,
            stem=body.stem,
            body=body.body,
            explanation=explanation,
            point=self.point,
            stimulus=self._case.stimulus if self._case else None,
        )
        item = self._labelled(item, question)
        offered = "\n".join(sorted(item.interaction.offered(item.body)))
        return item.with_ref(_ref(question.ref, item.type, item.stem, offered))

    def _explanation(self, question: Question, body: Made, wording: Wording) -> str:
        """What is said to all; where nothing is, what is said to the right answer. Other feedback is remarked."""
        if question.kind == "essay" and not question.guide:  # it is the model answer
            return ""
        explanation = wording.markdown(question.general, "explanation")
        if body.told:
            return explanation
        left = []
        for answer in question.answers:
            words = wording.markdown(answer.feedback, "explanation")
            if words and not explanation and answer.worth >= 100:
                explanation = words
            elif words and words != explanation:
                left.append(plain_text(words))
        if left:
            wording.warn("feedback", " / ".join(left), "feedback_left_out")
        return explanation

    def _labelled(self, item: ItemVersion, question: Question) -> ItemVersion:
        """Our own particulars, which stand among the tags; other tags are remarked."""
        values: dict[str, Any] = {}
        citations = list(item.citations)
        for label in question.labels:
            name, sign, value = label.removeprefix(LABEL).partition("=")
            if not label.startswith(LABEL) or not sign:
                self.setting("tags", label)
            elif name in _PLAIN_LABELS:
                values[name] = value
            elif name == "source":
                source, _bar, article = value.partition("|")
                citations.append(Citation(source, article or None))
            elif name in ("valid_from", "valid_until") and (day := _day(value)):
                values[name] = day
            else:
                self.setting("tags", label)
        return replace(item, citations=tuple(citations), **values)


def labels_of(item: ItemVersion) -> tuple[str, ...]:
    """The particulars of an item as tags."""
    values = [(name, getattr(item, name)) for name in _PLAIN_LABELS if name != "point"]
    values += [(name, day.isoformat()) for name in ("valid_from", "valid_until") if (day := getattr(item, name))]
    values += [("source", "|".join(filter(None, (one.source, one.article)))) for one in item.citations]
    return tuple(f"{LABEL}{name}={value}" for name, value in values if value)


def category_of(item: ItemVersion) -> str:
    """The category in which an item is written: the code of its subject and its point."""
    parts = [part.replace("/", "//") for part in (item.subject, item.point) if part]
    return "/".join(["$course$", "top", *parts])


def _ref(named: str, *parts: str) -> str:
    if REF.match(named.lower()):
        return named.lower()
    return "x-" + hashlib.sha256("\n".join(map(plain_text, parts)).encode()).hexdigest()[:20]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
