"""The command line: `./run WORD ...`. Each feature brings its own words; this module only gathers them."""

import json
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click
from flask import Flask
from sqlalchemy.orm import Session

from lms import backup as backups
from lms import doctor, install, migrate, server
from lms import worker as workers
from lms.accounts import service as accounts
from lms.accounts.cli import user
from lms.accounts.policy import Role
from lms.app import create_app
from lms.archive import BadArchive
from lms.audit import queries as audit
from lms.audit import service as audit_service
from lms.audit.queries import Discrepancy
from lms.bank.cli import bank
from lms.clock import BUREAU_ZONE, system_clock
from lms.config import SECRETS, Config, ConfigError, load, origin, settings
from lms.content import check_content
from lms.database import reading, writing
from lms.demo.build import build
from lms.evidence.cli import signing_key
from lms.jobs import run_waiting
from lms.library.cli import library
from lms.rehearsal import rooms
from lms.rehearsal.cli import rehearse
from lms.sitting.cli import exam
from lms.snapshot import SnapshotFailed
from lms.transcripts.cli import transcripts

ROOT = Path(__file__).parent.parent


class Words(click.Group):
    """The commands; those that need an installation get an application context around them."""

    def invoke(self, context: click.Context) -> Any:
        """Say a refused setting in one sentence."""
        try:
            return super().invoke(context)
        except ConfigError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=Words)
def main() -> None:
    """Shuyuan: courses, library and examinations under one roof."""


def _open() -> Flask:
    """The application of the installation there is; without one a demonstration, if no data folder was named."""
    config = load()
    if not config.installed:
        click.echo("No installation yet: preparing the demonstration, as ./run does.", err=True)
        config = _demonstration(config)
    return install.open_app(config)


def _demonstration(config: Config) -> Config:
    config = install.prepare(config, demonstration=True)
    app = install.open_app(config)
    with app.app_context():
        install.load_content(app)
        made = build(app)
    run_waiting(app)
    lines = [
        f"{account.role.value:<18} {account.staff_number:<10} {account.password:<24} {account.name} {account.unit}"
        for account in made.accounts
    ]
    note = config.data / "demo-accounts.txt"
    note.touch(mode=0o600)
    note.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return config


@main.command()
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=int, help="Port to listen on.")
def demo(host: str | None, port: int | None) -> None:
    """Make the demonstration if there is no installation, then serve."""
    config = load()
    if not config.installed:
        click.echo("正在准备演示数据，约需一分钟…… / Preparing the demonstration, about a minute ...")
        config = _demonstration(config)
    elif migrate.pending(config):
        migrate.upgrade(config)
    host, port = host or config.host, port or config.port
    click.echo(f"\n书院 / Shuyuan: http://{host}:{port}/\n")
    note = config.data / "demo-accounts.txt"
    if note.is_file():
        click.echo("角色 role          工号 number 口令 password            姓名、单位 name, unit")
        click.echo(note.read_text(encoding="utf-8"))
    sys.stdout.flush()
    rooms.sweep(config)
    server.serve(config, host=host, port=port)


@main.command()
@click.option("--admin-number", prompt="Staff number of the first administrator", help="Login name.")
@click.option("--admin-name", prompt="Name of the first administrator", help="Name shown.")
def init(admin_number: str, admin_name: str) -> None:
    """Make a real installation: folder, secret, database, content, first administrator. No default account."""
    config = load()
    if config.installed:
        raise click.ClickException(f"There is an installation in {config.data} already.")
    config = install.prepare(config, demonstration=False)
    app = install.open_app(config)
    with app.app_context():
        install.load_content(app)
        with writing() as session:
            person = accounts.add_person(session, staff_number=admin_number, name=admin_name, unit_id=None)
            accounts.grant_role(session, person.id, Role.SECURITY_ADMIN, reason="first administrator", by=None)
            code = accounts.issue_activation(session, person.id)
    click.echo(f"Installed in {config.data}. {person.staff_number} {person.name} is security administrator.")
    click.echo(f"Activation code (7 days, once): {code}")
    click.echo("Next: ./run serve, open /activate and set a password.")


