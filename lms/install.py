"""Making an installation: data folder, secret, configuration file, database, bundled content."""

import secrets
from pathlib import Path

from flask import Flask

from lms import migrate
from lms.app import create_app
from lms.bank import service as bank
from lms.config import FILE_NAME, SECRET_NAME, Config, load
from lms.courses import service as courses
from lms.database import writing
from lms.library import service as library

_FILE = """# Settings of this installation; `./run config check` lists all of them with their meaning.
# The environment (LMS_...) goes before this file.
demonstration = {demonstration}
second_factor = "{second_factor}"
"""


def prepare(config: Config, *, demonstration: bool) -> Config:
    """Make the data folder with secret and settings, and migrate; the configuration as it is then.

    Raises FileExistsError when there is an installation already.
    """
    if config.installed:
        raise FileExistsError(config.data / FILE_NAME)
    config.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    config.data.chmod(0o700)
    _write_private(config.data / SECRET_NAME, secrets.token_urlsafe(48) + "\n")
    settings = _FILE.format(
        demonstration=str(demonstration).lower(), second_factor="offered" if demonstration else "required"
    )
    _write_private(config.data / FILE_NAME, settings)
    made = load()
    migrate.upgrade(made)
    return made


def load_content(app: Flask) -> dict[str, object]:
    """Load what is bundled (idempotent): questions, units, documents; what was new, changed and unchanged."""
    config: Config = app.extensions["config"]
    with writing() as session:
        questions = bank.load_bundled(session, media=config.media)
    with writing() as session:
        units = courses.load_bundled(session, media=config.media)
    with writing() as session:
        documents = library.load_bundled(session)
    return {"questions": questions, "units": units, "documents": documents}


def open_app(config: Config) -> Flask:
    """The application of a prepared installation, migrated to this release."""
    if migrate.pending(config):
        migrate.upgrade(config)
    return create_app(config)


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(text, encoding="utf-8")
