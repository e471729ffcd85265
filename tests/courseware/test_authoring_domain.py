"""Writing units: prerequisites, differences of versions, files and back, the steps of a draft."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware import drafting
from courseware.catalogue import problems_of
from courseware.difference import difference
from courseware.drafting import Move, State
from courseware.hours import Hours
from courseware.packages.native import made_page, page_problems, read
from courseware.packages.writing import page_text, write
from courseware.prerequisites import circles
from courseware.progress import Act, Event, replay
from courseware.record import digest, from_record, to_record
from courseware.unit import Check, Origin, Page, Reference, Source, Term, Unit
from tests.courseware.builders import ITEMS, SETTINGS, SVG, a_page, a_unit, settings, some_files

CODES = ("a-1", "b-1", "c-1", "d-1")
GRAPHS = st.fixed_dictionaries({code: st.lists(st.sampled_from(CODES), max_size=3, unique=True) for code in CODES})


@pytest.mark.parametrize(
    ("needs", "expected"),
    [
        ({}, ()),
        ({"a-1": ["b-1"], "b-1": ["c-1"]}, ()),
        ({"a-1": ["gone-1"]}, ()),
        ({"a-1": ["a-1"]}, (("a-1",),)),
        ({"b-1": ["a-1"], "a-1": ["c-1"], "c-1": ["b-1"]}, (("a-1", "c-1", "b-1"),)),
        ({"a-1": ["b-1"], "b-1": ["a-1"], "c-1": ["a-1", "d-1"], "d-1": ["c-1"]}, (("a-1", "b-1"), ("c-1", "d-1"))),
    ],
)
def test_circles_are_named(needs: dict[str, list[str]], expected: tuple[tuple[str, ...], ...]) -> None:
    """
    Each circle from its smallest code on, in the direction of waiting; a unit that does not exist is no circle.
    """
    assert circles(needs) == expected


@given(GRAPHS)
def test_where_no_circle_is_named_an_order_exists(needs: dict[str, list[str]]) -> None:
    """
    Without circles all units can be completed one after another; with one, its units never can.
    """
    found, done = circles(needs), set[str]()
    for _each in CODES:
        done |= {code for code in CODES if set(needs[code]) <= done}

    assert (len(done) == len(CODES)) is not bool(found)
    assert all(not set(circle) & done for circle in found)


def test_a_catalogue_names_circles_and_what_does_not_exist() -> None:
    """
    The complaint stands at the unit under hand and tells the circle through units that are stored already.
    """
    unit = replace(a_unit("penalty-02"), prerequisites=("penalty-01", "nowhere-01"))
    found = problems_of(
        [unit], subjects=["penalty"], items=dict.fromkeys(ITEMS, "single_choice"), today=date(2026, 3, 2),
        others={"penalty-01": ["penalty-02"]},
    )  # fmt: skip

    assert [(one.file, one.field, one.code, one.value) for one in found] == [
        ("penalty-02/unit.toml", "prerequisites", "unknown_value", "nowhere-01"),
        ("penalty-02/unit.toml", "prerequisites", "cycle", "penalty-01 → penalty-02 → penalty-01"),
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('cost = "1200.5"', []),
        ("cost = 1200", [("cost", "not_a_number", 9)]),
        ('cost = "-1"', [("cost", "not_a_number", 9)]),
        ('cost = "0.001"', [("cost", "not_a_number", 9)]),
        ('cost = "999999999"', [("cost", "out_of_range", 9)]),
        ('prerequisites = ["penalty-02"]', []),
        ('prerequisites = "penalty-02"', [("prerequisites", "not_a_list", 9)]),
        ('prerequisites = ["penalty-01"]', [("prerequisites", "cycle", 9)]),
        ('prerequisites = ["Penalty"]', [("prerequisites[0]", "bad_name", 9)]),
        ('prerequisites = ["a-1", "a-1"]', [("prerequisites", "duplicate", 9)]),
    ],
)
def test_cost_and_prerequisites_are_read_strictly(line: str, expected: list[tuple[str, str, int]]) -> None:
    """
    Yuan as text with two decimals at most; codes of other units; each complaint has its line.
    """
    found = read(some_files(unit_toml=settings('hours = "1.5"', f'hours = "1.5"\n{line}')))

    assert [(one.field, one.code, (one.line or 0) - 1) for one in found.problems] == expected
    assert (found.unit is None) is bool(expected)


def a_full_unit() -> Unit:
    """A unit that says everything a unit can say."""
    pages = (made_page("01-a", '引"号', "正文\\。\n\n![图](flow.svg)\n"), Page("02-b", "步骤", "- 一\n- 二\n\n## 小节"))
    media = read(some_files()).unit
    assert media is not None
    return replace(
        a_unit(), pages=pages, media=media.media, prerequisites=("a-1", "b-1"), objectives=('说"出"', "列\\出"),
        source=Source(Origin.BOUGHT, "某公司", date(2027, 1, 31), Decimal("12000.50")), hours=Hours(7),
        terms=(Term("词", "释义：一"),), references=(Reference("行政处罚法", "第五条"), Reference("食品安全法")),
        check=Check(ITEMS, Fraction(65, 100)),
    )  # fmt: skip


def test_what_is_written_reads_as_the_same_unit() -> None:
    """
    Every field that a unit has goes through the files and comes back, hash and all; a second writing is the same bytes.
    """
    unit = a_full_unit()
    files = write(unit)
    found = read(files | {"flow.svg": SVG})
    plain = {one.name for one in fields(Unit) if getattr(unit, one.name) in ((), "", None)}

    assert plain == set(), "the full unit leaves a field empty"
    assert found.problems == ()
    assert found.unit == unit
    assert digest(unit) == digest(from_record(to_record(unit)))
    assert write(found.unit) == files


@given(
    st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"), min_size=1, max_size=60)
    .map(str.strip)
    .filter(bool)
)  # fmt: skip
def test_no_text_escapes_its_quotes(text: str) -> None:
    """
    Whatever a text holds, the settings stay TOML and say the same.
    """
    unit = replace(a_unit(), summary=text, objectives=(text,), terms=(Term(text, text),))
    found = read(write(unit))

    assert found.unit == unit


def test_an_earlier_unit_keeps_its_hash() -> None:
    """
    Fields that came later are not in the record of a unit that does not use them.
    """
    record = to_record(a_unit())

    assert "prerequisites" not in record
    assert "cost" not in record["source"]


def test_the_files_of_a_folder_come_back_byte_for_byte() -> None:
    """
    Pages are written as they were read.
    """
    files = some_files()
    unit = read(files).unit
    assert unit is not None

    written = write(unit)

    assert {name: written[name] for name in files if name.endswith(".md")} == {
        name: data for name, data in files.items() if name.endswith(".md")
    }
    assert SETTINGS.splitlines()[0] in written["unit.toml"].decode()


def test_a_page_under_hand_is_complained_of_as_its_file_would_be() -> None:
    """
    Raw HTML, a second title, an unknown picture, one without description: with the lines of the file.
    """
    page = made_page("page-1", "标题", "文\n\n<b>粗</b>\n\n# 再一个\n\n![](x.png)")

    assert page.media == ("x.png",)
    assert {(one.code, one.line) for one in page_problems(page, set())} == {
        ("raw_html", 5), ("second_title", 7), ("unknown_value", 9), ("no_description", 9),
    }  # fmt: skip
    assert page_text(page).splitlines()[4] == "<b>粗</b>"


def test_a_difference_names_everything_that_changed() -> None:
    """
    Pages added, gone, renamed, reworded and overtaken, questions, hours and settings.
    """
    before = a_unit()
    a, b, c, d = before.pages
    after = replace(
        before, title="新名", hours=Hours.of("2"), check=Check((*ITEMS[1:], "penalty-009"), Fraction(4, 5)),
        pages=(b, replace(a, title="新题"), replace(c, markdown=c.markdown + "改"), a_page("page-1")),
    )  # fmt: skip
    found = difference(before, after)

    assert [(one.key, one.kind) for one in found.pages] == [
        ("01-a", "renamed"), ("03-c", "reworded"), ("page-1", "added"), ("04-d", "gone"),
    ]  # fmt: skip
    assert found.moved == ("01-a",)
    assert (found.unseen, found.gone) == (("page-1",), (d.key,))
    assert (found.items_added, found.items_gone) == (("penalty-009",), ("penalty-001",))
    assert found.hours_change
    assert {one.name: (one.before, one.after) for one in found.fields} == {
        "title": (("单元penalty-01",), ("新名",)),
        "hours": (("1.5",), ("2",)),
        "check.items": (ITEMS, (*ITEMS[1:], "penalty-009")),
        "check.pass": (("3/5",), ("4/5",)),
    }
    assert not difference(before, before)


@given(
    st.lists(st.sampled_from(CODES), min_size=1, unique=True),
    st.lists(st.sampled_from(CODES), min_size=1, unique=True),
    st.booleans(),
)
def test_a_new_version_keeps_what_was_read(old: list[str], new: list[str], completed: bool) -> None:
    """
    Who opened every page lacks exactly the pages that the difference calls unseen, and is still complete who was.
    """
    before, after = (replace(a_unit(), pages=tuple(map(a_page, keys))) for keys in (old, new))
    noon = datetime(2026, 3, 2, tzinfo=UTC)
    events = [Event(Act.OPENED, noon + timedelta(minutes=n), key) for n, key in enumerate(old)]
    if completed:
        events.append(Event(Act.COMPLETED, noon + timedelta(hours=1)))
    state, found = replay(events, pages=after.page_keys), difference(before, after)

    assert state.unseen == found.unseen
    assert state.opened == set(old) - set(found.gone)
    assert state.is_completed is completed


MOVES = {
    (State.WRITING, Move.SUBMIT): State.SUBMITTED,
    (State.SUBMITTED, Move.TAKE_BACK): State.WRITING,
    (State.SUBMITTED, Move.SEND_BACK): State.WRITING,
    (State.SUBMITTED, Move.APPROVE): State.APPROVED,
    (State.WRITING, Move.DROP): State.DROPPED,
}


def test_a_draft_takes_these_steps_and_no_others() -> None:
    """
    Nothing follows approval or giving up, and nothing is approved that was not submitted.
    """
    made = {(state, move): drafting.after(state, move) for state in State for move in Move}

    assert {key: state for key, state in made.items() if state} == MOVES


def test_pages_come_go_and_move() -> None:
    """
    A key is never used again, a page moves to the ends and no further, an unknown key changes nothing.
    """
    unit = a_unit()
    assert drafting.fresh_key(["01-a", "page-7", "page-x"]) == "page-8"
    assert drafting.fresh_key([]) == "page-1"

    more = drafting.with_page(unit, a_page("page-1"), place=1)

    assert more.page_keys == ("01-a", "page-1", "02-b", "03-c", "04-d")
    assert drafting.without_page(more, "page-1") == unit
    assert drafting.without_page(unit, "nowhere") == unit
    assert drafting.shifted(unit, "03-c", -1).page_keys == ("01-a", "03-c", "02-b", "04-d")
    assert drafting.shifted(unit, "04-d", 9) == drafting.shifted(unit, "nowhere", 1) == unit
    assert drafting.ordered(unit, ["04-d", "nowhere"]).page_keys == ("04-d", "01-a", "02-b", "03-c")
    assert drafting.with_page(unit, replace(unit.pages[1], title="新")).pages[1].title == "新"
    assert drafting.unused(a_full_unit()) == ()
