"""A question as it stands at one time: stem, body of its type, key, explanation, where it comes from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from question_bank.interactions import KINDS, Interaction
from question_bank.interactions.base import STEM_LENGTH, TEXT_LENGTH, required_text
from question_bank.interactions.options import Options
from question_bank.problem import Problem

COGNITIVE = ("remember", "understand", "apply")
DIFFICULTIES = ("easy", "medium", "hard")
#: "open": practice and exams may use it; "reserved": exams only
CLASSIFICATIONS = ("open", "reserved")
MAX_OBJECTIVE = 200
MAX_GROUP = 80
MAX_CITATIONS = 20


@dataclass(frozen=True, slots=True)
class Citation:
    """What a question rests on: the title of a law or document, and the article in it."""

    source: str
    article: str | None = None


@dataclass(frozen=True, slots=True)
class Stimulus:
    """The material of a case study, shared by several items of one pool."""

    ref: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class ItemVersion:
    """One wording of an item. `body` is what the type's module makes; `ref` is the item's lasting name."""

    ref: str
    type: str
    subject: str
    stem: str
    body: Any
    explanation: str = ""
    point: str = ""
    cognitive: str = ""
    difficulty: str = ""
    citations: tuple[Citation, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    derived: str = ""
    #: what somebody who answers it can do
    objective: str = ""
    #: name of a group of which no two stand on one paper, because one gives the other away
    enemies: str = ""
    #: one of CLASSIFICATIONS, empty for open
    classification: str = ""
    stimulus: Stimulus | None = None

    @property
    def interaction(self) -> Interaction:
        """The module of the item's type."""
        return KINDS[self.type]

    def valid_on(self, day: date) -> bool:
        """Whether the law it rests on stands on that day, as far as the author said."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )

    def with_ref(self, ref: str) -> "ItemVersion":
        """The same wording under another name."""
        return replace(self, ref=ref)

    def in_own_order(self) -> "ItemVersion":
        """The same wording with the options in their author's order, for exams that do not shuffle them.

        Ids and keys of options stay what they are. What has to be shuffled to be a question at all still is.
        """
        return replace(self, body=self.body.in_own_order()) if isinstance(self.body, Options) else self

    def problems(self, subjects: Sequence[str] = ()) -> tuple[Problem, ...]:
        """Everything wrong with it; with `subjects` also whether its subject is one of these codes."""
        if self.type not in KINDS:
            return (Problem("type", "unknown_type", self.type),)
        found = required_text("stem", self.stem, STEM_LENGTH)
        found += self.interaction.problems(self.body, self.stem)
        if subjects and self.subject not in subjects:
            found.append(Problem("subject", "unknown_value", self.subject))
        for field, value, known in (
            ("cognitive", self.cognitive, COGNITIVE),
            ("difficulty", self.difficulty, DIFFICULTIES),
            ("classification", self.classification, CLASSIFICATIONS),
        ):
            if value and value not in known:
                found.append(Problem(field, "unknown_value", value))
        for field, text, limit in (
            ("explanation", self.explanation, TEXT_LENGTH),
            ("point", self.point, MAX_GROUP),
            ("objective", self.objective, MAX_OBJECTIVE),
            ("enemies", self.enemies, MAX_GROUP),
        ):
            if len(text) > limit:
                found.append(Problem(field, "too_long", text[:60], {"limit": limit}))
        if len(self.citations) > MAX_CITATIONS:
            found.append(Problem("citations", "too_many", str(len(self.citations)), {"most": MAX_CITATIONS}))
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            found.append(Problem("valid_until", "date_order", self.valid_until.isoformat()))
        return tuple(found)
