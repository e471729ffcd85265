"""Configuration: defaults < file `shuyuan.toml` in the data folder < environment `LMS_*`.

The only place that reads the environment. Each setting carries its own sentence of documentation.
"""

import ipaddress
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any

FILE_NAME = "shuyuan.toml"
SECRET_NAME = "secret_key"  # noqa: S105 - the name of the file, not the secret
SECRET_LENGTH = 32
#: the folder of the private signing key
SIGNING = "signing"
#: settings whose values are never shown
SECRETS = ("secret_key", "metrics_token", "database_url", "migration_url")
TOKEN_LENGTH = 16
PASSWORD_POLICIES = ("asvs", "dengbao3")
SECOND_FACTOR = ("required", "offered", "off")
JOB_RUNNERS = ("embedded", "worker", "off")
MAIL = re.compile(r"[^\s@<>&]+@[^\s@<>&]+\.[^\s@<>&]+")


class ConfigError(Exception):
    """Settings that cannot be used; `problems` holds one sentence each."""

    code = "config.invalid"

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def _setting(doc: str, default: Any = MISSING) -> Any:
    return field(metadata={"doc": doc}) if default is MISSING else field(default=default, metadata={"doc": doc})


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Every setting of an installation."""

    data: Path = _setting("Folder of everything that is kept: database, media, secrets, backups.")
    database_url: str = _setting("SQLAlchemy address of the database; default is SQLite in the data folder.", "")
    migration_url: str = _setting("Address for migrations (PostgreSQL: the owning role); default as database_url.", "")
    secret_key: str = field(default="", repr=False, metadata={"doc": "Signs cookies and links; 32+ characters."})
    demonstration: bool = _setting("Every page says that this is a demonstration.", False)
    host: str = _setting("Address to listen on.", "127.0.0.1")
    port: int = _setting("Port to listen on.", 8000)
    workers: int = _setting("Server processes.", 2)
    threads: int = _setting("Threads in each server process.", 32)
    public_url: str = _setting("Address people use, e.g. https://study.example; its scheme decides Secure cookies.", "")
    trusted_proxies: int = _setting("How many proxies in front set X-Forwarded-* (0: ignore those headers).", 0)
    allowed_hosts: str = _setting("Host names that are answered, comma separated; empty: any.", "")
    password_policy: str = _setting("`asvs` (length and list) or `dengbao3` (classes, history, 90 days).", "asvs")
    second_factor: str = _setting("One-time codes for privileged roles: required, offered or off.", "required")
    session_idle_minutes: int = _setting("A session unused for so long ends.", 30)
    session_hours: int = _setting("A session ends after so many hours at the latest.", 12)
    jobs: str = _setting("Who runs long work: embedded (the server), worker (`./run worker`) or off.", "embedded")
    metrics_token: str = field(
        default="",
        repr=False,
        metadata={"doc": "Bearer token for /metrics from elsewhere, 16+; empty: this machine only."},
    )
    log_level: str = _setting("DEBUG, INFO, WARNING or ERROR.", "INFO")
    catalogue_contact: str = _setting(
        "E-mail address of who keeps the catalogue; with it harvesters (OAI-PMH) read titles and facts without signing in.",
        "",
    )
    harvest_networks: str = _setting(
        "Networks besides the public ones in which catalogues may be harvested, e.g. 10.20.0.0/16, comma separated.", ""
    )
    max_upload_mb: int = _setting("Largest request body in MiB.", 24)
    testing: bool = _setting("Set by the test suite only.", False)

    @property
    def secure(self) -> bool:
        """Whether people reach us by TLS, so that cookies are Secure and HSTS is sent."""
        return self.public_url.startswith("https://")

    @property
    def url(self) -> str:
        """The database address in force."""
        return self.database_url or f"sqlite:///{self.data / 'shuyuan.db'}"

    @property
    def owner_url(self) -> str:
        """The address migrations use."""
        return self.migration_url or self.url

    @property
    def media(self) -> Path:
        """Folder of stored files, named by their hash."""
        return self.data / "media"

    @property
    def answers(self) -> Path:
        """Folder of the files that candidates handed in."""
        return self.data / "answers"

    @property
    def claims(self) -> Path:
        """Folder of the evidence of learning elsewhere."""
        return self.data / "claims"

    @property
    def installed(self) -> bool:
        """Whether the data folder was initialised."""
        return (self.data / FILE_NAME).is_file()

    def problems(self) -> list[str]:
        """What makes these settings unusable for serving, one sentence each."""
        wrong = []
        if len(self.secret_key) < SECRET_LENGTH or len(set(self.secret_key)) < 10:
            wrong.append(f"secret_key needs {SECRET_LENGTH} or more characters that are not a pattern")
        for name, allowed in (
            ("password_policy", PASSWORD_POLICIES),
            ("second_factor", SECOND_FACTOR),
            ("jobs", JOB_RUNNERS),
        ):
            if getattr(self, name) not in allowed:
                wrong.append(f"{name} is {getattr(self, name)!r}; allowed: {', '.join(allowed)}")
        if 0 < len(self.metrics_token) < TOKEN_LENGTH:
            wrong.append(f"metrics_token needs {TOKEN_LENGTH} or more characters")
        if self.catalogue_contact and not MAIL.fullmatch(self.catalogue_contact):
            wrong.append("catalogue_contact is no e-mail address")
        if not _are_networks(self.harvest_networks):
            wrong.append("harvest_networks are no networks like 10.20.0.0/16, comma separated")
        return wrong


def _are_networks(text: str) -> bool:
    try:
        for part in filter(None, map(str.strip, text.split(","))):
            ipaddress.ip_network(part)
    except ValueError:
        return False
    return True


def settings() -> dict[str, str]:
    """Name and documentation of every setting, in order."""
    return {item.name: item.metadata["doc"] for item in fields(Config)}


def load(environ: Mapping[str, str] | None = None, *, base: Path | None = None) -> Config:
    """Read the configuration of the installation named by LMS_DATA (default: `var` beside the program).

    Raises ConfigError with every complaint at once.
    """
    environ = os.environ if environ is None else environ
    data = Path(environ.get("LMS_DATA") or (base or Path(__file__).parent.parent) / "var").absolute()
    values, problems = _from_file(data / FILE_NAME)
    values |= {
        item.name: environ[f"LMS_{item.name.upper()}"]
        for item in fields(Config)
        if f"LMS_{item.name.upper()}" in environ
    }
    values["data"] = data
    secret_file = data / SECRET_NAME
    if not values.get("secret_key") and secret_file.is_file():
        values["secret_key"] = secret_file.read_text(encoding="ascii").strip()
    converted: dict[str, Any] = {}
    for item in fields(Config):
        if item.name in values:
            try:
                converted[item.name] = _convert(item.type, values[item.name])
            except ValueError:
                problems.append(f"{item.name} is {values[item.name]!r}, which is not a {item.type}")
    if problems:
        raise ConfigError(problems)
    return Config(**converted)


def inherited(more: Mapping[str, str]) -> dict[str, str]:
    """The environment of this process, and more."""
    return {**os.environ, **more}


def environment(data: Path) -> dict[str, str]:
    """The environment of a process that works on the installation in `data`, with the settings that lie there alone."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
    return inherited | {"LMS_DATA": str(data)}


def origin(name: str, environ: Mapping[str, str] | None = None, *, data: Path) -> str:
    """Where the value of a setting comes from: environment, file or default."""
    environ = os.environ if environ is None else environ
    if f"LMS_{name.upper()}" in environ:
        return "environment"
    values, _problems = _from_file(data / FILE_NAME)
    if name == "secret_key" and (data / SECRET_NAME).is_file():
        return SECRET_NAME
    return FILE_NAME if name in values else "default"


def _from_file(path: Path) -> tuple[dict[str, Any], list[str]]:
    if not path.is_file():
        return {}, []
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return {}, [f"{FILE_NAME}: {error}"]
    known = {item.name for item in fields(Config)}
    return {k: v for k, v in values.items() if k in known}, [
        f"{FILE_NAME}: there is no setting {name!r}" for name in values if name not in known
    ]


def _convert(kind: object, value: object) -> object:
    if kind is bool or kind == "bool":
        if isinstance(value, bool):
            return value
        words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
        if str(value).lower() not in words:
            raise ValueError
        return words[str(value).lower()]
    if kind is int or kind == "int":
        return int(str(value))
    if kind is Path or kind == "Path":
        return Path(str(value))
    return str(value)