@main.command()
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=int, help="Port to listen on.")
def serve(host: str | None, port: int | None) -> None:
    """Serve the installation there is."""
    config = load()
    if not config.installed:
        raise click.ClickException("There is no installation. Make one with ./run init, or a demonstration with ./run")
    if migrate.pending(config):
        migrate.upgrade(config)
    rooms.sweep(config)
    server.serve(config, host=host or config.host, port=port or config.port)


@main.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def doctor_command(*, as_json: bool) -> None:
    """Say what this machine and installation have, what is missing and what to do; exit 1 when something is missing."""
    found = doctor.examine(load(), now=system_clock())
    for one in found:
        mark = {"ok": "ok", "advice": "--", "missing": "!!"}[one.state]
        line = f"{mark}  {one.name}: {one.says}" + (f"\n      {one.do}" if one.do else "")
        click.echo(json.dumps(asdict(one), ensure_ascii=False) if as_json else line)
    raise SystemExit(1 if any(one.state == "missing" for one in found) else 0)


@main.command()
def worker() -> None:
    """Run long work outside the server until SIGTERM; set jobs = "worker" so that the server leaves it alone."""
    config = _installation()
    if migrate.pending(config):
        raise click.ClickException("The database is not of this release: run ./run migrate first.")
    workers.work(create_app(config))


@main.group()
def config() -> None:
    """Settings."""


@config.command("check")
def config_check() -> None:
    """Every setting, its value and where the value comes from."""
    values = load()
    for name, doc in settings().items():
        value = "***" if name in SECRETS and getattr(values, name) else getattr(values, name)
        click.echo(f"{name} = {value}  [{origin(name, data=values.data)}]  {doc}")
    for problem in values.problems():
        click.echo(f"! {problem}", err=True)
    raise SystemExit(1 if values.problems() else 0)


@main.command("migrate")
def migrate_command() -> None:
    """Bring the stored database to this release."""
    migrate.upgrade(load())
    click.echo("The database is of this release.")


def _installation() -> Config:
    """The settings of the installation there must be."""
    config = load()
    if not config.installed:
        raise click.ClickException(f"There is no installation in {config.data}.")
    return config


@main.command()
@click.option(
    "--to", "target", type=click.Path(path_type=Path), help="File or folder; default: backups/ in the data folder."
)
def backup(target: Path | None) -> None:
    """Copy database, media, files of candidates, secret and settings into one file, while the server may be at work."""
    config, moment = _installation(), system_clock()
    named = backups.default_file(config, moment=moment)
    if target is not None:
        named = (target / named.name if target.is_dir() else target).absolute()
    try:
        made = backups.make(config, named, moment=moment, head=audit.head)
    except FileExistsError as error:
        raise click.ClickException(f"There is a file {error} already.") from error
    except (SnapshotFailed, BadArchive, OSError) as error:
        raise click.ClickException(f"No backup was made: {error}") from error
    number, digest = made.manifest.head
    _note(config, "backup.make", {"file": named.name, "sha256": made.sha256})
    click.echo(made.file)
    click.echo(f"sha256 {made.sha256}  {made.file.stat().st_size} bytes, {len(made.manifest.files)} files")
    click.echo(f"audit head {number}:{digest}")
    click.echo(
        "Note both lines outside this machine. The file holds the secret of the installation: keep it as safely."
    )


