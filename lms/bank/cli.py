"""The words `./run bank ...`. The commands expect an application context, which the main command opens."""

import json
from dataclasses import asdict
from pathlib import Path

import click
from flask_babel import force_locale
from sqlalchemy.orm import Session

from lms.accounts import queries as accounts
from lms.accounts.policy import Role
from lms.bank import files, queries, service
from lms.bank.complaints import told
from lms.bank.files import Content
from lms.bank.queries import PoolRow
from lms.bank.service import Stored
from lms.clock import now
from lms.database import writing
from lms.errors import Refused, sentence_of


@click.group()
def bank() -> None:
    """The question bank."""


@bank.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--pool", required=True, help="Name of the pool; it is made when there is none.")
@click.option("--dry-run", is_flag=True, help="Read and check only.")
@click.option("--take-good", is_flag=True, help="Store the good questions even if others are refused.")
@click.option("--keeper", help="Staff number of who makes the pool; by default an examiner.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
def import_(file: Path, *, pool: str, dry_run: bool, take_good: bool, keeper: str | None, as_json: bool) -> None:
    """Take the questions of FILE into a pool; twice changes nothing. Exit 1 when any was refused.

    Nothing is stored when a question was refused, unless --take-good is given.
    """
    with force_locale("en"):
        try:
            content = files.read(file.read_bytes(), name=file.name)
            stored = Stored()
            if not dry_run and content.items and (take_good or not content.complaints):
                stored = _store(content, pool, keeper)
        except Refused as error:
            raise click.ClickException(f"{sentence_of(error)} ({error.code})") from error
        _say(content, stored, as_json=as_json)
    raise SystemExit(1 if content.complaints else 0)


def _store(content: Content, name: str, keeper: str | None) -> Stored:
    with writing() as session:
        by = _keeper(session, keeper)
        return service.store_items(session, _pool(session, name, by), content.items, by)


def _pool(session: Session, name: str, by: int) -> PoolRow:
    found = queries.own_pool_by_name(session, name)
    return found or service.create_pool(session, name=name, purpose=None, owner_path="/", by=by)


def _keeper(session: Session, staff_number: str | None) -> int:
    if staff_number:
        person = accounts.person_by_staff_number(session, staff_number)
        if person is None:
            raise click.ClickException(f"There is nobody with the staff number {staff_number}.")
        return person.id
    for public_id in sorted(accounts.holders(session, Role.EXAMINER, now=now())):
        return accounts.person_by_public_id(session, public_id).id
    raise click.ClickException("There is no examiner yet: name who keeps the pool with --keeper.")


def _say(content: Content, stored: Stored, *, as_json: bool) -> None:
    bad = [line for line in content.lines if line.item is None]
    counts = {"good": len(content.items), "bad": len(bad) + len(content.refused)} | asdict(stored)
    if as_json:
        complaints = [
            {"where": one.where, "field": one.field, "value": one.value, "code": one.code, "reason": told(one)}
            for one in content.complaints
        ]
        click.echo(json.dumps(counts | {"complaints": complaints}, ensure_ascii=False))
        return
    click.echo(", ".join(f"{name} {count}" for name, count in counts.items()))
    for one in (*content.complaints, *content.remarks):
        click.echo(told(one))
