"""What the page of a unit holds for the script that tells how long it is read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext

from courseware.video import Skip
from courseware.watching import Asked, Watched
from lms.accounts.gate import issue_ticket
from lms.accounts.policy import Viewer
from lms.clock import now
from lms.courses import queries as courses
from lms.courses.queries import OpenUnit
from lms.database import reading
from lms.study import queries
from lms.study.opening import handed, milliseconds, opened


def settings(viewer: Viewer, found: OpenUnit, page: str) -> Mapping[str, object]:
    """A new stream for somebody who is shown a page of a unit, where to send beats, what counts already, and words."""
    session, moment = reading(), now()
    asked = _asked(found, page)
    made = opened(
        unit=found.public_id,
        version=found.number,
        page=page,
        at=milliseconds(moment),
        video=asked.word if asked else "",
    )
    return handed(made, viewer.public_id) | {
        "person": viewer.public_id,
        "unit": found.public_id,
        "url": url_for("study.beats", person_id=viewer.public_id),
        "headers": issue_ticket(viewer.public_id),
        "today": _today(viewer, moment),
        "counted": courses.studied(session, viewer.id, found.id),
        "minutes": found.unit.completion.minutes,
        "presence": found.unit.presence,
        "video": told(queries.watched(session, viewer.id, asked.sha256), asked) if asked else None,
        "words": _words(),
    }


def told(watched: Watched, asked: Asked) -> Mapping[str, object]:
    """What the script of a page knows of its recording, in milliseconds."""
    return {
        "place": watched.place,
        "reach": watched.reach,
        "covered": watched.covered,
        "wanted": asked.wanted,
        "length": asked.length,
        "bound": asked.skip is Skip.WATCHED,
    }


def _asked(found: OpenUnit, page: str) -> Asked | None:
    """The recording of a page, None where it has none."""
    shown = found.unit.page(page)
    video = shown.video if shown else None
    medium = found.unit.medium(video.file) if video else None
    return Asked(medium.sha256, medium.length, video.share, video.skip) if video and medium else None


def _today(viewer: Viewer, moment: datetime) -> int:
    return queries.counted_on(reading(), viewer.id, moment)


def _words() -> dict[str, Any]:
    """What the script says; minutes are put in there."""
    return {
        "counted": gettext("Studied today: {today} min · this unit: {unit} min"),
        "wanted": gettext("Studied today: {today} min · this unit: {unit} of {minutes} min"),
        "waiting": gettext("No network: the time is kept here and sent later"),
        "asleep": gettext("The time stands still: nobody seems to be reading"),
        "signedOut": gettext("Signed out: the time is kept here and sent once you sign in"),
        "watched": gettext("Watched: {done} of {length}"),
        "wantedOf": gettext("Watched: {done} of {length}; {wanted} are asked for"),
        "watchedAll": gettext("Watched: as much as is asked for"),
        "notAhead": gettext("Here you can only go on from what you have watched."),
        "notCounted": gettext("What you saw last was not counted. Watch on from here."),
        "resumed": gettext("Goes on at {time}."),
        "spent": gettext("No network for too long: the time counts again once it is back"),
    }
