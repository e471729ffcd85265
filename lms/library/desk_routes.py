"""The librarian's desk: what wants doing, a number for each, and the list behind each number."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.access import requires
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.database import reading, writing
from lms.errors import sentence_of
from lms.library import desk_words
from lms.library.desk import queries, service
from lms.library.desk.forms import NameForm
from lms.library.desk.queries import COMING, PERIODS, QUEUES, BrokenRow, DayRow, MissingRow, QueuedImport
from lms.library.desk.wanted import FACTS, WANTED
from lms.library.errors import NameTaken, NoSuchLaw
from lms.library.names import names
from lms.paging import paginate, requested_page

bp = Blueprint("library_desk", __name__, url_prefix="/library/desk", template_folder="templates")

PERIOD = 30


@bp.get("/")
@requires(Act.MANAGE_LIBRARY)
def index() -> ResponseReturnValue:
    """What wants doing."""
    return render_template("library/desk.html", found=queries.overview(reading(), days=PERIOD), days=PERIOD)


@bp.post("/look")
@requires(Act.MANAGE_LIBRARY)
def look() -> ResponseReturnValue:
    """Look through the library now."""
    with writing() as session:
        job = service.look(session, owner=viewer().public_id)
    return redirect(url_for("jobs.show", job_id=job), 303)


@bp.get("/imports")
@requires(Act.MANAGE_LIBRARY)
def imports() -> ResponseReturnValue:
    """Imports that somebody should look at."""
    show = _one_of("show", QUEUES)
    page = paginate(reading(), queries.imports(show), number=requested_page())
    found = [QueuedImport(*row) for row in page.items]
    return render_template(
        "library/desk_imports.html", page=page, found=found, show=show, queues=desk_words.QUEUE_NAMES
    )


@bp.get("/missing")
@requires(Act.MANAGE_LIBRARY)
def missing() -> ResponseReturnValue:
    """Documents that lack facts which documents of their kind should have."""
    session, fact, kind = reading(), _one_of("fact", FACTS), _one_of("kind", tuple(WANTED))
    sort, order = _one_of("sort", ("title", "stored")) or "title", _one_of("order", ("asc", "desc")) or "asc"
    query = queries.missing(fact=fact, kind=kind, sort=sort, descending=order == "desc")
    page = paginate(session, query, number=requested_page())
    found = [MissingRow(*row) for row in page.items]
    counts = queries.counts_of_facts(session)
    return render_template(
        "library/desk_missing.html",
        page=page,
        found=found,
        lacks=queries.lacks_of(session, [row.id for row in found]),
        fact_names=desk_words.FACT_NAMES,
        facts=[(each, f"{desk_words.FACT_NAMES[each]} ({counts[each]})") for each in FACTS if each in counts],
        fact=fact,
        kind=kind,
        sort=sort,
        order=order,
        **names(),
    )


@bp.get("/citations")
@requires(Act.MANAGE_LIBRARY)
def citations() -> ResponseReturnValue:
    """Laws and articles that texts cite and the library has not."""
    what = "articles" if request.args.get("what") == "articles" else "laws"
    sort = _one_of("sort", ("times", "documents", "title")) or "times"
    page = paginate(reading(), queries.broken(what, sort=sort), number=requested_page())
    found = [BrokenRow(*row) for row in page.items]
    return render_template(
        "library/desk_citations.html", page=page, found=found, what=what, sort=sort, label_of=desk_words.article_label
    )


@bp.get("/citations/<broken_id>")
@requires(Act.MANAGE_LIBRARY)
def citation(broken_id: str) -> ResponseReturnValue:
    """Where something that is missing is cited."""
    row = queries.broken_one(reading(), broken_id)
    return render_template(
        "library/desk_citation.html",
        row=row,
        places=queries.places(reading(), row),
        label=desk_words.article_label(row),
        cited=queries.cited_document(reading(), row) if row.article else None,
    )


@bp.get("/coming")
@requires(Act.MANAGE_LIBRARY)
def coming() -> ResponseReturnValue:
    """What begins, changes and ends within some days, or did so."""
    asked = request.args.get("days", "")
    days = int(asked) if asked in {str(each) for each in PERIODS} else PERIOD
    passed, what = request.args.get("when") == "passed", _one_of("what", tuple(COMING))
    page = paginate(reading(), queries.happening(days=days, passed=passed, what=what), number=requested_page())
    return render_template(
        "library/desk_coming.html",
        page=page,
        found=[DayRow(*row) for row in page.items],
        days=days,
        passed=passed,
        what=what,
        periods=[(each, gettext("%(days)s days", days=each)) for each in PERIODS],
        happenings=[("", gettext("Everything")), *desk_words.COMING_NAMES.items()],
        coming_names=desk_words.COMING_NAMES,
    )


@bp.route("/names", methods=["GET", "POST"])
@requires(Act.MANAGE_LIBRARY)
def short_names() -> ResponseReturnValue:
    """Short names of laws, by which searches and citations find them."""
    form = NameForm(alias=request.args.get("alias", "")[:60])
    if form.validate_on_submit():
        try:
            with writing() as session:
                service.add_name(session, str(form.alias.data), str(form.law.data))
            flash(gettext("It is noted."), "good")
            return redirect(url_for("library_desk.short_names"), 303)
        except (NameTaken, NoSuchLaw) as refusal:
            form.form_errors.append(sentence_of(refusal))
    page = paginate(reading(), queries.short_names(), number=requested_page())
    body = render_template("library/desk_names.html", form=form, page=page)
    return body, 422 if form.errors or form.form_errors else 200


@bp.post("/names/remove")
@requires(Act.MANAGE_LIBRARY)
def remove_name() -> ResponseReturnValue:
    """A short name means nothing any more."""
    with writing() as session:
        service.remove_name(session, request.form.get("alias", "").replace("\0", "")[:60])
    flash(gettext("It is taken back."), "good")
    return redirect(url_for("library_desk.short_names"), 303)


def _one_of(name: str, allowed: tuple[str, ...]) -> str:
    """The value of a filter, "" where it is none of those allowed."""
    value = request.args.get(name, "")
    return value if value in allowed else ""
