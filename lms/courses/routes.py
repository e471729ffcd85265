"""Studying in the browser: catalogue, reader, check, media."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Flask, Response, current_app, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup

from lms.access import signed_in
from lms.accounts.gate import viewer
from lms.accounts.policy import Viewer
from lms.bank import queries as bank
from lms.clock import today
from lms.config import Config
from lms.courses import alarm, notes, pages, queries, recordings, service, telling
from lms.courses import check as checks
from lms.courses.files import place_of
from lms.courses.policy import access_unit, may_manage
from lms.courses.queries import OpenUnit
from lms.database import reading, writing
from lms.errors import NotFound
from lms.i18n import locale_code
from lms.library import queries as library
from lms.library.queries import Reference
from lms.paging import paginate, requested_page
from lms.security import framed_by_us, framing_ours
from lms.subjects import BY_CODE, SUBJECTS
from question_bank.item import ItemVersion
from question_bank.scoring import DEFAULT

#: the extension that says what a page's script needs to tell how long the page is read
WITNESSED = "courses.witnessed"
Witnessed = Callable[[Viewer, OpenUnit, str], Mapping[str, object]]

bp = Blueprint("courses", __name__, url_prefix="/courses", template_folder="templates")

#: a drawing is a document of its own: it may style itself and nothing else
MEDIA_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
#: a PDF is drawn by the browser's own viewer, which no sandbox lets in; only our pages frame it
DOCUMENT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"


def init_app(app: Flask, witnessed: Witnessed) -> None:
    """Let pages be witnessed by what stands above the courses."""
    app.extensions[WITNESSED] = witnessed


@bp.get("/")
@signed_in
def index() -> ResponseReturnValue:
    """The catalogue with one's own progress."""
    chosen = {name: request.args.get(name) or None for name in ("subject", "state", "q")}
    query = queries.units(
        viewer().id, subject=chosen["subject"], state=chosen["state"], text=(chosen["q"] or "")[:60] or None
    )
    page = paginate(reading(), query, number=requested_page(), size=24)
    return render_template(
        "courses/index.html",
        page=page,
        manages=may_manage(viewer()),
        changed=alarm.count_waiting(reading()) if may_manage(viewer()) else 0,
        units=[queries.row_of(row) for row in page.items],
        chosen=chosen,
        subjects=[("", gettext("All subjects"))] + [(s.code, s.name(locale_code())) for s in SUBJECTS],
        subject_names={s.code: s.name(locale_code()) for s in SUBJECTS},
    )


@bp.get("/<unit_id>")
@signed_in
def unit(unit_id: str) -> ResponseReturnValue:
    """The front page of a unit: what it is, and where to go on."""
    session = reading()
    found = access_unit(session, viewer(), unit_id)
    state = queries.state(session, viewer().id, found)
    links = library.resolve_many(session, _references(found), on=today())
    return render_template(
        "courses/unit.html",
        found=found,
        unit=found.unit,
        state=state,
        links=links,
        studied=_studied(found),
        changed=bool(alarm.changes_of(session, [found.id])),
        first=telling.named(session, found.unit.prerequisites),
        lacking=[] if state.is_completed else telling.lacking(session, viewer().id, found.unit),
        may_manage=may_manage(viewer()),
        **_names(found),
    )


@bp.get("/<unit_id>/pages/<page_key>")
@signed_in
def page(unit_id: str, page_key: str) -> ResponseReturnValue:
    """One page. Reading it changes nothing by itself; the page's script or the button below says it was opened."""
    session = reading()
    found = access_unit(session, viewer(), unit_id)
    shown = found.unit.page(page_key)
    if shown is None:
        raise NotFound
    document = recordings.document_of(found.unit, shown)
    text = render_template(
        "courses/page.html",
        found=found,
        page=shown,
        video=recordings.video_of(found.unit, shown),
        document=document,
        html=_linked(found, page_key),
        state=queries.state(session, viewer().id, found),
        terms=[term for term in found.unit.terms if term.term in shown.markdown],
        person=viewer().public_id,
        notes=notes.of_page(session, viewer().id, found.id, page_key, also=request.args.get("removed", "")[:22]),
        witnessed=current_app.extensions[WITNESSED](viewer(), found, page_key),
        **_around(found, page_key),
        **_names(found),
    )
    answer = current_app.make_response(text)
    if document is not None:
        framing_ours(answer)
    return answer


