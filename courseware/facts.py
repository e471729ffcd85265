"""What a transcript entry rests on, as far as rules of hours ask: how it was learned, how long, at what level."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from courseware.errors import UnknownRecord

LONGEST_WORK = 200


class Channel(StrEnum):
    """The way in which something was learned."""

    NETWORK = "network"
    CLASS = "class"
    IN_HOUSE = "in_house"
    TRIP = "trip"
    ABROAD = "abroad"
    UNIVERSITY = "university"
    LECTURING = "lecturing"
    ARTICLE = "article"
    STUDY_GROUP = "study_group"
    EXAM = "exam"
    OTHER = "other"


class Level(StrEnum):
    """The level of whoever published an article or held a class."""

    UNIT = "unit"
    COUNTY = "county"
    CITY = "city"
    PROVINCE = "province"
    STATE = "state"


@dataclass(frozen=True, slots=True)
class Facts:
    """
    What is known of an act of learning; None and "" where nothing is.

    `minutes`: length in minutes (of a course its playing time, of a lecture its duration, of a class what was taught).
    `half_days`: half days attended. `required`: compulsory for this person. `class_type`: in the words of the reports
    (集中轮训, 专题培训 …). `work`: what names an article or a class, so that the same one counts once. `studied`: minutes
    of study that the server witnessed, the last one begun included, however long the thing is.
    """

    channel: Channel
    minutes: int | None = None
    half_days: int | None = None
    required: bool | None = None
    level: Level | None = None
    class_type: str = ""
    work: str = ""
    studied: int | None = None

    def to_record(self) -> dict[str, Any]:
        """For storing: what is known."""
        held = {
            "channel": str(self.channel),
            "minutes": self.minutes,
            "half_days": self.half_days,
            "required": self.required,
            "level": str(self.level) if self.level else None,
            "class_type": self.class_type or None,
            "work": self.work or None,
            "studied": self.studied,
        }
        return {name: value for name, value in held.items() if value is not None}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Facts":
        """The facts of a record; raises UnknownRecord for a damaged one."""
        try:
            return cls(
                Channel(record["channel"]),
                record.get("minutes"),
                record.get("half_days"),
                record.get("required"),
                Level(record["level"]) if record.get("level") else None,
                record.get("class_type", ""),
                record.get("work", ""),
                record.get("studied"),
            )
        except (KeyError, ValueError) as error:
            raise UnknownRecord(format="facts") from error
