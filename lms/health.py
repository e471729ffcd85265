"""Health for machines: is the database there and of this release, is there room on the disk."""

import shutil
from pathlib import Path

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from lms.access import public
from lms.config import Config
from lms.database import reading

bp = Blueprint("health", __name__)
LEAST_FREE = 256 * 1024 * 1024


@bp.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """200 when candidates could work here, else 503; names no secret."""
    config: Config = current_app.extensions["config"]
    checks = {"database": _database(), "disk": _disk(config.data)}
    well = all(checks.values())
    return jsonify(status="ok" if well else "failing", **checks), 200 if well else 503


def _database() -> bool:
    try:
        reading().execute(text("SELECT version_num FROM alembic_version")).one()
    except SQLAlchemyError:
        return False
    return True


def _disk(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free > LEAST_FREE
    except OSError:
        return False
