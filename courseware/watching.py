"""What of a recording somebody has watched, as far as the server believes it.

`courseware.witness.judge` lets a stretch of a recording through only where the time in which it was played counts, and no more
of it than can be played in that time. Here the stretches are put together.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Self

from courseware.video import Skip
from courseware.witness import SECOND, Span, covered, union

#: how much further than what was watched somebody may begin where going ahead is forbidden: what playing loses at a stop
REACH = 2 * SECOND
#: stretches that are kept of one recording; a viewer who jumps about more than that begins to fill gaps instead
MOST_SPANS = 300


@dataclass(frozen=True, slots=True)
class Asked:
    """A recording by the SHA-256 of its file, its length in milliseconds, and what of it must be watched and how."""

    sha256: str
    length: int
    share: Fraction
    skip: Skip

    @property
    def wanted(self) -> int:
        """Milliseconds that must be watched."""
        return int(self.share * self.length)

    @property
    def word(self) -> str:
        """As a sealed opening carries it."""
        return f"{self.sha256} {self.length} {self.share} {self.skip}"

    @classmethod
    def of(cls, word: str) -> Self:
        """The recording of a word that we sealed."""
        sha256, length, share, skip = word.split(" ")
        return cls(sha256, int(length), Fraction(share), Skip(skip))


@dataclass(frozen=True, slots=True)
class Watched:
    """The stretches of a recording that were watched, in milliseconds, apart and in order; and where the viewer is."""

    spans: tuple[Span, ...] = ()
    place: int = 0

    @property
    def reach(self) -> int:
        """How far the recording was watched at most."""
        return self.spans[-1].end if self.spans else 0

    @property
    def covered(self) -> int:
        """How much of it was watched; what was watched twice counts once."""
        return covered(self.spans)

    def enough(self, asked: Asked) -> bool:
        """Whether as much was watched as must be."""
        return self.covered >= asked.wanted

    def at(self, place: int, asked: Asked) -> Self:
        """The same with the viewer at another place within the recording."""
        return replace(self, place=min(max(0, place), asked.length))

    def after(self, span: Span, asked: Asked) -> Self:
        """What is watched after one more stretch; nothing more where it lies further ahead than the unit lets go."""
        inside = Span(min(span.begin, asked.length), min(span.end, asked.length))
        if not inside.length or (asked.skip is Skip.WATCHED and inside.begin > self.reach + REACH):
            return self
        spans = union([*self.spans, inside])
        return replace(self, spans=spans) if len(spans) <= MOST_SPANS else self


def written(spans: tuple[Span, ...]) -> str:
    """Stretches as text: "0-1500 3000-4200"."""
    return " ".join(f"{span.begin}-{span.end}" for span in spans)


def read(text: str) -> tuple[Span, ...]:
    """The stretches of such a text."""
    return tuple(Span(*map(int, one.split("-"))) for one in text.split())
