"""Every command, setting, role and error code is documented, and nothing that does not exist."""

import re
from pathlib import Path

import click
import pytest

from lms.accounts.policy import Role
from lms.app import create_app
from lms.cli import main
from lms.config import settings
from lms.errors import Refused, described
from tests.conftest import make_config

ROOT = Path(__file__).parent.parent.parent
REFERENCE = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def table(heading: str) -> set[str]:
    """The first column of the table below a heading of the reference."""
    section = REFERENCE.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return set(re.findall(r"^\| `([^`]+)`", section, re.M))


def commands(group: click.Group, path: tuple[str, ...] = ()) -> set[str]:
    """Every command with the words before it."""
    found = set()
    for name, command in group.commands.items():
        words = (*path, name)
        found |= commands(command, words) if isinstance(command, click.Group) else {" ".join(words)}
    return found


def codes(tmp_path: Path) -> set[str]:
    """The code of every refusal and of every domain error that has a sentence."""
    create_app(make_config(tmp_path))
    found, waiting = set(described()), [Refused]
    while waiting:
        kind = waiting.pop()
        found.add(kind.code)
        waiting += kind.__subclasses__()
    return found


def test_every_command_is_documented() -> None:
    """
    The table of commands is the command line's own list.
    """
    assert table("Commands") == commands(main)


def test_every_setting_is_documented() -> None:
    """
    The table of settings is the list of the configuration.
    """
    assert table("Settings") == set(settings())


def test_every_role_is_documented() -> None:
    """
    The table of roles is the list of the policy.
    """
    assert table("Roles") == {role.value for role in Role}


def test_every_error_code_is_documented(tmp_path: Path) -> None:
    """
    The table of error codes is the list of what is refused.
    """
    assert table("Error codes") == codes(tmp_path)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    """
    Every link and picture of a page that is not an address of the web is a file.
    """
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_ten_places_exist() -> None:
    """
    Every file that "where would I change X" names is there.
    """
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    section = text.split("## Where would I change X?")[1].split("\n## ")[0]
    named = re.findall(r"`([\w/]+(?:/|\.\w+))`", section)

    assert len(named) >= 10
    assert [name for name in named if not (ROOT / name).exists()] == []
