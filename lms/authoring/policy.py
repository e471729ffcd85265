"""Who may write and who may review. Units belong to the whole organisation: whoever keeps courses may write in each."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from courseware.drafting import State
from lms.accounts.policy import Act, Viewer, may
from lms.authoring import errors
from lms.authoring.models import CourseDraft, CourseDraftHand, CourseImport
from lms.errors import NotFound


def access_draft(session: Session, public_id: str, *, lock: bool = False) -> CourseDraft:
    """A draft, for those whom the route lets in; raises NotFound."""
    query = select(CourseDraft).where(CourseDraft.public_id == public_id)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound
    return found


def access_writing(session: Session, public_id: str) -> CourseDraft:
    """A draft to write in, locked; raises NotFound, and NotNow while it is not being written."""
    found = access_draft(session, public_id, lock=True)
    if found.state != State.WRITING:
        raise errors.NotNow
    return found


def access_import(session: Session, viewer: Viewer, public_id: str, *, lock: bool = False) -> CourseImport:
    """An archive that the viewer sent; raises NotFound for anybody else's."""
    query = select(CourseImport).where(CourseImport.public_id == public_id, CourseImport.made_by == viewer.id)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound
    return found


def wrote(session: Session, draft_id: int, person_id: int) -> bool:
    """Whether somebody wrote in a draft."""
    return session.get(CourseDraftHand, (draft_id, person_id)) is not None


def may_review(viewer: Viewer, draft: CourseDraft, hands: Collection[int]) -> bool:
    """Whether the viewer may decide on a draft in which these people wrote: it waits, and they are none of them."""
    return draft.state == State.SUBMITTED and may(viewer, Act.REVIEW_COURSES) and viewer.id not in hands
