"""A transcript as it is printed: plain values, so that the code's page confirms exactly what the paper says."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Line:
    """One line on paper: words already in their final form."""

    day: str
    kind: str
    title: str
    hours: str
    marks: str
    outcome: str
    #: where the person served that day; "" on papers of earlier releases
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Printed:
    """The paper."""

    bureau: str
    name: str
    staff_number: str
    unit: str
    post: str
    issued: str
    hours: str
    lines: tuple[Line, ...]
    #: address of the page that confirms it
    url: str

    def to_record(self) -> dict[str, Any]:
        """For storing."""
        return asdict(self)

    def says_the_same(self, other: "Printed") -> bool:
        """Whether both papers say the same but for when they were issued and where they are confirmed."""
        return replace(self, issued="", url="") == replace(other, issued="", url="")

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Printed":
        """The paper again."""
        return cls(**{**record, "lines": tuple(Line(**line) for line in record["lines"])})
