"""Questions on paper, for a committee that sits around a table."""

from dataclasses import dataclass

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

from lms.access import requires
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.bank import preview, queries, statistics
from lms.bank.names import names
from lms.bank.policy import access_pool
from lms.bank.preview import Key
from lms.bank.selection import Selection
from lms.clock import now
from lms.database import reading
from lms.richtext import rendered, rendered_stem
from question_bank.analysis.versions import Figures
from question_bank.item import ItemVersion

bp = Blueprint("bank_print", __name__, url_prefix="/bank", template_folder="templates")

#: more make a stack of paper that nobody reads, and a page that no browser lays out in time
MOST = 300
#: what may stand under each question
PARTS = ("key", "particulars", "statistics")


@dataclass(frozen=True, slots=True)
class Printed:
    """A question as it is printed: offered things in the author's order, what is said under it as far as asked for."""

    version: ItemVersion
    number: int
    stem: Markup
    stimulus: Markup | None
    offered: tuple[str, ...]
    key: Key
    figures: Figures | None


@bp.get("/pools/<pool_id>/print")
@requires(Act.SEE_BANK)
def pool(pool_id: str) -> ResponseReturnValue:
    """The ticked or listed questions of a pool, with or without what stands under them."""
    session = reading()
    found = access_pool(session, viewer(), pool_id, Act.SEE_BANK)
    selection = Selection.of(request.args)
    ids = selection.ids(session, found.id)
    asked = request.args.getlist("with[]") if "with[]" in request.args or "shown" in request.args else ["key"]
    chosen = selection.to_address()
    return render_template(
        "bank/print.html",
        pool=found,
        items=_printed(session, ids[:MOST], drawn=selection.chosen.drawn),
        total=len(ids),
        most=MOST,
        parts=[part for part in PARTS if part in asked],
        hidden=[
            (name, one) for name, value in chosen.items() for one in (value if isinstance(value, list) else [value])
        ],
        back=url_for("bank.pool", pool_id=pool_id, **selection.chosen.to_address()),
        at=now(),
        **names(),
    )


def _printed(session: Session, ids: list[int], *, drawn: bool) -> list[Printed]:
    rows = queries.versions_in_order(session, ids, drawn=drawn)
    figures = statistics.most_telling(session, [row.id for row in rows])
    return [
        Printed(
            version=row.version,
            number=row.number,
            stem=rendered_stem(row.version.stem),
            stimulus=rendered(row.version.stimulus.text) if row.version.stimulus else None,
            offered=row.version.interaction.offered(row.version.body),
            key=preview.key(row.version),
            figures=figures.get(row.id),
        )
        for row in rows
    ]
