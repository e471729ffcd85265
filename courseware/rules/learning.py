"""Acts of learning, as rules of hours see them."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from courseware.facts import Channel, Facts
from courseware.hours import MINUTES, Hours

#: how something was learned where its entry does not say
CHANNELS = {"unit": Channel.NETWORK, "exam": Channel.EXAM, "class": Channel.CLASS}


@dataclass(frozen=True, slots=True)
class Learning:
    """
    One revision of one thing that a person learned.

    `source` names the thing, `revision` counts its corrections from 1: the highest is in force. `day` is the person's
    day of it, `path` the place in the organisation where they served then, `hours` what whoever recorded it granted,
    `entry` the id of the entry that proves it. `void`: it was taken back, or its person was exempt; nobody passed or failed it.
    """

    source: str
    revision: int
    day: date
    kind: str
    hours: Hours
    passed: bool
    facts: Facts
    entry: str = ""
    path: str = "/"
    void: bool = False

    @property
    def minutes(self) -> Fraction | None:
        """Its length in minutes; where only hours were granted, these; None where neither is known."""
        if self.facts.minutes is not None:
            return Fraction(self.facts.minutes)
        return Fraction(self.hours.quarters * MINUTES, 4) if self.hours else None

    @property
    def share(self) -> Fraction | None:
        """How much of its length was studied, at most 1; None where that was not witnessed or it has no length."""
        if self.facts.studied is None or not self.minutes:
            return None
        return min(Fraction(1), self.facts.studied / self.minutes)

    @property
    def work(self) -> str:
        """What makes it the same as another act (a class, an article): its work, else itself."""
        return " ".join(self.facts.work.split()).casefold() or f"source {self.source}"


def facts_of(kind: str, facts: Facts | None) -> Facts:
    """What an entry rests on; of an old one that says nothing, the channel that goes with its kind."""
    return facts or Facts(CHANNELS.get(kind, Channel.OTHER))
