"""What the archive says of an entry beyond the transcript: how a training class was attended, who approved learning elsewhere.

It is asked of the features that know it, for some hundred people at a time: a fixed number of queries each time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy.orm import Session

from lms.accounts import queries as accounts
from lms.claims import queries as claims
from lms.claims.queries import Learned
from lms.classes import telling as classes
from lms.classes.telling import Attended, Held
from lms.clock import BUREAU_ZONE
from lms.transcripts.queries import EntryRow

TITLES = (
    "记录来源", "主办单位", "承办单位", "地点", "开始日期", "结束日期", "授课人", "出席课次", "总课次", "请假学时", "请假比例（%）", "证书编号",
    "初审人", "初审日期", "审批人", "审批日期", "佐证材料（件）",
)  # fmt: skip
SOURCES = {"unit": "在线课程", "exam": "在线考试", "class": "培训班结班", "outside": "个人申报"}
Cell = str | Decimal | None


@dataclass(frozen=True, slots=True)
class Details:
    """What is known of the entries of some people: classes, attendance and claims by source, names of those who decided."""

    held: Mapping[str, Held]
    attended: Mapping[tuple[str, int], Attended]
    learned: Mapping[str, Learned]
    names: Mapping[int, str]


def of_entries(session: Session, entries: Mapping[int, Sequence[EntryRow]]) -> Details:
    """Of the entries of people by key; at most seven queries."""
    sources: dict[str, list[str]] = {"class": [], "outside": []}
    for rows in entries.values():
        for row in rows:
            if row.kind in sources:
                sources[row.kind].append(row.source)
    of_classes, of_claims = sorted(set(sources["class"])), sorted(set(sources["outside"]))
    held = classes.held(session, of_classes) if of_classes else {}
    attended = classes.attended(session, of_classes, list(entries)) if held else {}
    learned = claims.learned(session, of_claims)
    people = {one.confirmed_by for one in held.values()}
    people |= {by for one in learned.values() for by in (one.confirmed_by, one.approved_by)}
    named = accounts.people_by_ids(session, sorted(one for one in people if one is not None))
    return Details(held, attended, learned, {key: person.name for key, person in named.items()})


def cells(person_id: int, entry: EntryRow, details: Details) -> tuple[Cell, ...]:
    """The cells of an entry below TITLES; empty where nothing is known."""
    source = SOURCES[entry.kind]
    if entry.kind == "class" and entry.source in details.held:
        return source, *_class(details.held[entry.source], details.attended.get((entry.source, person_id)), details)
    if entry.kind == "outside" and entry.source in details.learned:
        return source, *_claim(details.learned[entry.source], details)
    return source, *(None for _title in TITLES[1:])


def _class(one: Held, was: Attended | None, details: Details) -> tuple[Cell, ...]:
    there = (Decimal(was.sessions), Decimal(one.sessions), was.leave, _percent(was)) if was else (None,) * 4
    return (
        one.organiser, one.host, one.place, _day(one.first_day), _day(one.last_day), "、".join(one.lecturers), *there,
        was.certificate if was else None, None, None, _name(one.confirmed_by, details), _day(one.confirmed_at), None,
    )  # fmt: skip


def _claim(one: Learned, details: Details) -> tuple[Cell, ...]:
    return (
        one.organiser, None, one.place, _day(one.starts_on), _day(one.ends_on), None, None, None, None, None, None,
        _name(one.confirmed_by, details), _day(one.confirmed_at), _name(one.approved_by, details), _day(one.approved_at),
        Decimal(one.evidence),
    )  # fmt: skip


def _percent(was: Attended) -> Decimal:
    """The share of the hours on leave, to a tenth of a percent."""
    share = was.leave * 100 / was.total if was.total else Decimal(0)
    return share.quantize(Decimal("0.1"), ROUND_HALF_UP)


def _name(person_id: int | None, details: Details) -> str | None:
    return None if person_id is None else details.names.get(person_id)


def _day(moment: date | datetime | None) -> str | None:
    if isinstance(moment, datetime):
        moment = moment.astimezone(BUREAU_ZONE)
    return None if moment is None else moment.strftime("%Y-%m-%d")