@main.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--into", required=True, type=click.Path(file_okay=False, path_type=Path), help="Data folder to make.")
@click.option("--database-url", default="", help="PostgreSQL: address of a new, empty database.")
@click.option("--sha256", default="", help="Hash noted when the backup was made.")
@click.option("--force", is_flag=True, help="Put aside what is in the folder; it is not deleted.")
def restore(source: Path, into: Path, database_url: str, sha256: str, *, force: bool) -> None:
    """Make an installation out of a backup: check every hash, every table's rows and the audit log, then migrate."""
    into = into.absolute()
    config = replace(load(), data=into, database_url=database_url, migration_url="")
    aside = into / f"replaced-{system_clock():%Y%m%d-%H%M%S}" if force else None
    try:
        manifest = backups.restore(source, config, verify=_chain_complaint, sha256=sha256, aside=aside)
    except (backups.RestoreRefused, BadArchive, SnapshotFailed, OSError) as error:
        raise click.ClickException(f"Nothing was restored: {error}") from error
    number, chain = manifest.head
    click.echo(f"Restored into {into}: backup of {manifest.made_at}, release {manifest.release}.")
    click.echo(
        f"{len(manifest.tables)} tables, {sum(manifest.tables.values())} rows, {len(manifest.files)} files as listed."
    )
    click.echo(f"The audit log holds to its head {number}:{chain}.")
    if aside is not None and aside.exists():
        click.echo(f"What was there before is in {aside}.")
    served = load({"LMS_DATA": str(into)})
    if served.url != config.url:
        click.echo(
            f"! database_url in {into} names another database than the one restored: change it before serving.",
            err=True,
        )
    _note(replace(served, database_url=database_url), "backup.restore", {"made_at": manifest.made_at, "head": number})


def _chain_complaint(session: Session, head: tuple[int, str]) -> str | None:
    outcome = audit.verify(session, head=head if head[0] else None)
    return f"entry {outcome.number} {outcome.reason}" if isinstance(outcome, Discrepancy) else None


def _note(config: Config, act: str, facts: dict[str, Any]) -> None:
    """Leave an entry in the audit log of the installation."""
    with create_app(config).app_context(), writing() as session:
        audit_service.record(session, act, thing="installation", after=facts)


@main.group("audit")
def audit_group() -> None:
    """The audit log."""


@audit_group.command("verify")
@click.option("--head", help="NUMBER:HASH noted earlier outside the database.")
def audit_verify(head: str | None) -> None:
    """Walk the hash chain; exit 1 at the first discrepancy."""
    noted = None
    if head:
        noted_number, _, noted_hash = head.partition(":")
        noted = (int(noted_number), noted_hash)
    with _open().app_context():
        outcome = audit.verify(reading(), head=noted)
        if isinstance(outcome, Discrepancy):
            click.echo(f"entry {outcome.number}: {outcome.reason}")
            raise SystemExit(1)
        number, digest = audit.head(reading())
    click.echo(f"OK: {outcome} entries; head {number}:{digest}")


@main.group()
def content() -> None:
    """The bundled content."""


@content.command("check")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
def content_check(*, as_json: bool) -> None:
    """Check every bundled unit, question and document; exit 1 if anything is wrong. Needs no installation."""
    found = check_content(system_clock().astimezone(BUREAU_ZONE).date())
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        for problem in found["problems"]:
            click.echo(problem)
        click.echo({key: value for key, value in found.items() if key != "problems"})
    raise SystemExit(1 if found["problems"] else 0)


@content.command("load")
def content_load() -> None:
    """Load the bundled content into the installation; twice changes nothing."""
    app = _open()
    with app.app_context():
        click.echo(json.dumps(install.load_content(app), ensure_ascii=False, default=str))


@main.command("bench", context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("what", type=click.Choice(["exam", "bank", "search", "study", "dashboards", "prints"]))
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def bench(what: str, words: tuple[str, ...]) -> None:
    """Measure the product in a process of its own; WORDS go to the measurement, e.g. --json or --help."""
    call = f"import sys; from benchmarks import {what}; {what}.main(sys.argv[1:])"
    raise SystemExit(subprocess.run([sys.executable, "-c", call, *words], cwd=ROOT, check=False).returncode)  # noqa: S603


class _WithApp(click.Group):
    """Feature commands run in the application context of the installation."""

    def __init__(self, inner: click.Group) -> None:
        super().__init__(inner.name, commands=inner.commands, help=inner.help)

    def invoke(self, context: click.Context) -> Any:
        """Open the installation first."""
        with _open().app_context():
            return super().invoke(context)


exam.add_command(rehearse)
for group in (user, bank, library, exam, signing_key, transcripts):
    main.add_command(_WithApp(group))
