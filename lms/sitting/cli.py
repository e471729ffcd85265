"""The words `./run exam ...`. The commands expect an application context, which the main command opens."""

import click

from lms.accounts import queries as accounts
from lms.clock import now
from lms.database import reading
from lms.exams import queries as exams
from lms.exams.queries import ExamRow
from lms.sitting import redraw, verification
from lms.sitting.decided import Discrepancy

#: the id of an exam may begin with a dash, and is no option then
ANY_ID = {"ignore_unknown_options": True}


@click.group()
def exam() -> None:
    """Exams, proved afterwards."""


def _published(public_id: str) -> ExamRow:
    found = exams.by_public_id(reading(), public_id)
    if found is None or found.state == "draft":
        raise click.ClickException("There is no published exam with this id (the last part of its address).")
    return found


@exam.command("redraw", context_settings=ANY_ID)
@click.argument("exam_id", metavar="EXAM")
@click.option("--person", default="", help="Staff number of the one candidate wanted.")
def redraw_(exam_id: str, *, person: str) -> None:
    """Deal the papers of an exam that is over again and print them, byte for byte as kept: staff number, tab, record."""
    found, session = _published(exam_id), reading()
    if found.phase(now()) != "over":
        raise click.ClickException("Papers are printed when the exam is over.")
    wanted = accounts.person_by_staff_number(session, person) if person else None
    if person and wanted is None:
        raise click.ClickException("There is nobody with this staff number.")
    click.echo(f"seed {found.seed.hex()}, sha256 {found.commitment}", err=True)
    papers = [paper for paper in redraw.papers(session, found) if wanted is None or paper.person_id == wanted.id]
    numbers = redraw.staff_numbers(session, [paper.person_id for paper in papers])
    for paper in papers:
        click.echo(f"{numbers[paper.person_id]}\t{paper.record.decode()}")
    differing = [numbers[paper.person_id] for paper in papers if paper.record != paper.kept]
    if differing or not papers:
        raise click.ClickException(
            f"Kept otherwise: {', '.join(differing)}" if differing else "There is no such paper."
        )


@exam.command("verify", context_settings=ANY_ID)
@click.argument("exam_id", metavar="EXAM")
def verify(exam_id: str) -> None:
    """Recompute papers, journals, receipts and scores of an exam; exit 1 at the first discrepancy."""
    found = _published(exam_id)
    try:
        checked = verification.verify(reading(), found)
    except Discrepancy as discrepancy:
        click.echo(str(discrepancy))
        raise SystemExit(1) from discrepancy
    click.echo(
        f"OK: {checked.papers} papers, {checked.attempts} attempts, {checked.events} events, {checked.results} results"
    )
