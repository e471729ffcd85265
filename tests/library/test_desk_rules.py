"""The rules of the desk: which facts are wanted, which documents are alike, which articles a text cites."""

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.library.desk import alike
from lms.library.desk.citations import articles_in
from lms.library.desk.wanted import FACTS, WANTED, lacking
from lms.library.source import KINDS

ALL = dict.fromkeys(FACTS, "有")


@pytest.mark.parametrize(
    ("kind", "origin", "known", "wanted"),
    [
        ("statute", "import:a", {}, ("subject", "issuer", "number", "issued_on", "effective_on", "source_note")),
        ("statute", "import:a", ALL, ()),
        ("statute", "import:a", ALL | {"number": ""}, ("number",)),
        ("statute", "import:a", ALL | {"author": None, "rights": None}, ()),
        ("guide", "import:a", ALL | {"number": None, "effective_on": None}, ()),
        ("guide", "import:a", ALL | {"rights": None}, ("rights",)),
        ("guide", "bundled:a/b.md", {"subject": "office", "author": "吴书", "issued_on": "2020-01-01"}, ()),
        ("model", "bundled:a/b.md", {}, ("subject",)),
        ("of another release", "import:a", {}, ("subject",)),
    ],
)
def test_which_facts_are_wanted(kind: str, origin: str, known: dict[str, object], wanted: tuple[str, ...]) -> None:
    """
    A statute wants number and days, a guide its author and rights; what comes with the program needs no source.
    """
    assert lacking(kind, origin, known) == wanted


def test_every_kind_says_what_it_wants() -> None:
    """
    Each kind of document has its line, of facts that pages know.
    """
    assert set(WANTED) == set(KINDS)
    assert {fact for facts in WANTED.values() for fact in facts} <= set(FACTS)


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("《商标法》第五十二条", {("商标法", 52, 0): 1}),
        ("《中华人民共和国商标法》第52条第一款、第五十三条", {("商标法", 52, 0): 1, ("商标法", 53, 0): 1}),
        ("《刑法》第一百三十三条之一和《刑法》 第 133 条之一", {("刑法", 133, 1): 2}),
        ("《行政处罚法》（2021年修订）第四十二条", {("行政处罚法", 42, 0): 1}),
        ("《行政处罚法》第三条至第五条", {("行政处罚法", 3, 0): 1, ("行政处罚法", 5, 0): 1}),
        ("《甲法》和《乙法》第九条", {("乙法", 9, 0): 1}),
        ("《甲法》规定，第九条另说", {}),
        ("甲法第九条；《甲法》第〇条", {("甲法", 0, 0): 1}),
        ("《甲法》第条、《乙法", {}),
    ],
)
def test_which_articles_a_text_cites(text: str, cited: dict[tuple[str, int, int], int]) -> None:
    """
    A title in marks and the articles that follow it; an article that stands by itself belongs to no law.
    """
    assert dict(articles_in(text)[0]) == cited


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("中华人民共和国印章法", "《印章法》", True),
        ("印章法（2020年修订）", "印章法", True),
        ("證據　規則", "证据规则", True),
        ("印章法（试行）", "印章法", False),
        ("！！", "？？", False),
    ],
)
def test_which_titles_are_the_same(one: str, other: str, *, same: bool) -> None:
    """
    Marks, width, traditional characters, the country and the year of amendment make no difference; titles of marks alone
    are no titles.
    """
    found = alike.pairs([one, other], [array("Q"), array("Q")])

    assert [pair.why for pair in found] == (["title"] if same else [])


def test_marks_and_short_passages_say_nothing() -> None:
    """
    A passage is known by its words alone, and by none when it has fewer than twelve.
    """
    words = "印章由专人保管，并且每月清点一次"

    assert alike.hashes([words]) == alike.hashes([words.replace("，", " ，\n") + "。", "本法自公布之日起施行"])
    assert len(alike.hashes(["附则", ""])) == 0


numbers = st.frozensets(st.integers(0, 2**40 - 1).map(lambda number: number << 24), min_size=4, max_size=60)


@given(numbers, numbers, st.integers(0, 60))
def test_texts_that_share_half_of_the_shorter_are_alike(
    mine: frozenset[int], others: frozenset[int], shared: int
) -> None:
    """
    However many passages either has of its own: from half of the shorter one on, and three at least, they are a pair, and
    the count is exact. Fewer are none.
    """
    common = sorted(mine)[:shared]
    texts = [array("Q", sorted(mine)), array("Q", sorted((others - mine).union(common)))]
    wanted = len(common) >= 3 and 2 * len(common) >= min(len(mine), len(texts[1]))
    found = alike.pairs(["甲", "乙"], texts)

    assert [(pair.why, pair.shared) for pair in found] in ([("text", len(common))] if wanted else [], [])
    # the smallest hashes are common here, so that the sketches meet wherever a text is not far longer than they are
    assert bool(found) == wanted or len(texts[1]) > alike.SKETCH


def test_a_form_of_words_makes_no_pairs() -> None:
    """
    Passages that more than a dozen texts have are no sign that two of them are one; texts of a passage or two must be equal.
    """
    texts = [array("Q", [1, 2, 3, 100 + number]) for number in range(alike.COMMON + 1)]

    short = [array("Q", [7 << 40]), array("Q", [7 << 40]), array("Q", [7 << 40, 8 << 40])]

    assert [(pair.first, pair.second) for pair in alike.pairs(["甲", "乙", "丙"], short)] == [(0, 1)]
    assert alike.pairs([str(number) for number in range(len(texts))], texts) == []
    assert len(alike.pairs(["甲", "乙"], [array("Q", [7 << 40, 8 << 40, 9 << 40])] * 2)) == 1
