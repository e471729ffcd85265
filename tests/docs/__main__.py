"""Write docs/reference.md from the program itself: `python -m tests.docs`."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import MISSING, fields
from pathlib import Path

import click
from flask import Flask
from flask_babel import force_locale

from lms.accounts.policy import ALLOWS, ROLE_NAMES, Role
from lms.app import create_app
from lms.cli import main
from lms.config import Config
from lms.errors import Refused, described
from tests.conftest import make_config

FILE = Path(__file__).parents[2] / "docs" / "reference.md"


def commands(group: click.Group, words: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Every command with the words before it, and the first line of its help."""
    for name, command in group.commands.items():
        path = (*words, name)
        if isinstance(command, click.Group):
            yield from commands(command, path)
        else:
            yield f"`{' '.join(path)}`", (command.help or "").split("\n")[0]


def settings() -> Iterator[tuple[str, str, str]]:
    """Name, default and meaning of every setting."""
    for one in fields(Config):
        default = "" if one.default is MISSING or one.default == "" else str(one.default)
        yield f"`{one.name}`", default, str(one.metadata["doc"])


def roles(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Key, Chinese name and acts of every role."""
    with app.test_request_context(), force_locale("zh_Hans_CN"):
        for role in Role:
            yield f"`{role.value}`", str(ROLE_NAMES[role]), ", ".join(sorted(act.value for act in ALLOWS[role]))


def codes(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Code, HTTP status and English sentence of every refusal."""
    found = dict(described())
    waiting = [Refused]
    while waiting:
        kind = waiting.pop()
        found[kind.code] = (kind.status, kind.sentence)
        waiting += kind.__subclasses__()
    with app.test_request_context(), force_locale("en"):
        for code, (status, sentence) in sorted(found.items()):
            yield f"`{code}`", str(status), str(sentence)


def table(heads: Sequence[str], rows: Iterator[tuple[str, ...]]) -> list[str]:
    """A Markdown table."""
    lines = [" | ".join(heads), "|".join(["---"] * len(heads))]
    lines += [" | ".join(cell.replace("|", "/") for cell in row) for row in rows]
    return [f"| {line} |" if "---" not in line else f"|{line}|" for line in lines]


def write() -> None:
    """The whole page."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(make_config(Path(folder)))
        page = [
            "# Reference",
            "",
            "`python -m tests.docs` writes this page; tests compare its tables with the program.",
            "",
            "## Commands",
            "",
            "`./run` without a word makes the demonstration, if there is no installation, and serves it; `./run test` runs",
            "the tests, `./run bundle` makes the offline bundle. Every other word is one of these; `--help` tells more.",
            "",
            *table(("Command", "Does"), iter(sorted(commands(main)))),
            "",
            "## Settings",
            "",
            "From the environment as `LMS_` and the name in capitals, else from `shuyuan.toml` in the data folder.",
            "`./run config check` shows the values in force and where each comes from.",
            "",
            *table(("Setting", "Default", "Means"), settings()),
            "",
            "## Roles",
            "",
            "Everybody with an account is a cadre. Other roles are given for a part of the organisation, a pool or an exam.",
            "",
            *table(("Role", "中文", "Acts it allows"), roles(app)),
            "",
            "## Error codes",
            "",
            "JSON answers carry the code and its facts; pages show the sentence.",
            "",
            *table(("Code", "Status", "Sentence"), codes(app)),
        ]
    FILE.write_text("\n".join(page) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
