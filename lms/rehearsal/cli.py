"""The word `./run exam rehearse`. The command expects an application context, which the main command opens."""

import json

import click
from flask import current_app

from lms.config import Config
from lms.database import reading
from lms.errors import Refused, sentence_of
from lms.exams import queries as exams
from lms.rehearsal import service


@click.command("rehearse")
@click.argument("exam_id", metavar="EXAM")
@click.option("--candidates", type=click.IntRange(1, service.MOST), help="Expected; default: all who may sit it.")
@click.option("--json", "as_json", is_flag=True, help="The last line is one JSON object.")
def rehearse(exam_id: str, candidates: int | None, *, as_json: bool) -> None:
    """Let simulated candidates sit an exam on a copy: how many does this machine serve in time?

    It takes minutes and is refused while an exam is open. Exit 1 when it could not be played to its end.
    """
    exam = exams.by_public_id(reading(), exam_id)
    if exam is None:
        raise click.ClickException("There is no exam with this id (the last part of its address).")
    count = candidates or service.expected(reading(), exam)
    reading().rollback()
    config: Config = current_app.extensions["config"]
    try:
        number = service.note(config, exam, count)
    except Refused as refusal:
        raise click.ClickException(sentence_of(refusal)) from refusal
    outcome = service.Outcome("stopped", {"why": "cancelled"})
    try:
        outcome = service.played(config, exam.id, service.sizes(count), _told)
    finally:
        service.keep(number, outcome)
        click.echo(err=True)
    for cohort in outcome.report.get("cohorts", []):
        click.echo(
            "{candidates:>6} candidates: 99 of 100 start within {start_p99:.0f} ms, save within {save_p99:.0f} ms,"
            " hand in within {submit_p99:.0f} ms; {errors} errors, {lost} lost".format(**cohort)
        )
    if outcome.how == "played":
        click.echo(f"Served in time: {outcome.report['largest']} candidates at once.")
    else:
        click.echo(f"{outcome.how}: {outcome.report.get('why', '')}")
    if as_json:
        found = {"exam": exam.public_id, "candidates": count, "how": outcome.how, **outcome.report}
        click.echo(json.dumps(found, ensure_ascii=False))
    raise SystemExit(outcome.how != "played")


def _told(note: str, size: int, done: int, total: int) -> None:
    what = {"copy": "copying", "deal": f"dealing papers to {size}", "play": f"{size} candidates sit it"}[note]
    click.echo(f"\r{done:>4} of at most {total} s: {what}        ", nl=False, err=True)
