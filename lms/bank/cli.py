"""The words `./run bank ...`. The commands expect an application context, which the main command opens."""

import json
from collections.abc import Sequence
from pathlib import Path

import click
from flask import current_app
from flask_babel import force_locale
from sqlalchemy.orm import Session

from lms.accounts import queries as accounts
from lms.accounts.policy import Role
from lms.bank import export, files, queries, service
from lms.bank.complaints import field_name, reason_of, told
from lms.bank.files import Content
from lms.bank.queries import PoolRow
from lms.bank.work import with_pictures
from lms.clock import now
from lms.config import Config
from lms.database import reading, writing
from lms.errors import Refused, sentence_of
from question_bank.formats.refusal import Refusal
from question_bank.formats.registry import Format, named


@click.group()
def bank() -> None:
    """The question bank."""


@bank.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--format", "wanted", default="", help="Format or ending; by default recognised by name and content.")
@click.option("--pool", default="", help="Name of the pool, made when there is none; by default that of the file.")
@click.option("--dry-run", is_flag=True, help="Read and check only.")
@click.option("--all-or-nothing", is_flag=True, help="Store nothing when anything was refused.")
@click.option("--keeper", help="Staff number of who makes the pool; by default an examiner.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
def import_(
    file: Path, *, wanted: str, pool: str, dry_run: bool, all_or_nothing: bool, keeper: str | None, as_json: bool
) -> None:
    """Take the good questions of FILE into a pool; twice changes nothing. Exit 1 when any was refused."""
    with force_locale("en"):
        try:
            content = _read(file, wanted, dry_run=dry_run)
            kept = not (all_or_nothing and content.complaints)
            if kept and not dry_run and content.items:
                _store(content, pool or file.stem[:120], keeper)
        except Refused as error:
            raise click.ClickException(f"{sentence_of(error)} ({error.code})") from error
        _say(content, len(content.items) if kept else 0, as_json=as_json)
    raise SystemExit(1 if content.complaints else 0)


def _read(file: Path, wanted: str, *, dry_run: bool) -> Content:
    data = file.read_bytes()
    if wanted and named(wanted) is None:
        raise click.ClickException(f"There is no format {wanted}: use one of {_keys(files.readable())}.")
    content = files.read(data, name=file.name, wanted=wanted)
    return content if dry_run else with_pictures(content, None)


def _store(content: Content, name: str, keeper: str | None) -> None:
    with writing() as session:
        by = _keeper(session, keeper)
        service.store_items(session, _pool(session, name, by), content.items, by)


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


def _say(content: Content, imported: int, *, as_json: bool) -> None:
    if as_json:
        said = {
            "imported": imported,
            "refused": [_entry(one) for one in content.complaints],
            "warnings": [told(one) for one in content.remarks],
        }
        click.echo(json.dumps(said, ensure_ascii=False))
        return
    click.echo(f"{imported} imported, {len(content.complaints)} complaints, {len(content.remarks)} warnings")
    for one in (*content.complaints, *content.remarks):
        click.echo(told(one))


def _entry(one: Refusal) -> dict[str, str]:
    return {"where": one.where, "field": one.field, "value": one.value, "reason": _reason(one)}


def _reason(one: Refusal) -> str:
    name = field_name(one.field)
    return f"{name}: {reason_of(one)}" if name else reason_of(one)


@bank.command("export")
@click.argument("pool")
@click.option("--format", "wanted", required=True, help="Format or ending.")
@click.option("--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
def export_(pool: str, *, wanted: str, output: Path) -> None:
    """Write the questions of POOL (its name, or "bundled") as a file; what the format loses is said first."""
    one = named(wanted)
    if one is None or one.write is None:
        raise click.ClickException(f"There is no format {wanted}: use one of {_keys(export.writable())}.")
    found = queries.bundled_pool(reading()) if pool == "bundled" else queries.own_pool_by_name(reading(), pool)
    if found is None:
        raise click.ClickException(f"There is no pool of the name {pool}.")
    items = export.newest(reading(), export.ids_in(reading(), found.id))
    reading().rollback()
    config: Config = current_app.extensions["config"]
    with force_locale("en"):
        for loss in export.losses(one, items):
            refusal = export.as_refusal(loss)
            click.echo(
                f"! {loss.count}: {field_name(loss.field)} {reason_of(refusal)} ({', '.join(loss.refs)})", err=True
            )
    data = export.written(one, items, media=config.media)
    output.write_bytes(data)
    with writing() as session:
        export.note(session, found, one, len(items), data)
    click.echo(f"{len(items)} questions, {len(data)} bytes: {output}")


def _keys(formats: Sequence[Format]) -> str:
    return ", ".join(one.key for one in formats)
