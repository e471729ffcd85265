"""Reading documents: front matter, bare texts, hostile files; passages and citations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.library.citation import Article, article_of, citation_in, short_name
from lms.library.passages import passages
from lms.library.source import LARGEST, Source, read
from tests.library.test_search import GUIDE, STATUTE


def test_front_matter_is_read() -> None:
    """
    Title, subject, kind, dates and sources come from the lines between +++.
    """
    found = read(GUIDE.encode(), file_name="a.md")

    assert isinstance(found, Source)
    assert (found.title, found.subject, found.kind, found.status) == (
        "食品抽样检验工作指引",
        "food",
        "guide",
        "current",
    )
    assert found.sources == ("中华人民共和国食品安全法",)


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        (('"food"', '"cooking"'), "subject", "not_one_of_the_list"),
        (('"guide"', '"poem"'), "kind", "not_one_of_the_list"),
        (('title = "食品抽样检验工作指引"\n', ""), "title", "missing"),
        (("2026-11-01", '"yesterday"'), "issued", "not_a_date"),
        (('status = "current"', 'status = "current"\ncolour = 1'), "colour", "unknown_key"),
        (('["中华人民共和国食品安全法"]', '"x"'), "sources", "not_a_list_of_titles"),
        (("+++\n##", "##"), "front matter", "not_closed"),
        (('title = "', "title = "), "front matter", "not_toml"),
    ],
)
def test_each_fault_is_named(change: tuple[str, str], field: str, reason: str) -> None:
    """
    What is wrong in the front matter is told by field and reason.
    """
    found = read(GUIDE.replace(*change).encode(), file_name="a.md")

    assert not isinstance(found, Source)
    assert (field, reason) in {(problem.field, problem.reason) for problem in found}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xff\xfe\x00", "not_utf8"),
        (b"a\0b", "control_character"),
        (b"", "empty"),
        (b"a" * (LARGEST + 1), "too_large"),
    ],
)
def test_hostile_files_are_refused(data: bytes, reason: str) -> None:
    """
    Bytes that are no text, empty and huge files get a reason.
    """
    found = read(data, file_name="a.md")

    assert not isinstance(found, Source)
    assert found[0].reason == reason


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    """
    Any bytes are a document or a refusal.
    """
    read(data, file_name="a.md")
    read(b"+++\n" + data, file_name="a.md")


def test_a_statute_is_cut_into_articles() -> None:
    """
    Each article is a passage with its number and the chapter above it.
    """
    found = [(p.label, p.article, p.path) for p in passages(STATUTE)]

    assert found == [
        ("第一条", Article(1), ("第一章 总则",)),
        ("第二条", Article(2), ("第一章 总则",)),
        ("第三条", Article(3), ("第二章 罚则",)),
        ("第三条之一", Article(3, 1), ("第二章 罚则",)),
    ]


@pytest.mark.parametrize(
    ("text", "article"),
    [
        ("第五十二条", Article(52)),
        ("第52条", Article(52)),
        ("第一百二十条之一", Article(120, 1)),
        ("某条", None),
        (None, None),
    ],
)
def test_article_numbers_are_read(text: str | None, article: Article | None) -> None:
    """
    Chinese and Arabic numbers, and 之一.
    """
    assert article_of(text) == article


def test_names_of_laws_are_shortened() -> None:
    """
    The country, the book marks and the year of a revision do not belong to the name.
    """
    assert short_name("《中华人民共和国食品安全法（2021年修正）》") == "食品安全法"
    cited = citation_in("《中华人民共和国行政处罚法》 第五十一条")
    assert cited is not None
    assert (cited.name, cited.article) == ("行政处罚法", Article(51))
    assert citation_in("食品安全") is None
