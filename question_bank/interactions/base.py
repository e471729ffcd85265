"""What every question type can do. A type is one module with these names; `KINDS` lists them by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple, Protocol

from question_bank.problem import Problem
from question_bank.scoring import Rules

#: a stored response: JSON-able, in terms of the item version (option keys), never of what one candidate saw
Response = Any

#: names of options and lines, in the author's order
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWX"
MAX_OPTIONS = 10
MAX_BLANKS = 20
MAX_LINES = 12
MAX_WEIGHT = 100
STEM_LENGTH = 4000
OPTION_LENGTH = 500
TEXT_LENGTH = 10_000


class Choice(NamedTuple):
    """Something a candidate can pick: an opaque id of this paper and its words (Markdown).

    A paper has hundreds, and tuples are made several times as quickly as frozen classes.
    """

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Area:
    """An area of a picture under the id of its choice: "rect" (x, y, width, height), "circle" (x, y, radius) or
    "poly" (x, y, x, y ...), in pixels of the picture from its upper left corner.
    """

    id: str
    shape: str
    coords: tuple[int, ...]


class Presentation(NamedTuple):
    """What one candidate sees of an item besides its stem. Nothing in it depends on the key."""

    choices: tuple[Choice, ...] = ()
    #: matching: the fixed left-hand sides
    prompts: tuple[Choice, ...] = ()
    #: how many blanks the stem has
    blanks: int = 0
    unit: str = ""
    #: inline choice: what each gap of the stem offers
    gaps: tuple[tuple[Choice, ...], ...] = ()
    #: hotspot: the address of the picture ("picture:<sha256>"), its size, and the areas of the choices
    picture: str = ""
    size: tuple[int, int] = (0, 0)
    areas: tuple[Area, ...] = ()
    #: file answer: endings that may be sent, and how large a file may be
    endings: tuple[str, ...] = ()
    megabytes: int = 0


class Interaction(Protocol):
    """A question type. `Any` stands for the type's own body."""

    KEY: str
    #: the control that takes the response: one, many, blanks, inline, text, order, match, spots or file
    CONTROL: str
    MACHINE_SCORED: bool

    def problems(self, body: Any, stem: str) -> list[Problem]:
        """Everything wrong with the body."""

    def present(self, body: Any, seed: bytes) -> Presentation:
        """What the candidate of this seed sees."""

    def read(self, body: Any, seed: bytes, raw: object) -> Response:
        """The stored form of what a browser sent; raises BadResponse."""

    def shown(self, body: Any, seed: bytes, response: Response) -> object:
        """A stored response as this candidate's page shows it: the inverse of `read`."""

    def is_blank(self, response: Response) -> bool:
        """Whether nothing was answered."""

    def same(self, first: Response, second: Response) -> bool:
        """Whether two responses say the same, so that the second need not be kept again."""

    def score(self, body: Any, response: Response, rules: Rules) -> Fraction:
        """The share of the marks earned, in [0, 1]."""

    def summary(self, body: Any, response: Response) -> str:
        """The response in plain words, for markers and records."""

    def key_summary(self, body: Any) -> str:
        """The right answer in plain words."""

    def offered(self, body: Any) -> tuple[str, ...]:
        """Everything a candidate is offered besides the stem, in the author's order, as plain lines: for print, for
        comparing versions, and for those who cannot see a picture.
        """

    def to_record(self, body: Any) -> dict[str, Any]:
        """JSON-able form of the body, as the native format names its parts."""

    def from_record(self, record: Mapping[str, Any]) -> Any:
        """The inverse; raises KeyError, TypeError or ValueError for what is none."""


def same(first: Response, second: Response) -> bool:
    """Equal responses, for types whose response has one form only."""
    return bool(first == second)


def required_text(field: str, text: str, limit: int) -> list[Problem]:
    """A text that must be there and may not be longer than `limit`."""
    if not text.strip():
        return [Problem(field, "missing")]
    return [Problem(field, "too_long", text[:60], {"limit": limit})] if len(text) > limit else []


def string(value: object) -> str:
    """`value` when it is text; raises TypeError."""
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value


def strings(values: object) -> tuple[str, ...]:
    """The texts of a list; raises TypeError."""
    if not isinstance(values, Sequence) or isinstance(values, str):
        raise TypeError(f"{values!r} is not a list")
    return tuple(string(value) for value in values)


def whole(value: object) -> int:
    """`value` when it is a whole number; raises TypeError."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{value!r} is not a whole number")
    return value