@bp.post("/<unit_id>/pages/<page_key>/opened")
@signed_in
def opened(unit_id: str, page_key: str) -> ResponseReturnValue:
    """Note that a page was opened; on to the next one, or to the check."""
    with writing() as session:
        found = access_unit(session, viewer(), unit_id)
        service.open_page(session, viewer(), found, page_key)
    if request.headers.get("Accept") == "application/json":
        return Response(status=204)
    keys = found.unit.page_keys
    place = keys.index(page_key) + 1
    if place < len(keys):
        return redirect(url_for("courses.page", unit_id=unit_id, page_key=keys[place]))
    return redirect(url_for("courses.check", unit_id=unit_id))


@bp.get("/<unit_id>/check")
@signed_in
def check(unit_id: str) -> ResponseReturnValue:
    """The questions at the end."""
    session = reading()
    found = access_unit(session, viewer(), unit_id)
    state = queries.state(session, viewer().id, found)
    tries = state.check.tries if state.check else 0
    versions = _items(found)
    lacking = [] if state.is_completed else telling.lacking(session, viewer().id, found.unit)
    return render_template(
        "courses/check.html",
        found=found,
        unit=found.unit,
        state=state,
        questions=checks.questions(versions, checks.seed_of(viewer(), found, tries)),
        feedback=None,
        lacking=lacking,
        **_names(found),
    )


@bp.post("/<unit_id>/check")
@signed_in
def answer_check(unit_id: str) -> ResponseReturnValue:
    """Score a try and show what was right."""
    me = viewer()
    with writing() as session:
        found = access_unit(session, me, unit_id)
        before = queries.state(session, me.id, found)
        versions = _items(found)
        seed = checks.seed_of(me, found, before.check.tries if before.check else 0)
        given = checks.responses(versions, seed, request.form)
        share = service.share_of(versions, given)
        state = service.try_check(session, me, found, share)
    rights = [
        r is not None and v.interaction.score(v.body, r, DEFAULT) == 1 for v, r in zip(versions, given, strict=True)
    ]
    return render_template(
        "courses/check.html",
        found=found,
        unit=found.unit,
        state=state,
        share=round(share * 100),
        passed=found.unit.check.passed_with(share),
        studied=_studied(found),
        questions=(),
        feedback=checks.feedback(reading(), versions, given, rights),
        **_names(found),
    )


@bp.get("/media/<sha256>")
@signed_in
def media(sha256: str) -> ResponseReturnValue:
    """A picture, recording or document, by its hash; a browser may ask for a part of it."""
    kind = queries.media_type(reading(), sha256)
    if kind is None:
        raise NotFound
    config: Config = current_app.extensions["config"]
    response = send_file(place_of(config.media, sha256), mimetype=kind, conditional=True)
    response.headers["Content-Security-Policy"] = MEDIA_POLICY
    if kind == "application/pdf":
        response.headers["Content-Security-Policy"] = DOCUMENT_POLICY
        framed_by_us(response)
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


def _studied(found: OpenUnit) -> int:
    """Whole minutes that the viewer has studied a unit which asks for some; 0 where it asks for none."""
    return queries.studied(reading(), viewer().id, found.id) // 60_000 if found.unit.completion.minutes else 0


def _around(found: OpenUnit, page_key: str) -> dict[str, Any]:
    """The unit of a page, the place of the page, from 1, and the keys of its neighbours."""
    keys = found.unit.page_keys
    place = keys.index(page_key)
    after = keys[place + 1] if place + 1 < len(keys) else None
    return {"unit": found.unit, "place": place + 1, "before": keys[place - 1] if place else None, "after": after}


def _names(found: OpenUnit) -> dict[str, object]:
    subject = BY_CODE.get(found.unit.subject)
    language = locale_code()
    return {"title": found.title(language), "subject_name": subject.name(language) if subject else ""}


def _linked(found: OpenUnit, page_key: str) -> Markup:
    """The page with the laws it cites as they stand today."""
    html, own = pages.html(found, page_key), _references(found)
    return library.links_for(reading(), [(html, own)], on=today()).text(html, own)


def _references(found: OpenUnit) -> tuple[Reference, ...]:
    return tuple((one.source, one.article or None) for one in found.unit.references)


def _items(found: OpenUnit) -> list[ItemVersion]:
    """The check's items that are still in the bank, in the unit's order."""
    held = bank.ready_by_refs(reading(), found.unit.check.items)
    return [held[ref] for ref in found.unit.check.items if ref in held]
