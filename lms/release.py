"""Which release of the program this is."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent


def release() -> str:
    """The version in pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])
