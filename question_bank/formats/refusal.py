"""What an import says: what it took, what it refused and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field

from question_bank.item import ItemVersion
from question_bank.problem import Problem


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something was not taken: where (sheet and row, or the item's name), field, value, code and facts."""

    where: str
    field: str
    value: str
    code: str
    facts: Mapping[str, object] = dataclass_field(default_factory=dict)

    @classmethod
    def of(cls, where: str, problem: Problem) -> "Refusal":
        """A problem with its place."""
        return cls(where, problem.field, problem.value, problem.code, problem.facts)


@dataclass(frozen=True, slots=True)
class Imported:
    """The good items, every complaint about the others, remarks that refuse nothing, and the pictures that the items
    name, as they were in the file, by the SHA-256 of their bytes.
    """

    items: tuple[ItemVersion, ...]
    refused: tuple[Refusal, ...] = ()
    warnings: tuple[Refusal, ...] = ()
    pictures: Mapping[str, bytes] = dataclass_field(default_factory=dict)
