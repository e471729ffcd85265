"""Thousands of real statutes: nearly every line that begins an article is an article with an anchor of its own."""

import io
import os
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard

from lms.library.passages import passages
from lms.library.reading import read_file

CORPORA = Path(os.environ.get("SHUYUAN_CORPORA", Path(__file__).parents[3] / "shared" / "corpora"))
WINDOW = 1 << 27
#: of so many documents one is read
EVERY = 12
LEAST = 0.995
#: an expression of this test's own: what a reader of the page takes for the beginning of an article
BEGINS = re.compile(r"^第[零〇一二三四五六七八九十百千0-9]+条(?:之[一二三四五六七八九十]+)?(?=[\s　]|$)", re.M)


def laws() -> Iterator[tuple[str, bytes]]:
    """Names and bytes of a sample of the documents."""
    found = sorted(CORPORA.rglob("laws.tar.zst"))
    if not found:
        pytest.skip(f"no texts of laws below {CORPORA}")
    with found[0].open("rb") as packed:
        unpacked = zstandard.ZstdDecompressor(max_window_size=WINDOW).stream_reader(packed).read()
    with tarfile.open(fileobj=io.BytesIO(unpacked)) as archive:
        members = sorted(
            (one for one in archive if one.isfile() and one.name.endswith(".md")), key=lambda one: one.name
        )
        for member in members[::EVERY]:
            content = archive.extractfile(member)
            assert content is not None
            yield member.name, content.read()


@pytest.mark.corpora
@pytest.mark.slow
def test_articles_of_real_laws_have_anchors() -> None:
    """
    Every document is read without help, no anchor stands twice, and of the lines that begin an article 99.5 % are one.
    """
    documents = lines = articles = 0
    for name, data in laws():
        found = read_file(data, name=name)
        anchors = [one.anchor for one in passages(found.source.markdown) if one.article]
        begun = len(BEGINS.findall(data.decode()))
        documents, lines, articles = documents + 1, lines + begun, articles + min(begun, len(set(anchors)))
        assert len(set(anchors)) == len(anchors), name

    assert documents > 200
    assert articles >= lines * LEAST
