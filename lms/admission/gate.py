"""The door itself: whether the request at hand may pass, and the page that says what is missing."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from flask import current_app, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.accounts.gate import viewer
from lms.accounts.policy import Viewer
from lms.admission import quick, service, snapshots
from lms.admission.errors import NotAdmitted
from lms.admission.forms import BrowserForm, CodeForm, ConsentForm
from lms.admission.policy import Lack, Shown, lacks
from lms.admission.seb import CONFIG_HEADER, EXAM_HEADER
from lms.config import Config
from lms.database import writing
from lms.errors import wants_json
from lms.exams.queries import ExamRow


def missing(exam: ExamRow, person: Viewer) -> tuple[Lack, ...]:
    """What keeps the person of this request out of an exam; one that asks for nothing is not looked up."""
    if not exam.guarded:
        return ()
    door = g.admission_door = quick.door(exam.id, person.id)
    return lacks(door.rule, door.rooms, door.entry, shown(person))


def stop(exam: ExamRow, person: Viewer) -> ResponseReturnValue | None:
    """None where the request may pass; else the page that says what is missing, and the refusal is written down.

    That a code was not given yet, or a question not answered, is no refusal.
    """
    found = missing(exam, person)
    if not found:
        return None
    refused = [lack for lack in found if lack not in {Lack.CODE, Lack.CAMERA}]
    if refused:
        with writing() as session:
            service.refuse(session, exam.id, person.id, refused, address=computer())
    if wants_json():
        raise NotAdmitted(lacks=",".join(found))
    return page(exam, found, CodeForm(formdata=None), 403)


def page(exam: ExamRow, found: Sequence[Lack], form: CodeForm, status: int) -> ResponseReturnValue:
    """What is missing, what to do, and the form for the code."""
    door = quick.door(exam.id, viewer().id)
    answer = make_response(
        render_template(
            "admission/door.html", exam=exam, lacks=found, form=form, browser=BrowserForm(formdata=None),
            computer=computer(), rule=door.rule, consent=ConsentForm(formdata=None),
            camera_refused=door.entry.camera is False,
        )
    )  # fmt: skip
    answer.status_code = status
    return answer


def takes_pictures(exam: ExamRow, person: Viewer) -> bool:
    """Whether the page of an attempt takes pictures: the exam asks for them and this person agreed."""
    if not exam.guarded:
        return False
    door: quick.Door = g.get("admission_door") or quick.door(exam.id, person.id)
    return door.rule.camera != "off" and bool(door.entry.camera)


def camera_settings() -> dict[str, object]:
    """What the script that takes pictures must know: when, in seconds, and its words."""
    return {
        "first": snapshots.FIRST,
        "next": snapshots.NEXT,
        "words": {"on": gettext("Camera on: pictures at random moments"), "off": gettext("No picture: the camera cannot be used. Tell the invigilator.")},
    }  # fmt: skip


def computer() -> str:
    """Address of the computer that asks, behind the proxies that are trusted."""
    return request.remote_addr or ""


def shown(person: Viewer) -> Shown:
    """What this request shows of its computer and browser."""
    given = request.headers
    return Shown(computer(), asked(), given.get(CONFIG_HEADER, ""), given.get(EXAM_HEADER, ""), person.session_id)


def asked() -> str:
    """Absolute address of what is asked for, as people's browsers have it.

    Where the installation knows its own address the Host header has no say: a proof made for another host is none.
    """
    return origin() + request.url.removeprefix(request.host_url.rstrip("/"))


def origin() -> str:
    """Scheme and host of the addresses that people use."""
    config: Config = current_app.extensions["config"]
    own = urlsplit(config.public_url)
    return f"{own.scheme}://{own.netloc}" if own.netloc else request.host_url.rstrip("/")
