"""An installation of its own in a folder that is thrown away."""

import json
import secrets
from pathlib import Path

from lms.config import FILE_NAME, SECRET_NAME, Config

#: settings that decide what a request costs, or without which the server would not start
KEPT = ("workers", "threads", "second_factor", "password_policy", "session_idle_minutes", "session_hours")


def settle(folder: Path, like: Config, *, database_url: str = "") -> Config:
    """Write settings (those of `like` that matter for speed) and a new secret into `folder`; the configuration there.

    The secret is new so that no paper, ticket or cookie of the real installation means anything here.
    """
    secret = secrets.token_urlsafe(48)
    _private(folder / SECRET_NAME, secret)
    values = {name: getattr(like, name) for name in KEPT} | {"database_url": database_url, "log_level": "WARNING"}
    _private(folder / FILE_NAME, "".join(f"{name} = {json.dumps(value)}\n" for name, value in values.items()))
    return Config(data=folder, secret_key=secret, **values)


def _private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
