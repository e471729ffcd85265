"""The bundled questions, and the law they rest on where its text is at hand."""

import io
import os
import tarfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
import zstandard

from lms.bank.bundled import read_bundled
from lms.library.citation import article_of, short_name
from lms.library.passages import passages
from question_bank.item import ItemVersion

CORPORA = Path(os.environ.get("SHUYUAN_CORPORA", Path(__file__).parents[3] / "shared" / "corpora"))
WINDOW = 1 << 28


@dataclass(frozen=True)
class Laws:
    """Texts of statutes by their short names, of each the newest."""

    texts: dict[str, tuple[str, str]] = field(default_factory=dict)

    def has(self, title: str) -> bool:
        """Whether the text of a law is there."""
        return short_name(title) in self.texts

    def article(self, title: str, article: str) -> str | None:
        """The words of an article, None where the law has none of that number."""
        return _articles(self.texts[short_name(title)][1]).get(str(article_of(article)))


@cache
def _articles(text: str) -> dict[str, str]:
    return {str(passage.article): passage.text for passage in passages(text) if passage.article}


@pytest.fixture(scope="session")
def items() -> tuple[ItemVersion, ...]:
    """Every bundled question."""
    return read_bundled().items


@pytest.fixture(scope="session")
def laws() -> Laws:
    """Statutes and regulations as of April 2025; a test that needs them skips where they are not."""
    found = sorted(CORPORA.rglob("laws.tar.zst"))
    if not found:
        pytest.skip(f"no texts of laws below {CORPORA}")
    made = Laws()
    with found[0].open("rb") as packed:
        unpacked = zstandard.ZstdDecompressor(max_window_size=WINDOW).stream_reader(packed).read()
    with tarfile.open(fileobj=io.BytesIO(unpacked)) as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isfile() and member.name.endswith(".md") else None
            if content:
                text = content.read().decode("utf-8", errors="ignore")
                name = short_name(text.lstrip().split("\n", 1)[0].lstrip("# "))
                made.texts[name] = max(made.texts.get(name, ("", "")), (Path(member.name).name, text))
    return made
