"""The bank that comes with the program: the files of `question_bank/content/`."""

import hashlib
from pathlib import Path

from lms.subjects import CODES
from question_bank.formats import native
from question_bank.formats.pictures import named
from question_bank.formats.refusal import Imported, Refusal
from question_bank.item import ItemVersion

FOLDER = Path(__file__).parent.parent.parent / "question_bank" / "content"
NAME = "书院题库"
PURPOSE = "随程序提供的题库，按十八个大类编排。"


def read_bundled(folder: Path = FOLDER) -> Imported:
    """Every item of the folder, every complaint, and the pictures that items name; an id may stand once in all files
    together.
    """
    items: list[ItemVersion] = []
    refused: list[Refusal] = []
    seen: dict[str, str] = {}
    for path in sorted(folder.glob("*.toml")):
        found = native.read(path.read_bytes(), name=path.name, subjects=CODES)
        refused += found.refused
        for version in found.items:
            if version.ref in seen:
                refused.append(Refusal(f"{path.name} {version.ref}", "id", version.ref, "duplicate"))
                continue
            seen[version.ref] = path.name
            items.append(version)
    pictures = {hashlib.sha256(data).hexdigest(): data for data in _pictures(folder)}
    lacking = sorted(named(items) - set(pictures))
    refused += [Refusal(str(folder.name), "picture", name, "missing") for name in lacking]
    return Imported(tuple(items), tuple(refused), pictures=pictures)


def _pictures(folder: Path) -> list[bytes]:
    """The pictures of our own questions: PNG files, named by what they show."""
    return [path.read_bytes() for path in sorted((folder / "pictures").glob("*.png"))]
