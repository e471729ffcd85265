"""Static files below one address per release: a new release is asked for anew, everything else is cached for ever.

One digest for the whole folder, because scripts import each other by relative path.
"""

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, request, send_from_directory

from lms.access import public

FOLDER = Path(__file__).parent / "static"
_YEAR = 365 * 86400


@lru_cache(maxsize=1)
def release() -> str:
    """Twelve hex digits that change whenever any static file changes (read once per process)."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(FOLDER).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def asset(path: str) -> str:
    """The address of a file below `static/`; raises FileNotFoundError when there is none."""
    return request.script_root + _address(path)


@lru_cache(maxsize=256)
def _address(path: str) -> str:
    if not (FOLDER / path).is_file():
        raise FileNotFoundError(path)
    return f"/static/{release()}/{path}"


@public
def asset_file(digest: str, path: str) -> Response:
    """Serve a file; an address of another release gets today's file, uncached."""
    current = digest == release()
    response = send_from_directory(FOLDER, path, max_age=_YEAR if current else 0)
    if current:
        response.cache_control.public = True
        response.cache_control.immutable = True
    return response


def init_app(app: Flask) -> None:
    """Add the route and the template function."""
    app.add_url_rule("/static/<digest>/<path:path>", "asset_file", asset_file)
    app.jinja_env.globals["asset"] = asset
