"""Participation and pass rates in the browser: a table with its footnotes, and the names behind every number."""

from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO

from flask import Blueprint, render_template, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from courseware.rates import Rates, percent
from lms.access import requires
from lms.accounts import queries as accounts
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.accounts.queries import UnitRow
from lms.classes import rates, words, workbooks
from lms.classes.models import TrainingClass
from lms.classes.policy import managed
from lms.classes.queries import years
from lms.classes.rates import Asked, Line
from lms.classes.routes import asked_year
from lms.clock import today
from lms.database import reading
from lms.errors import NotFound
from lms.paging import Page, paginate, requested_page
from lms.rates import footnotes, paper

bp = Blueprint("class_rates", __name__, url_prefix="/class-rates", template_folder="templates")


class _Question:
    """What the address asks for, within the units of the viewer."""

    def __init__(self) -> None:
        session, mine = reading(), managed(viewer())
        self.units = accounts.units(session, paths=mine, closed=True)
        self.unit = next((unit for unit in self.units if unit.public_id == request.args.get("unit")), None)
        self.by = request.args.get("by", "") if request.args.get("by") in rates.BY else "unit"
        kind = request.args.get("type", "")
        self.asked = Asked(
            paths=(self.unit.path,) if self.unit else mine,
            year=asked_year(),
            class_type=kind if kind in words.TYPES else "",
            alone=self.unit.id if self.unit and request.args.get("own") else None,
        )
        self.one: TrainingClass | None = None
        if request.args.get("class"):
            self.one = self._class(str(request.args["class"]))

    def _class(self, public_id: str) -> TrainingClass:
        """The class of the address, of those that have such people; raises NotFound."""
        session = reading()
        found = session.scalar(rates.closed_classes(self.asked).where(TrainingClass.public_id == public_id))
        if found is None:
            raise NotFound
        self.asked = replace(self.asked, class_id=found.id)
        return found

    def printed(self) -> Sequence[Line]:
        """The lines of the table on paper and in workbooks: all classes."""
        if self.by != "class":
            return [self._named(line) for line in self.lines()[0]]
        session = reading()
        return rates.by_class(session, self.asked, session.scalars(rates.closed_classes(self.asked)).all())

    def _named(self, line: Line) -> Line:
        """The line of the chosen unit is that of its own people."""
        if self.by == "unit" and self.unit and line.key == self.unit.public_id:
            return replace(line, name=gettext("%(unit)s itself", unit=line.name))
        return line

    def lines(self) -> tuple[Sequence[Line], Page[TrainingClass] | None]:
        """The lines of the table; of classes one page of them."""
        session = reading()
        if self.by == "class":
            page = paginate(session, rates.closed_classes(self.asked), number=requested_page())
            return rates.by_class(session, self.asked, page.items), page
        if self.by == "type":
            return rates.by_type(session, self.asked, words.TYPES), None
        if self.by == "year":
            return rates.by_year(session, self.asked), None
        return rates.by_unit(session, self.asked, self.units, self.unit), None


@bp.get("/")
@requires(Act.MANAGE_CLASSES)
def index() -> ResponseReturnValue:
    """The table."""
    question = _Question()
    lines, page = question.lines()
    whole = rates.whole(reading(), question.asked)
    return render_template(
        "classes/rates.html",
        question=question,
        lines=lines,
        page=page,
        whole=whole,
        percent=percent,
        notes=footnotes(whole, words.MEANING),
        key={"unit": "unit", "class": "class", "type": "type", "year": "year"}[question.by],
        years=years_of(question.units),
        words=words,
    )


def years_of(units: Sequence[UnitRow]) -> list[int]:
    """The years of classes of these units."""
    return (
        years(reading(), [unit.path for unit in units if unit.depth == min(one.depth for one in units)])
        if units
        else []
    )


@bp.get("/people")
@requires(Act.MANAGE_CLASSES)
def people() -> ResponseReturnValue:
    """The names behind a number."""
    question, session = _Question(), reading()
    shown = request.args.get("show", "")
    shown = shown if shown in rates.SHOWN else "called"
    why = request.args.get("exempt", "")
    page = paginate(
        session, rates.people(question.asked, shown, why if why in words.EXEMPTIONS else ""), number=requested_page()
    )
    return render_template(
        "classes/behind.html",
        question=question,
        shown=shown,
        page=page,
        people=accounts.people_by_ids(session, [person for _result, _class, person, _unit in page.items]),
        unit_names={unit.id: unit.name for unit in question.units},
        words=words,
    )


@bp.get("/print/rates.xlsx")
@requires(Act.MANAGE_CLASSES)
def workbook() -> ResponseReturnValue:
    """The table as a workbook, with its footnotes."""
    question = _Question()
    lines, whole = question.printed(), rates.whole(reading(), question.asked)
    heads = [
        gettext("Name"), gettext("To take part"), gettext("Exempt"), gettext("Counted in the rate"), gettext("Took part"),
        gettext("Participation rate"), gettext("Passed"), gettext("Pass rate"),
    ]  # fmt: skip
    rows = [_row(line.name, line.rates) for line in [*lines, Line("", gettext("All together"), whole)]]
    data = workbooks.table(
        gettext("Rates"),
        heads,
        rows,
        [f"{sign} {note}".strip() for sign, note in footnotes(whole, words.MEANING).lines],
    )
    return send_file(BytesIO(data), mimetype=workbooks.XLSX, as_attachment=True, download_name="rates.xlsx")


@bp.get("/print/rates.pdf")
@requires(Act.MANAGE_CLASSES)
def pdf() -> ResponseReturnValue:
    """The table on paper, with its footnotes."""
    question = _Question()
    lines = question.printed()
    narrowed = [
        question.one.name if question.one else "",
        question.unit.name if question.unit else gettext("All my units"),
        str(question.asked.year or ""),
        str(words.TYPES[question.asked.class_type]) if question.asked.class_type else "",
        str(today()),
    ]
    data = paper(
        gettext("Participation and pass rates"),
        " · ".join(word for word in narrowed if word),
        str(words.RATES_BY[question.by]),
        [(line.name, line.rates) for line in lines],
        whole=rates.whole(reading(), question.asked),
        meaning=words.MEANING,
    )
    return send_file(BytesIO(data), mimetype="application/pdf", download_name="rates.pdf")


def _row(name: str, found: Rates) -> list[str]:
    spared = found.called - found.expected
    shares = [f"{text}%" if (text := percent(share)) else "" for share in (found.participation, found.pass_rate)]
    numbers = [str(number) for number in (found.called, spared, found.expected, found.took_part, found.passed)]
    return [name, *numbers[:4], shares[0], numbers[4], shares[1]]
