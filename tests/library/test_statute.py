"""The structure of statutes: anchors that last, headings above, what is odd about numbers; heads; laws that are named."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.library import statute
from lms.library.cited import named_in
from lms.library.formats.office_numbers import chinese
from lms.library.heads import head_of
from lms.library.passages import passages
from lms.library.standing import standing, text_on
from lms.library.version_queries import VersionRow, compare

LAW = """第一编 总则
第一分编 通则
第一章 基本规定
第一节 一般规定
第一条 为了规范，制定本法。
第二条 有下列情形之一的，不予受理：
（一）没有名称；
（二）材料不全的，包括：
1.没有签名；
2.没有日期。
前款规定适用于全部机关。
第二条之一 本条之一另行规定。
第二章 附则
第三条 本法自公布之日起施行。
附件一 名单
第一条不是条文的名单
第一条 附件自己的第一条。
"""


def test_the_tree_of_a_statute() -> None:
    """
    Editions, chapters and sections stand above their articles; an annex begins anew and is not swallowed.
    """
    found = {piece.anchor: piece for piece in statute.pieces(LAW) if piece.anchor}

    assert list(found) == ["a1", "a2", "a2-1", "a3", "annex1", "a1_2"]
    assert found["a1"].path == ("第一编 总则", "第一分编 通则", "第一章 基本规定", "第一节 一般规定")
    assert found["a3"].path == ("第一编 总则", "第一分编 通则", "第二章 附则")
    assert found["a3"].text == "本法自公布之日起施行。"
    assert found["a1_2"].path == ("附件一 名单",)


def test_paragraphs_items_and_sub_items_have_places() -> None:
    """
    款, 项 and 目 are addressed within their article; what follows the items is the next paragraph.
    """
    article = next(piece for piece in statute.pieces(LAW) if piece.anchor == "a2")
    first, second = statute.paragraphs(article.text, "a2")

    assert (first.anchor, second.anchor, second.text) == ("a2-k1", "a2-k2", "前款规定适用于全部机关。")
    assert [(one.anchor, one.label) for one in first.items] == [("a2-k1-x1", "（一）"), ("a2-k1-x2", "（二）")]
    assert [one.anchor for one in first.items[1].items] == ["a2-k1-x2-m1", "a2-k1-x2-m2"]


@pytest.mark.parametrize(
    ("line", "is_article"),
    [
        ("第二条 经营者应当登记。", True),
        ("第2条　经营者应当登记。", True),
        ("第２条 经营者应当登记。", True),
        ("**第二条** 经营者应当登记。", True),
        ("第二条", True),
        ("第二条经营者应当登记。", True),
        ("第九条经营者应当登记。", False),
        ("第二条第一款规定的情形", False),
        ("第三十一条的决定》第一次修正", False),
        ("依照第二条 处理。", False),
    ],
)
def test_what_begins_an_article(line: str, is_article: bool) -> None:
    """
    A number with a blank behind it does; without one only the next number, and never one that is spoken of.
    """
    assert statute.article_lines(f"第一条 甲。\n{line}\n") == 1 + is_article


@pytest.mark.parametrize(
    ("numbers", "codes"),
    [
        (["一", "二", "三"], []),
        (["一", "三"], ["gap"]),
        (["一", "二", "二"], ["double"]),
        (["一", "三", "二"], ["gap", "order"]),
        (["一", "一", "二"], ["double"]),
    ],
)
def test_odd_numbers_are_found(numbers: list[str], codes: list[str]) -> None:
    """
    What is missing between, stands twice or runs backwards is a finding and refuses nothing.
    """
    built = statute.pieces("\n".join(f"第{number}条 正文。" for number in numbers))

    assert [one.code for one in statute.findings(built)] == codes


@given(st.integers(3, 300), st.data())
def test_every_article_has_its_own_anchor(count: int, data: st.DataObject) -> None:
    """
    However many articles, in Chinese or Arabic numbers, each is a passage under its number and no anchor stands twice.
    """
    numbers = [data.draw(st.sampled_from([str(n), chinese(n)])) for n in range(1, count + 1)]
    found = passages("\n\n".join(f"第{number}条 正文。" for number in numbers))

    assert [one.anchor for one in found] == [f"a{n}" for n in range(1, count + 1)]


@given(st.text(alphabet="第一二条之款项章节附件（）1.、 \n#*。：法", max_size=200))
def test_no_text_breaks_the_tree(text: str) -> None:
    """
    Any text has pieces, each anchor once, and paragraphs.
    """
    found = statute.pieces(text)
    anchors = [one.anchor for piece in found for one in statute.paragraphs(piece.text, piece.anchor or "x")]

    assert len({piece.anchor for piece in found if piece.anchor}) == sum(bool(piece.anchor) for piece in found)
    assert all(anchors)


@pytest.mark.parametrize(
    ("above", "last", "expected"),
    [
        (
            "（2013年10月25日第十二届全国人民代表大会常务委员会第五次会议通过 根据2021年4月29日第十三届全国人民代表大会常务委员会"
            "第二十八次会议《关于修改〈甲法〉的决定》修正）\n中华人民共和国主席令第七号",
            ("本法自2014年3月15日起施行。",),
            ("全国人民代表大会常务委员会", "中华人民共和国主席令第七号", (2013, 10, 25), (2021, 4, 29), (2014, 3, 15)),
        ),
        (
            "2004年10月20日 国务院令第422号公布\n\n2004年12月1日 施行",
            (),
            ("国务院", "国务院令第422号", (2004, 10, 20), None, (2004, 12, 1)),
        ),
        (
            "二〇一九年五月一日 某市人民政府发布",
            ("自发布之日起施行。",),
            ("某市人民政府", None, (2019, 5, 1), None, (2019, 5, 1)),
        ),
        ("没有日期", (), (None, None, None, None, None)),
        ("9999年99月99日 某局发布", (), (None, None, None, None, None)),
    ],
)
def test_what_a_law_says_of_itself(above: str, last: tuple[str, ...], expected: tuple[object, ...]) -> None:
    """
    Body, number and days are read from the head and the last articles; impossible days are no days.
    """
    found = head_of(above, last)
    days = tuple(date(*one) if isinstance(one, tuple) else None for one in expected[2:])

    assert (found.issuer, found.number, found.issued_on, found.amended_on, found.effective_on) == (*expected[:2], *days)


def test_the_laws_a_text_names() -> None:
    """
    Most often named first, under their short names; a newspaper is no law, and neither is the text itself.
    """
    text = "依照《中华人民共和国行政处罚法》和《行政处罚法（2021年修订）》、《印章办法》，见《某某日报》。《本法》"

    assert [(one.name, one.times) for one in named_in(text, itself="本法")] == [("行政处罚法", 2), ("印章办法", 1)]


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2019-12-31", "pending"), ("2020-01-01", "current"), ("2024-12-31", "current"), ("2025-01-01", "repealed")],
)
def test_standing_on_any_day(day: str, expected: str) -> None:
    """
    Before its first day it is pending, on its last day in force, then repealed.
    """
    first, end = date(2020, 1, 1), date(2025, 1, 1)

    assert standing(date.fromisoformat(day), begins_on=first, ends_on=end, status="current") == expected


@pytest.mark.parametrize(
    ("day", "number"), [("2015-09-30", None), ("2015-10-01", 1), ("2021-04-28", 1), ("2021-04-29", 2)]
)
def test_the_text_of_a_day(day: str, number: int | None) -> None:
    """
    An amended text stands from its amendment on, whatever the day on which the law first stood.
    """
    moment = date(2026, 3, 2)
    rows = [
        VersionRow(n, "法", None, date(2015, 10, 1), amended, None, None, None, moment)  # type: ignore[arg-type]
        for n, amended in ((1, None), (2, date(2021, 4, 29)))
    ]
    found = text_on(date.fromisoformat(day), rows)

    assert (found.number if found else None) == number


def test_two_texts_article_by_article() -> None:
    """
    What changed is marked within the article; what moved, is new or gone is said; what only looks otherwise is the same.
    """
    before = "第一条 印章由专人保管。\n第二条 用印应当登记。\n第三条 违者警告。\n第四条 由办公室解释。"
    after = "第一条 印章，由专人保管。\n第二条 每次用印应当登记。\n第三条 由办公室解释。\n第五条 另有规定。"
    found = compare(before, after)

    assert [(one.label, one.state) for one in found] == [
        ("第一条", "same"), ("第二条", "changed"), ("第三条", "gone"), ("第三条", "moved"), ("第五条", "new"),
    ]  # fmt: skip
    assert ("每次", "new") in found[1].runs
    assert found[2].runs == (("违者警告。", "gone"),)
    assert found[3].moved_from == "第四条"


@given(st.lists(st.text(alphabet="甲乙丙丁。，", min_size=1, max_size=12), min_size=3, max_size=8), st.data())
def test_a_comparison_loses_no_words(texts: list[str], data: st.DataObject) -> None:
    """
    What is not gone is the newer text, word for word.
    """
    newer = data.draw(st.lists(st.text(alphabet="甲乙丙丁。，", min_size=1, max_size=12), min_size=3, max_size=8))
    old, new = ("\n".join(f"第{n}条 {text}" for n, text in enumerate(each, 1)) for each in (texts, newer))
    kept = [
        "".join(text for text, state in one.runs if state != "gone") for one in compare(old, new) if one.state != "gone"
    ]

    assert kept == newer
