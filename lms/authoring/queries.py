"""Reading drafts: lists, what happened to one, who wrote in it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, Select, func, select
from sqlalchemy.orm import Session

from courseware.drafting import State
from lms.authoring.models import CourseDraft, CourseDraftHand, CourseEvent


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft in a list."""

    public_id: str
    code: str
    title: str
    title_en: str
    subject: str
    state: str
    based_on: int
    saved_by: int
    saved_at: datetime

    def name(self, language: str) -> str:
        """The title for a page in `language`, else in the other one; the code before there is a title."""
        return name_of(self, language)


def name_of(draft: DraftRow | CourseDraft, language: str) -> str:
    """The title of a draft for a page in `language`, else in the other one; the code before there is a title."""
    first, second = (draft.title_en, draft.title) if language.startswith("en") else (draft.title, draft.title_en)
    return first or second or draft.code


def drafts(*, text: str = "", state: str = "", subject: str = "") -> Select[*tuple[Any, ...]]:
    """Drafts for `paginate`, those that wait for a reviewer first, then the latest written; rows as DraftRow's fields."""
    query = select(
        CourseDraft.public_id, CourseDraft.code, CourseDraft.title, CourseDraft.title_en, CourseDraft.subject,
        CourseDraft.state, CourseDraft.based_on, CourseDraft.saved_by, CourseDraft.saved_at,
    )  # fmt: skip
    for word in text.split():
        query = query.where(
            CourseDraft.title.icontains(word, autoescape=True) | CourseDraft.code.icontains(word, autoescape=True)
        )
    if state:
        query = query.where(CourseDraft.state == state)
    if subject:
        query = query.where(CourseDraft.subject == subject)
    first = CourseDraft.state != State.SUBMITTED.value
    return query.order_by(first, CourseDraft.saved_at.desc(), CourseDraft.id.desc())


def waiting(session: Session, person_id: int) -> int:
    """How many drafts wait for a review that this person may give."""
    return session.scalar(select(to_review(person_id))) or 0


def to_review(person_id: int) -> ScalarSelect[int]:
    """The same as a part of another query."""
    own = select(CourseDraftHand.draft_id).where(CourseDraftHand.person_id == person_id)
    query = select(func.count(CourseDraft.id)).where(
        CourseDraft.state == State.SUBMITTED.value, CourseDraft.id.not_in(own)
    )
    return query.scalar_subquery()


def events(session: Session, draft_id: int) -> list[CourseEvent]:
    """What happened to a draft, the oldest first."""
    query = select(CourseEvent).where(CourseEvent.draft_id == draft_id).order_by(CourseEvent.id)
    return list(session.scalars(query))


def unit_events(session: Session, unit_id: int) -> list[CourseEvent]:
    """What was decided about a unit: approvals, withdrawals, openings, the latest first."""
    query = select(CourseEvent).where(
        CourseEvent.unit_id == unit_id, CourseEvent.act.in_(("approve", "withdraw", "reopen"))
    )
    return list(session.scalars(query.order_by(CourseEvent.id.desc()).limit(50)))


def hands(session: Session, draft_id: int) -> list[int]:
    """Who wrote in a draft, the first first."""
    query = select(CourseDraftHand.person_id).where(CourseDraftHand.draft_id == draft_id)
    return list(session.scalars(query.order_by(CourseDraftHand.at, CourseDraftHand.person_id)))
