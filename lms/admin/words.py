"""What `./run doctor` and the settings say, in the language of the page. Tests compare it with what they say there."""

from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

PARTS: dict[str, LazyString] = {
    "python": lazy_gettext("Python"),
    "sqlite": lazy_gettext("SQLite"),
    "time zones": lazy_gettext("Time zones"),
    "clock": lazy_gettext("Clock"),
    "disk": lazy_gettext("Disk"),
    "browser": lazy_gettext("Browser for tests"),
    "installation": lazy_gettext("Installation"),
    "settings": lazy_gettext("Settings"),
    "address": lazy_gettext("Address"),
    "permissions": lazy_gettext("Permissions"),
    "database": lazy_gettext("Database"),
    "jobs": lazy_gettext("Jobs"),
    "pg_dump": lazy_gettext("Backup tool of PostgreSQL"),
    "backup": lazy_gettext("Newest backup"),
    "files of candidates": lazy_gettext("Files of candidates"),
    "signing key": lazy_gettext("Signing key"),
}
#: by what doctor says; commands and paths stay as they are
REMEDIES: dict[str, LazyString] = {
    "bring the folder signing back from a backup, or ./run signing-key new": lazy_gettext(
        "bring the folder signing back from a backup, or ./run signing-key new"
    ),
    "bring them back from a backup": lazy_gettext("bring them back from a backup"),
    "install Python 3.11 or newer; it need not become python3": lazy_gettext(
        "install Python 3.11 or newer; it need not become python3"
    ),
    "install the package tzdata": lazy_gettext("install the package tzdata"),
    "set the clock; use a time server": lazy_gettext("set the clock; use a time server"),
    "make room: nothing can be saved soon": lazy_gettext("make room: nothing can be saved soon"),
    "make room": lazy_gettext("make room"),
    "for the browser tests only: apt install chromium": lazy_gettext(
        "for the browser tests only: apt install chromium"
    ),
    "correct it in shuyuan.toml or in the environment": lazy_gettext(
        "correct it in shuyuan.toml or in the environment"
    ),
    "check database_url and the server": lazy_gettext("check database_url and the server"),
    "look at them under System": lazy_gettext("look at them under System"),
    "set public_url: printed codes lead to the name in the request otherwise, whatever it is": lazy_gettext(
        "set public_url: printed codes lead to the name in the request otherwise, whatever it is"
    ),
    "./run backup, every night and to another machine": lazy_gettext(
        "./run backup, every night and to another machine"
    ),
}
MEANINGS: dict[str, LazyString] = {
    "data": lazy_gettext("Folder of everything that is kept: database, media, secrets, backups."),
    "database_url": lazy_gettext("SQLAlchemy address of the database; default is SQLite in the data folder."),
    "migration_url": lazy_gettext("Address for migrations (PostgreSQL: the owning role); default as database_url."),
    "secret_key": lazy_gettext("Signs cookies and links; 32+ characters."),
    "demonstration": lazy_gettext("Every page says that this is a demonstration."),
    "host": lazy_gettext("Address to listen on."),
    "port": lazy_gettext("Port to listen on."),
    "workers": lazy_gettext("Server processes."),
    "threads": lazy_gettext("Threads in each server process."),
    "public_url": lazy_gettext("Address people use, e.g. https://study.example; its scheme decides Secure cookies."),
    "trusted_proxies": lazy_gettext("How many proxies in front set X-Forwarded-* (0: ignore those headers)."),
    "allowed_hosts": lazy_gettext("Host names that are answered, comma separated; empty: any."),
    "password_policy": lazy_gettext("`asvs` (length and list) or `dengbao3` (classes, history, 90 days)."),
    "second_factor": lazy_gettext("One-time codes for privileged roles: required, offered or off."),
    "session_idle_minutes": lazy_gettext("A session unused for so long ends."),
    "session_hours": lazy_gettext("A session ends after so many hours at the latest."),
    "jobs": lazy_gettext("Who runs long work: embedded (the server), worker (`./run worker`) or off."),
    "metrics_token": lazy_gettext("Bearer token for /metrics from elsewhere, 16+; empty: this machine only."),
    "log_level": lazy_gettext("DEBUG, INFO, WARNING or ERROR."),
    "harvest_networks": lazy_gettext(
        "Networks besides the public ones in which catalogues may be harvested, e.g. 10.20.0.0/16, comma separated."
    ),
    "catalogue_contact": lazy_gettext(
        "E-mail address of who keeps the catalogue; with it harvesters (OAI-PMH) read titles and facts without signing in."
    ),
    "max_upload_mb": lazy_gettext("Largest request body in MiB."),
    "testing": lazy_gettext("Set by the test suite only."),
}
