"""The words `./run library ...`."""

import json
from dataclasses import asdict
from pathlib import Path

import click
from flask import current_app

from lms.config import Config
from lms.database import reading
from lms.library import importing
from lms.library.search import plan, rebuild


@click.group()
def library() -> None:
    """The reference library."""


@library.command("import")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Change nothing; say what would be.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
def import_(folder: Path, *, dry_run: bool, as_json: bool) -> None:
    """Take in every document below FOLDER, PDF and Word too; twice changes nothing. Exit 1 when a file was refused."""
    config: Config = current_app.extensions["config"]
    outcome = importing.import_folder(folder, media=config.media, dry_run=dry_run)
    refused = outcome["refused"]
    if as_json:
        click.echo(json.dumps(outcome, ensure_ascii=False))
    else:
        click.echo(", ".join(f"{name} {outcome[name]}" for name in ("new", "changed", "unchanged", "articles")))
        for code, count in sorted(outcome["notes"].items()):
            click.echo(f"remark: {code}: {count}")
        for line in refused:
            click.echo(f"refused: {line['file']}: {line['field']}: {line['reason']}")
    raise SystemExit(1 if refused else 0)


@library.command("search")
@click.argument("words", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 300), help="Documents at most.")
def search(words: tuple[str, ...], *, as_json: bool, limit: int) -> None:
    """Search as the page does."""
    found = plan.search(reading(), " ".join(words), only={}, size=limit)
    shown = found.hits
    if as_json:
        click.echo(json.dumps({"total": found.total, "hits": [asdict(hit) for hit in shown]}, ensure_ascii=False))
        return
    for hit in shown:
        click.echo(hit.title)
        for passage in hit.passages:
            click.echo(f"    {passage.label}  {''.join(piece for piece, _is_hit in passage.snippet)}")
    if not shown:
        click.echo("Nothing found.")


@library.command("reindex")
@click.option("--all", "everything", is_flag=True, help="Every document, not only those that need it.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
def reindex(*, everything: bool, as_json: bool) -> None:
    """Make the index of the search right again, document by document, while people search; and count common tokens."""
    outcome = rebuild.make_right(_progress, everything=everything)
    if as_json:
        click.echo(json.dumps(outcome))
    else:
        click.echo(", ".join(f"{name} {count}" for name, count in outcome.items()))


def _progress(done: int, total: int) -> None:
    if done % 500 == 0:
        click.echo(f"{done} / {total}", err=True)
