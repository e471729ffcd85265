"""What the editor of a course offers, and what was chosen in it, as records of items."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from sqlalchemy.orm import Session

from courseware.courses import Course, Item, Kind
from courseware.facts import Channel
from lms.accounts.policy import Viewer
from lms.channels import CHANNEL_NAMES as WAY_NAMES
from lms.claims.service import CHANNELS as ELSEWHERE
from lms.classes import queries as classes
from lms.courses import queries as units
from lms.exams import queries as exams
from lms.i18n import locale_code
from lms.plans.policy import paths_of
from lms.plans.words import CHANNEL_NAMES
from lms.subjects import BY_CODE

#: lines of hours a course can have, exams and classes that are offered, and the longest choice of a form
WAYS, EXAMS, CLASSES, LONGEST = 3, 40, 40, 30
ROLES = ("required", "elective")
#: what begins the key of something that is named
NAMED = ("unit:", "exam:", "class:")


def offered(session: Session, viewer: Viewer, holds: Course | None) -> dict[str, dict[str, Any]]:
    """What can be part of a course, by its key in the form: units in the order of the catalogue, then exams and classes, the
    newest first, and whatever the course has already.
    """
    found: dict[str, dict[str, Any]] = {}
    for row in map(units.row_of, session.execute(units.units(0))):
        name = row.name(locale_code())
        found |= _named("unit", row.public_id, row.title, name, title_en=row.title_en, group=row.subject)
    mine = session.execute(exams.rows(paths=paths_of(viewer), states=("published",)).limit(EXAMS))
    sittable = exams.sittable(session, viewer.unit_path)
    for exam in {row.public_id: row for row in [*map(exams.row_of, mine), *sittable[-EXAMS:]]}.values():
        found |= _named("exam", exam.public_id, exam.title, exam.title)
    for one in classes.nameable(session, paths_of(viewer), limit=CLASSES):
        days = gettext("%(first)s to %(last)s", first=str(one.first_day), last=str(one.last_day))
        found |= _named("class", one.public_id, one.name, f"{one.name} ({days})")
    for item in holds.items if holds else ():
        if item.ref and item.key not in found:
            found |= _named(str(item.kind), item.ref, item.title, item.title, title_en=item.title_en)
    return found


def _named(
    kind: str, ref: str, title: str, name: str, *, title_en: str = "", group: str = ""
) -> dict[str, dict[str, Any]]:
    key = f"{kind}:{ref}"
    item = {"key": key, "kind": kind, "ref": ref, "title": title, "title_en": title_en}
    return {key: {**item, "group": group or kind, "name": name}}


def groups(found: Mapping[str, dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """What is offered under the names of subjects, exams and classes."""
    held: dict[str, list[dict[str, Any]]] = {}
    for item in found.values():
        held.setdefault(item["group"], []).append(item)
    others = {"unit": gettext("Further units"), "exam": gettext("Exams"), "class": gettext("Training classes")}
    names = {code: subject.name(locale_code()) for code, subject in BY_CODE.items()} | others
    return [(names.get(code, code), items) for code, items in held.items()]


def ways() -> list[tuple[str, str]]:
    """Of what hours can be asked: the keys of the form with their names."""
    return [
        ("", "–"),
        ("class", gettext("training classes")),
        ("outside", gettext("learning elsewhere")),
        *((f"outside:{way}", gettext("learning elsewhere: %(way)s", way=str(WAY_NAMES[way]))) for way in ELSEWHERE),
        *((str(key), str(name)) for key, name in CHANNEL_NAMES.items() if key is not Channel.CLASS),
    ]


def typed(sent: Mapping[str, str]) -> dict[str, str]:
    """What a form says of items and hours."""
    return {
        key: value[:LONGEST].strip()
        for key, value in sent.items()
        if key.startswith((*NAMED, "way-", "hours-", "role-"))
    }


def records(found: Mapping[str, dict[str, Any]], chosen: Mapping[str, str]) -> list[dict[str, Any]]:
    """The items that were chosen, as records, for courseware.courses.from_record."""
    named = [dict(item, required=chosen[key] == "required") for key, item in found.items() if chosen.get(key) in ROLES]
    return [*named, *_ways(chosen)]


def _ways(chosen: Mapping[str, str]) -> list[dict[str, Any]]:
    """The lines of hours; a line without a way is none."""
    found: list[dict[str, Any]] = []
    for number in range(WAYS):
        kind, _colon, channel = chosen.get(f"way-{number}", "").partition(":")
        if kind:
            by_kind = kind in (Kind.CLASS, Kind.OUTSIDE)
            found.append(
                {
                    "key": f"way:{number}", "kind": kind if by_kind else str(Kind.HOURS),
                    "channel": channel if by_kind else kind,
                    "hours": chosen.get(f"hours-{number}", ""), "required": chosen.get(f"role-{number}") != "elective",
                }
            )  # fmt: skip
    return found


def held(holds: Course | None) -> dict[str, str]:
    """What the form says of a course that is there."""
    found: dict[str, str] = {}
    for item in holds.items if holds else ():
        found |= _held_item(item, sum(key.startswith("way-") for key in found))
    return found


def _held_item(item: Item, number: int) -> dict[str, str]:
    role = "required" if item.required else "elective"
    if item.ref:
        return {item.key: role}
    way = str(item.channel or item.kind)
    if item.kind is Kind.OUTSIDE and item.channel:
        way = f"{item.kind}:{item.channel}"
    return {f"way-{number}": way, f"hours-{number}": str(item.hours), f"role-{number}": role}
