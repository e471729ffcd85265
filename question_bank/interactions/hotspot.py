"""Hotspot (热点图题): pick the right areas of a picture. Areas are outlined and numbered, and each has a label of its
own among the choices, so that a keyboard and a screen reader reach what a mouse reaches.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from question_bank.chance import opaque
from question_bank.errors import BadResponse
from question_bank.interactions.base import (
    LETTERS,
    MAX_LINES,
    OPTION_LENGTH,
    Area,
    Choice,
    Presentation,
    Response,
    required_text,
    string,
    whole,
)
from question_bank.interactions.base import (
    same as same,
)
from question_bank.problem import Problem
from question_bank.scoring import MULTI_RULES, ONE, ZERO, Rules
from question_bank.shares import MOST, held, noted, range_problems, share_of, written
from question_bank.text import plain_text

KEY = "hotspot"
CONTROL = "spots"
MACHINE_SCORED = True
#: numbers that a shape takes; of a polygon the least, always pairs
SHAPES = {"rect": 4, "circle": 3, "poly": 6}
MAX_CORDS = 80
MAX_SIDE = 4000
_PICTURE = re.compile(r"picture:[0-9a-f]{64}\Z")


@dataclass(frozen=True, slots=True)
class Spot:
    """An area: its label, shape and coordinates (as `Area`), whether it is right, and what it earns or costs by itself
    where that is not the usual.
    """

    label: str
    shape: str
    coords: tuple[int, ...]
    right: bool
    share: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Spots:
    """A picture of a width and height in pixels, and its areas."""

    picture: str
    width: int
    height: int
    spots: tuple[Spot, ...]

    def letters(self) -> tuple[str, ...]:
        """The key of each area: its letter in the author's order."""
        return tuple(LETTERS[: len(self.spots)])

    def right_keys(self) -> frozenset[str]:
        """Letters of the right areas."""
        return frozenset(key for key, spot in zip(LETTERS, self.spots, strict=False) if spot.right)

    @property
    def own(self) -> bool:
        """Whether the shares of the areas decide, not the rule of the exam."""
        return any(spot.share is not None for spot in self.spots)

    def shares(self) -> dict[str, Fraction]:
        """What each area earns; usual is an equal part for the right ones."""
        usual = Fraction(1, max(len(self.right_keys()), 1))
        return {
            key: spot.share if spot.share is not None else usual if spot.right else ZERO
            for key, spot in zip(LETTERS, self.spots, strict=False)
        }


def problems(body: Spots, stem: str) -> list[Problem]:
    """A stored picture, two to twelve areas inside it with different labels, at least one of them right."""
    found: list[Problem] = []
    if not _PICTURE.match(body.picture):
        found.append(Problem("picture", "missing" if not body.picture else "unknown_value", body.picture[:60]))
    elif not (0 < body.width <= MAX_SIDE and 0 < body.height <= MAX_SIDE):
        found.append(Problem("picture", "unknown_value", f"{body.width}x{body.height}"))
    if len(body.spots) < 2:
        found.append(Problem("spots", "too_few", str(len(body.spots)), {"least": 2}))
    if len(body.spots) > MAX_LINES:
        found.append(Problem("spots", "too_many", str(len(body.spots)), {"most": MAX_LINES}))
    if len({"".join(spot.label.split()) for spot in body.spots}) < len(body.spots):
        found.append(Problem("spots", "duplicate"))
    if not any(spot.right for spot in body.spots):
        found.append(Problem("answer", "no_key"))
    for number, spot in enumerate(body.spots, 1):
        found += required_text(f"spots.{number}", spot.label, OPTION_LENGTH)
        if not _fits(spot, body):
            found.append(Problem(f"spots.{number}", "area", f"{spot.shape} {','.join(map(str, spot.coords))}"[:60]))
        found += range_problems(f"spots.{number}", spot.share or ZERO, most=MOST)
    if body.own and body.right_keys() and sum((body.shares()[key] for key in body.right_keys()), ZERO) < ONE:
        found.append(Problem("answer", "share_key"))
    return found


