"""The door itself: whether the request at hand may pass, and the page that says what is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.wsgi import get_current_url

from lms.accounts.gate import viewer
from lms.accounts.policy import Viewer
from lms.admission import quick, service, snapshots
from lms.admission.errors import NotAdmitted
from lms.admission.forms import BrowserForm, CodeForm, ConsentForm
from lms.admission.policy import Lack, Shown, lacks
from lms.admission.seb import HEADERS
from lms.config import Config
from lms.database import writing
from lms.errors import wants_json
from lms.exams.queries import ExamRow


@dataclass(frozen=True, slots=True)
class Passage:
    """What keeps somebody out; and whether pictures are taken of them inside, where the exam asks for it and they agreed."""

    lacks: tuple[Lack, ...] = ()
    pictures: bool = False


def passage(exam: ExamRow, person: Viewer, environ: Mapping[str, Any]) -> Passage:
    """How a person with this WSGI request stands at the door; an exam that asks for nothing is not looked up."""
    if not exam.guarded:
        return Passage()
    door = quick.door(exam.id, person.id)
    pictures = door.rule.camera != "off" and bool(door.entry.camera)
    return Passage(lacks(door.rule, door.rooms, door.entry, shown(person, environ)), pictures)


def missing(exam: ExamRow, person: Viewer) -> tuple[Lack, ...]:
    """What keeps the person of this request out of an exam."""
    found = g.admission_passage = passage(exam, person, request.environ)
    return found.lacks


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
    """Whether the page of an attempt takes pictures."""
    found: Passage = g.get("admission_passage") or passage(exam, person, request.environ)
    return found.pictures


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


def shown(person: Viewer, environ: Mapping[str, Any]) -> Shown:
    """What a request shows of its computer and browser."""
    config_hash, exam_hash = (environ.get(f"HTTP_{name.upper().replace('-', '_')}", "") for name in HEADERS)
    return Shown(environ.get("REMOTE_ADDR") or "", asked(environ), config_hash, exam_hash, person.session_id)


def asked(environ: Mapping[str, Any]) -> str:
    """Absolute address of what is asked for, as people's browsers have it.

    Where the installation knows its own address the Host header has no say: a proof made for another host is none.
    """
    here = get_current_url(dict(environ), host_only=True).rstrip("/")
    return origin(environ) + get_current_url(dict(environ)).removeprefix(here)


def origin(environ: Mapping[str, Any]) -> str:
    """Scheme and host of the addresses that people use."""
    config: Config = current_app.extensions["config"]
    own = urlsplit(config.public_url)
    return f"{own.scheme}://{own.netloc}" if own.netloc else get_current_url(dict(environ), host_only=True).rstrip("/")
