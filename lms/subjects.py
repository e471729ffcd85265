"""The one list of subjects, read once: units, questions and library documents use its codes."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).parent.parent / "courseware" / "content" / "subjects.toml"


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject: its lasting code, its names and what it covers, in Chinese and English."""

    code: str
    zh: str
    en: str
    scope_zh: str
    scope_en: str

    def name(self, language: str) -> str:
        """The name for a page in `language` (zh-CN or en)."""
        return self.en if language.startswith("en") else self.zh

    def scope(self, language: str) -> str:
        """What it covers, for a page in `language`."""
        return self.scope_en if language.startswith("en") else self.scope_zh


SUBJECTS: tuple[Subject, ...] = tuple(
    Subject(**entry) for entry in tomllib.loads(FILE.read_text(encoding="utf-8"))["subject"]
)
BY_CODE: dict[str, Subject] = {subject.code: subject for subject in SUBJECTS}
CODES: tuple[str, ...] = tuple(BY_CODE)