def _fits(spot: Spot, body: Spots) -> bool:
    """Whether the shape is one, and lies within the picture."""
    least = SHAPES.get(spot.shape)
    if least is None or any(number < 0 for number in spot.coords) or len(spot.coords) > MAX_CORDS:
        return False
    if spot.shape == "poly":
        points = list(zip(spot.coords[::2], spot.coords[1::2], strict=False))
        inside = all(x <= body.width and y <= body.height for x, y in points)
        return len(spot.coords) >= least and len(spot.coords) % 2 == 0 and inside
    if len(spot.coords) != least:
        return False
    x, y, first, *second = spot.coords
    if spot.shape == "circle":
        return 0 < first <= min(x, y) and x + first <= body.width and y + first <= body.height
    return first > 0 and second[0] > 0 and x + first <= body.width and y + second[0] <= body.height


def present(body: Spots, seed: bytes) -> Presentation:
    """The picture and its areas; they stand where they stand, so nothing is shuffled."""
    pairs = list(zip(body.letters(), body.spots, strict=True))
    return Presentation(
        choices=tuple(Choice(opaque(seed, key), spot.label) for key, spot in pairs),
        picture=body.picture,
        size=(body.width, body.height),
        areas=tuple(Area(opaque(seed, key), spot.shape, spot.coords) for key, spot in pairs),
    )


def read(body: Spots, seed: bytes, raw: object) -> Response:
    """Opaque ids -> sorted keys; raises BadResponse."""
    known = {opaque(seed, key): key for key in body.letters()}
    if not isinstance(raw, list) or len(raw) > len(known) or not all(isinstance(i, str) for i in raw):
        raise BadResponse(reason="shape")
    if len(set(raw)) != len(raw) or not set(raw) <= set(known):
        raise BadResponse(reason="option")
    return sorted(known[i] for i in raw)


def shown(body: Spots, seed: bytes, response: Response) -> object:
    """The opaque ids of the chosen areas."""
    return [opaque(seed, key) for key in response]


def is_blank(response: Response) -> bool:
    """No area was chosen."""
    return not response


def score(body: Spots, response: Response, rules: Rules) -> Fraction:
    """By the shares of the areas; else one right area: that and no other; several: by the exam's rule for multiple
    choice.
    """
    if not response:
        return ZERO
    if body.own:
        shares = body.shares()
        return held(shares[key] for key in response)
    keyed, chosen = body.right_keys(), set(response)
    if len(keyed) == 1:
        return Fraction(chosen == keyed)
    return MULTI_RULES[rules.multiple](len(chosen & keyed), len(chosen - keyed), len(keyed), len(body.spots))


def summary(body: Spots, response: Response) -> str:
    """The labels of the chosen areas."""
    return "; ".join(
        f"{key}. {plain_text(spot.label)}"
        for key, spot in zip(LETTERS, body.spots, strict=False)
        if key in (response or [])
    )


def key_summary(body: Spots) -> str:
    """The labels of the right areas."""
    if not body.own:
        return summary(body, body.right_keys())
    return "; ".join(noted(summary(body, [key]), share) for key, share in body.shares().items() if share)


def offered(body: Spots) -> tuple[str, ...]:
    """The labels by their letters."""
    return tuple(f"{key}. {plain_text(spot.label)}" for key, spot in zip(LETTERS, body.spots, strict=False))


def to_record(body: Spots) -> dict[str, Any]:
    """JSON-able form."""
    spots = [
        {"label": spot.label, "shape": spot.shape, "coords": list(spot.coords), "right": spot.right}
        | ({"share": written(spot.share)} if spot.share is not None else {})
        for spot in body.spots
    ]
    return {"picture": body.picture, "width": body.width, "height": body.height, "spots": spots}


def from_record(record: Mapping[str, Any]) -> Spots:
    """The inverse; raises KeyError, TypeError or ValueError."""
    spots = []
    for entry in record["spots"]:
        if set(entry) - {"share"} != {"label", "shape", "coords", "right"}:
            raise ValueError("an area has label, shape, coords and right")
        if not isinstance(entry["right"], bool):
            raise TypeError("right is true or false")
        coords = tuple(whole(number) for number in entry["coords"])
        share = share_of(entry["share"]) if "share" in entry else None
        spots.append(Spot(string(entry["label"]), string(entry["shape"]), coords, entry["right"], share))
    return Spots(string(record["picture"]), whole(record["width"]), whole(record["height"]), tuple(spots))
