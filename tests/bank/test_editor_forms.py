"""The fields of the editor: from a wording to fields and back, rows, complaints at their place, hostile input."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from lms.bank.editor_forms import FIELDS, groups_of
from lms.bank.editor_reading import NEW, complain, typed_from, written
from lms.bank.editor_typed import ItemForm, Typed, count, fresh, move_rows, rows_of, typed_of
from lms.bank.errors import FieldsUnfit
from question_bank.interactions import KINDS
from question_bank.interactions.fill_in import Blank, Blanks
from question_bank.interactions.inline_choice import Gap, Gaps
from question_bank.interactions.numeric import Number
from question_bank.interactions.options import Option, Options
from question_bank.item import Citation, ItemVersion, Stimulus
from question_bank.problem import CODES
from tests.question_bank.test_interactions import BODIES
from tests.question_bank.test_shares import SCORED

CASE = Stimulus("case-1", "案例一", "某超市销售过期面包。\n\n检查时……")
MARKED = {"fill_in": "[[1]] 与 [[2]]", "inline_choice": "[[1]] 与 [[2]]"}


def an_item(kind: str, body: Any = None, **parts: Any) -> ItemVersion:
    """A sound item of a type, with every particular."""
    whole = {
        "stem": MARKED.get(kind, "题干"),
        "explanation": "依据**第五十一条**。",
        "point": "简易程序",
        "objective": "能判断期限",
        "cognitive": "apply",
        "difficulty": "hard",
        "citations": (Citation("行政处罚法", "第五十一条"), Citation("程序规定")),
        "valid_from": date(2026, 1, 1),
        "valid_until": date(2027, 1, 1),
        "enemies": "期限甲",
        "classification": "reserved",
        "derived": "3+4",
        "stimulus": CASE,
    } | parts
    return ItemVersion(ref="a", type=kind, subject="food", body=body or BODIES[kind], **whole)


def sent(typed: Typed) -> "MultiDict[str, str]":
    """Fields as a browser sends them: lines end in CR LF."""
    return MultiDict([(name, text.replace("\n", "\r\n")) for name, texts in typed.items() for text in texts])


def read(kind: str, typed: Typed, **materials: Stimulus) -> Any:
    """What the form says."""
    known = {one.ref: one for one in materials.values()}
    return written(ItemForm(kind, typed), ref="a", materials=known, new_material="case-new")


def test_every_type_has_its_fields() -> None:
    """
    A new type cannot be forgotten here.
    """
    assert list(FIELDS) == list(KINDS)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_wording_comes_back_whole(kind: str) -> None:
    """
    From an item to the fields, through a browser, and back: the same item, without a complaint.
    """
    item = an_item(kind)
    found = read(kind, typed_of(kind, sent(typed_from(item))), case=CASE)

    assert found.problems == ()
    assert found.version == item


EDGES = [
    ("fill_in", Blanks((Blank(("a*",), case=True, pattern=True, weight=2), Blank(("b",), weight=1)))),
    ("fill_in", Blanks((Blank(("甲",)), Blank(("乙",))), ordered=False)),
    ("inline_choice", Gaps((Gap(("一行\\\n两行", "乙"), 1), Gap(("丙", "丁"), 0)))),
    ("numeric", Number(Decimal("-1.50"), Decimal("0.05"), "元", "relative", (("万元", Decimal(10000)),))),
    ("numeric", Number(Decimal("3.14"), Decimal(3), "", "figures")),
    ("single_choice", Options((Option("两\\\n行", True, "因为\n\n所以", fixed=True), Option("乙", False)))),
]


@pytest.mark.parametrize(("kind", "body"), EDGES)
def test_nothing_special_is_lost(kind: str, body: Any) -> None:
    """
    Weights, patterns, units, fixed places, lines within a choice.
    """
    item = an_item(kind, body)

    assert read(kind, typed_of(kind, sent(typed_from(item))), case=CASE).version == item


@pytest.mark.parametrize("number", range(len(SCORED)))
def test_own_shares_come_through_the_form(number: int) -> None:
    """
    A question that carries its own shares keeps each of them when another field is edited.
    """
    kind, body, _rows = SCORED[number]
    typed = typed_of(kind, sent(typed_from(an_item(kind, body))))
    found = read(kind, typed | {"explanation": ["另一个理由"]}, case=CASE)

    assert found.problems == ()
    assert found.version == an_item(kind, body, explanation="另一个理由")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_fields_of_shares_are_shown_where_there_are_shares(kind: str) -> None:
    """
    Other questions are spared them.
    """
    own = next((body for other, body, _rows in SCORED if other == kind), None)

    assert ItemForm(kind, typed_from(an_item(kind))).hides("worth")
    assert own is None or not ItemForm(kind, typed_from(an_item(kind, own))).hides("worth")


def test_a_share_that_is_none_is_complained_about() -> None:
    """
    At its field; the words are not lost.
    """
    typed = typed_from(an_item("single_choice", SCORED[0][1])) | {"options-1-worth": ["一半"]}

    assert [(one.field, one.code) for one in read("single_choice", typed, case=CASE).problems] == [
        ("options.B", "share_range")
    ]


WORDS = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Zl", "Zp"]), min_size=1, max_size=40).filter(str.strip)  # fmt: skip


@given(st.lists(st.tuples(WORDS, st.booleans(), WORDS), min_size=2, max_size=10), WORDS)
def test_any_words_survive(options: list[tuple[str, bool, str]], stem: str) -> None:
    """
    Whatever is typed into stem, options and whys is what is stored.
    """
    body = Options(tuple(Option(text, right, why) for text, right, why in options))
    item = replace(an_item("multiple_choice", body), stem=stem)

    assert read("multiple_choice", typed_of("multiple_choice", sent(typed_from(item))), case=CASE).version == item


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_an_empty_form_is_read_without_stumbling(kind: str) -> None:
    """
    Nothing typed: complaints, each at an element that the form has, and something to look at.
    """
    form = ItemForm(kind, fresh(kind))
    found = written(form, ref="a", materials={}, new_material="x")
    complaints = complain(form, found)
    targets = {f"group-{group.name}" for group in form.groups}

    assert "stem" in {one.target for one in complaints}
    assert all(one.target in targets or form.field(one.target) is not None for one in complaints)
    found.version.interaction.present(found.version.body, b"seed")


WRONG = [
    ("single_choice", {"options-0-right": ["y"], "options-1-right": ["y"]}, "group-options"),
    ("single_choice", {"options-1-text": [""], "options-1-why": ["因为"]}, "options-1-text"),
    ("multiple_choice", {"options-0-right": []}, "group-options"),
    ("true_false", {"answer": []}, "answer"),
    ("fill_in", {"stem": ["没有空"]}, "stem"),
    ("fill_in", {"blanks-1-weight": ["很多"]}, "blanks-1-accept"),
    ("inline_choice", {"gaps-0-right": ["9"]}, "gaps-0-choices"),
    ("numeric", {"answer": ["三"]}, "answer"),
    ("numeric", {"tolerance": ["-1"]}, "tolerance"),
    ("numeric", {"answer": ["1e999999"]}, "answer"),
    ("ordering", {"sequence-2-text": ["立案"]}, "group-sequence"),
    ("matching", {"pairs-0-right": [""]}, "pairs-0-left"),
    ("hotspot", {"spots-1-coords": ["9999, 9999, 5"]}, "spots-1-label"),
    ("hotspot", {"spots-0-coords": ["左上"]}, "spots-0-label"),
    ("hotspot", {"picture": [""]}, "group-spots"),
    ("short_answer", {"points-0-share": ["50"]}, "group-points"),
    ("file_answer", {"endings": ["exe"]}, "endings"),
    ("file_answer", {"megabytes": ["0"]}, "megabytes"),
    ("essay", {"model_answer": [" "]}, "model_answer"),
    ("essay", {"valid_until": ["2026-13-40"]}, "valid_until"),
    ("essay", {"valid_until": ["2020-01-01"]}, "valid_until"),
    ("essay", {"citations-0-source": [""]}, "citations-0-source"),
    ("essay", {"stimulus": ["case-9"]}, "stimulus"),
    ("essay", {"stimulus": [NEW], "stimulus_title": [""]}, "stimulus_title"),
    ("essay", {"stem": ["长" * 4001]}, "stem"),
    ("essay", {"subject": ["nonsense"]}, "subject"),
]


@pytest.mark.parametrize(("kind", "change", "target"), WRONG)
def test_a_complaint_stands_at_its_field(app: Flask, kind: str, change: Typed, target: str) -> None:
    """
    Each mistake is told once, at the field or the rows it concerns, by a sentence and not by a code.
    """
    form = ItemForm(kind, typed_from(an_item(kind)) | change)
    with app.test_request_context():
        complaints = complain(form, written(form, ref="a", materials={"case-1": CASE}, new_material="x"))

    assert [one.target for one in complaints] == [target]
    field = form.field(target)
    said = list(field.errors) if field is not None else form.group_errors[target.removeprefix("group-")]
    assert said == [complaints[0].sentence]
    assert complaints[0].sentence.rpartition(": ")[2] not in CODES


def test_rows_without_a_word_are_passed_over() -> None:
    """
    Four rows, two of them empty: two options, and a complaint about the second stands at the third row.
    """
    typed: Typed = {"stem": ["题干"], "options-0-text": ["甲"], "options-0-right": ["y"], "options-1-text": [""]}
    typed |= {"options-2-text": [" "], "options-2-fixed": ["y"], "options-3-text": [""]}
    form = ItemForm("single_choice", typed)
    found = written(form, ref="a", materials={}, new_material="x")

    assert len(found.version.body.options) == 2
    assert "options-2-text" in {one.target for one in complain(form, found)}


MATERIALS = [
    ({"stimulus": [""]}, None),
    ({"stimulus": ["case-2"]}, ("case-2", "案例二", "乙文")),
    ({"stimulus_text": ["改过的"]}, ("case-1", "案例一", "改过的")),
    ({"stimulus_title": [""], "stimulus_text": [""]}, ("case-1", "案例一", CASE.text)),
    ({"stimulus": [NEW], "stimulus_title": ["新"], "stimulus_text": ["新文"]}, ("case-new", "新", "新文")),
]


@pytest.mark.parametrize(("change", "stimulus"), MATERIALS)
def test_material_of_a_case(change: Typed, stimulus: tuple[str, str, str] | None) -> None:
    """
    None, other material as it stands (never overwritten by the words of the former), the same reworded, or new one.
    """
    other = Stimulus("case-2", "案例二", "乙文")
    found = read("essay", typed_from(an_item("essay")) | change, one=CASE, other=other)

    assert found.version.stimulus == (Stimulus(*stimulus) if stimulus else None)


MOVES = [
    ("add:options", ["甲", "乙", "丙", ""], "options-3-text"),
    ("remove:options:0", ["乙", "丙"], "options-0-text"),
    ("remove:options:2", ["甲", "乙"], "options-1-text"),
    ("up:options:2", ["甲", "丙", "乙"], "options-1-text"),
    ("up:options:0", ["甲", "乙", "丙"], "options-0-text"),
    ("down:options:0", ["乙", "甲", "丙"], "options-1-text"),
    ("down:options:2", ["甲", "乙", "丙"], "options-2-text"),
    ("remove:options:9", ["甲", "乙", "丙"], None),
    ("remove:options:²", ["甲", "乙", "丙"], None),
    ("remove:options", ["甲", "乙", "丙"], None),
    ("add:nonsense", ["甲", "乙", "丙"], None),
    ("keep", ["甲", "乙", "丙"], None),
]


@pytest.mark.parametrize(("what", "left", "focus"), MOVES)
def test_rows_move_with_everything_in_them(what: str, left: list[str], focus: str | None) -> None:
    """
    Added, removed, moved up and down; which option is right goes with it.
    """
    typed: Typed = {f"options-{n}-text": [text] for n, text in enumerate("甲乙丙")} | {"options-1-right": ["y"]}

    assert move_rows("single_choice", typed, what) == focus
    rows = rows_of(typed, "options")
    assert [row["text"][0] for row in rows] == left
    assert [row["text"][0] for row in rows if "right" in row] == (["乙"] if "乙" in left else [])


def test_a_full_group_takes_no_more() -> None:
    """
    Ten options are the most there may be.
    """
    typed = fresh("single_choice")
    for _press in range(20):
        move_rows("single_choice", typed, "add:options")

    assert count(typed, "options") == groups_of("single_choice")[0].most == 10


def test_what_no_form_has_is_not_kept() -> None:
    """
    Unknown names, rows of other types, places that are no numbers.
    """
    names = (
        "id",
        "body",
        "options-x-text",
        "options-²-text",
        "blanks-0-accept",
        "options-0-nonsense",
        "options-1000-text",
    )
    typed = typed_of("single_choice", MultiDict([(name, "x") for name in names] + [("stem", "题")]))

    assert typed == {"stem": ["题"]}


@pytest.mark.parametrize(
    "fields",
    [
        [(f"options-{n}-text", "x") for n in range(1000)],
        [(f"options-{n}-{name}", "x") for n in range(1000) for name in ("text", "why", "right", "fixed")] * 3,
        [("stem", "长" * 200_001)],
    ],
    ids=["a thousand rows", "ten thousand fields", "huge"],
)
def test_more_than_a_question_holds_is_refused(fields: list[tuple[str, str]]) -> None:
    """
    Refused as a whole, never cut in silence.
    """
    with pytest.raises(FieldsUnfit):
        typed_of("single_choice", MultiDict(fields))


def test_signs_that_nobody_types_go() -> None:
    """
    Word's line breaks become lines; control characters, which no XML file may hold, go.
    """
    typed = typed_of("essay", MultiDict([("stem", "一\x0b二\r\n三\x01\x7f\ufdd0四")]))

    assert typed["stem"] == ["一\n二\n三四"]
