"""The one list of subjects, read once: units, questions and library documents use its codes."""

from dataclasses import astuple, dataclass
from pathlib import Path

from courseware import catalogue

FILE = Path(__file__).parent.parent / "courseware" / "content" / "subjects.toml"


@dataclass(frozen=True, slots=True)
class Subject(catalogue.Subject):
    """A subject with its words in the language of a page."""

    def name(self, language: str) -> str:
        """The name for a page in `language` (zh-CN or en)."""
        return self.en if language.startswith("en") else self.zh

    def scope(self, language: str) -> str:
        """What it covers, for a page in `language`."""
        return self.scope_en if language.startswith("en") else self.scope_zh


SUBJECTS: tuple[Subject, ...] = tuple(
    Subject(*astuple(subject)) for subject in catalogue.subjects(FILE.read_text(encoding="utf-8"))
)
BY_CODE: dict[str, Subject] = {subject.code: subject for subject in SUBJECTS}
CODES: tuple[str, ...] = tuple(BY_CODE)
