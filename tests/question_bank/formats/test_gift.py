"""GIFT in and out."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank.formats import gift
from question_bank.formats.record import from_record, to_record
from question_bank.formats.refusal import Imported
from question_bank.item import ItemVersion
from tests.pace import spent_cpu

SUBJECTS = {"food": "food", "食品安全": "food"}


def read(text: str) -> Imported:
    """A file of this text, read."""
    return gift.read(text.encode(), name="题.gift", subjects=SUBJECTS)


def only(text: str) -> ItemVersion:
    """The only item of a text."""
    found = read(text)
    assert len(found.items) == 1, found.refused
    return found.items[0]


def said(found: Imported) -> list[tuple[str, str, str]]:
    """Field, value and code of all that was refused or remarked."""
    return [(one.field, one.value, one.code) for one in (*found.refused, *found.warnings)]


BODIES: list[tuple[str, str, str, dict[str, Any]]] = [
    ("问{T}", "true_false", "问", {"answer": True}),
    ("问{=甲#好 ~乙}", "single_choice", "问",
     {"options": [{"text": "甲", "right": True, "why": "好"}, {"text": "乙", "right": False}]}),
    ("问{~%50%甲 ~%50%乙 ~丙}", "multiple_choice", "问",
     {"options": [{"text": "甲", "right": True}, {"text": "乙", "right": True}, {"text": "丙", "right": False}]}),
    ("问{=甲 =乙}", "fill_in", "问[[1]]", {"blanks": [{"accept": ["甲", "乙"]}]}),
    ("问{=甲*}", "fill_in", "问[[1]]", {"blanks": [{"accept": ["甲*"], "pattern": True}]}),
    ("问____后{=甲}", "fill_in", "问[[1]]后", {"blanks": [{"accept": ["甲"]}]}),
    ("前{=甲}后[[2]]", "fill_in", "前[[1]]后\\[ \\[2\\]\\]", {"blanks": [{"accept": ["甲"]}]}),
    ("问{#3:0.5}", "numeric", "问", {"answer": "3", "tolerance": "0.5"}),
    ("问{#1..4}", "numeric", "问", {"answer": "2.5", "tolerance": "1.5"}),
    ("问{=甲 -> 1 =乙 -> 2 = -> 3}", "matching", "问",
     {"pairs": [{"left": "甲", "right": "1"}, {"left": "乙", "right": "2"}], "extra": ["3"]}),
    ("问{>3 ALL VERTICAL\n甲\n乙\n丙}", "ordering", "问", {"sequence": ["甲", "乙", "丙"]}),
    ("问{####范文}", "essay", "问", {"model_answer": "范文"}),
    ("[html]<b>问</b>&lt;{T}", "true_false", "**问**\\<", {"answer": True}),
    ("[markdown]**问** $x${T}", "true_false", "**问** $x$", {"answer": True}),
    ("[plain]<b>问{T}", "true_false", "\\<b\\>问", {"answer": True}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind", "stem", "body"), BODIES)
def test_each_kind_becomes_one_of_ours(text: str, kind: str, stem: str, body: dict[str, Any]) -> None:
    """
    Every kind of GIFT has its type here, with its words as Markdown.
    """
    item = only(text)

    assert (item.type, item.stem, item.interaction.to_record(item.body)) == (kind, stem, body)


SAID = [
    ("问{=甲", [("stem", "问{=甲", "gift_open")]),
    ("问{=甲}{=乙}", [("stem", "问{=甲}{=乙}", "gift_braces")]),
    ("问{}", [("model_answer", "", "no_model_answer")]),
    ("问{=*}", [("answer", "*", "any_answer")]),
    ("问{#三}", [("answer", "三", "not_a_number")]),
    ("问{~甲 ~乙}", [("answer", "", "no_key")]),
    ("问{=甲 -> 1 =乙}", [("pairs", "乙", "no_pair")]),
    ("问{=甲 ~%-50%乙}", [("options.B", "-50%", "negative_credit")]),
    ("问{~%100%甲 ~乙}", [("type", "multichoice", "one_key")]),
    ("问{=甲 =%50%乙#差一点}", [("feedback", "差一点", "feedback_left_out")]),
    ("问{T#错#对}", [("feedback", "错", "feedback_left_out")]),
    ("::名::问{T}", [("name", "", "setting_left_out")]),
    ("// [tag:难]\n问{T}", [("tags", "难", "setting_left_out")]),
    ("只有文字", [("description", "只有文字", "description_alone")]),
    ("$CATEGORY: 消防\n\n问{T}", [("category", "消防", "category_unknown")]),
    ("[html]问<script>x</script>{T}", [("stem", "<script>", "html_left_out")]),
    ("问{T}\n\n问{F}", [("stem", "问", "same_stem")]),
    ("$CATEGORY: food", [("", "", "no_questions")]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "complaints"), SAID)
def test_nothing_is_dropped_in_silence(text: str, complaints: list[tuple[str, str, str]]) -> None:
    """
    What has no place here is refused or remarked with its field, value and reason.
    """
    assert said(read(text)) == complaints


def test_categories_are_subjects_and_points() -> None:
    """
    The names of a category are subject and knowledge point where they match; slashes in names are doubled.
    """
    found = read("$CATEGORY: $course$/top/食品安全/许可//备案\n\n问一{T}\n\n$CATEGORY: top\n\n问二{F}")

    assert [(item.subject, item.point) for item in found.items] == [("food", "许可/备案"), ("", "")]


def test_a_text_before_questions_is_their_case() -> None:
    """
    A description is the material of what follows it, up to the next one or the next category.
    """
    found = read("::某店::某店卖鱼。\n\n问一{T}\n\n问二{F}\n\n$CATEGORY: food\n\n问三{T}")

    assert [item.stimulus.title if item.stimulus else "" for item in found.items] == ["某店", "某店", ""]
    assert [(one.where, one.facts) for one in found.warnings if one.code == "description_case"] == [
        ("题.gift:1", {"questions": 2})
    ]


def test_complaints_name_the_line() -> None:
    """
    Where a question stands is said by its line.
    """
    found = read("问一{T}\n\n\n问二{=甲\n")

    assert [one.where for one in found.refused] == ["题.gift:4"]


def test_western_and_chinese_encodings_are_known() -> None:
    """
    Files of old programs are read in their own encoding.
    """
    assert gift.read("许可证{T}".encode("gb18030"), name="a.gift", subjects={}).items[0].stem == "许可证"
    assert (
        gift.read("Où est le café d'été ?{T}".encode("cp1252"), name="a.gift", subjects={})
        .items[0]
        .stem.startswith("Où")
    )


def test_a_second_reading_finds_the_same_items() -> None:
    """
    An item without a name gets one of its words, not of its key.
    """
    assert only("问{=甲 ~乙}").ref == only("问{~甲 =乙}").ref != only("问{=甲 ~丙}").ref


def test_losses_are_what_comes_back_changed() -> None:
    """
    What the list of losses does not name is the same after writing and reading.
    """
    items = [
        ItemVersion("food-1", "numeric", "food", "多少元", from_record_body("numeric", {"answer": "3", "unit": "元"})),
        ItemVersion("food-2", "true_false", "food", "对\\#吗 {x}", from_record_body("true_false", {"answer": True})),
    ]
    losses = gift.losses(items)

    assert [(one.where, one.field, one.value, one.code) for one in losses] == [("food-1", "unit", "元", "not_carried")]
    assert gift.read(gift.write(items, pictures={}), name="", subjects=SUBJECTS).items[1] == items[1]


def from_record_body(kind: str, body: dict[str, Any]) -> Any:
    """The body of a type from its record."""
    record = to_record(ItemVersion("x", "true_false", "", "x", from_true()))
    return from_record(record | {"type": kind, "body": body}).body


def from_true() -> Any:
    """A statement that is true."""
    return only("问{T}").body


WORDS = st.text(alphabet="甲乙aB1 ~=#{}:\\[]*_.,，。“”<>&$|-\n", min_size=1, max_size=25).filter(
    lambda text: text.strip()
)


@settings(deadline=None)
@given(WORDS, st.lists(WORDS, min_size=2, max_size=4, unique_by=lambda text: "".join(text.split())), WORDS)
def test_every_loss_of_words_is_listed(stem: str, options: list[str], why: str) -> None:
    """
    Whatever the words, an item comes back as it was or the list says what did not.
    """
    record = {
        "format": 1, "ref": "abc-1", "type": "single_choice", "subject": "", "stem": stem, "explanation": why,
        "body": {"options": [{"text": text, "right": n == 0, "why": why} for n, text in enumerate(options)]},
    }  # fmt: skip
    item = from_record(record)
    again = gift.read(gift.write([item], pictures={}), name="", subjects={}).items

    assert again == (item,) or gift.losses([item])


@settings(deadline=None)
@given(st.text(alphabet="甲a~=#{}:\\n[]htmlTF%5$.>- <b/>\n", max_size=100))
def test_any_text_is_a_result(text: str) -> None:
    """
    Reading never raises, and every item is sound.
    """
    found = gift.read(text.encode(), name="a.gift", subjects={})

    assert found.items or found.refused
    assert not [item for item in found.items if item.problems()]


def test_ten_thousand_questions_take_seconds() -> None:
    """
    A whole bank comes in within thirty seconds.
    """
    text = "\n\n".join(f"::题{n}::第{n}题问什么？{{=甲{n}#好 ~乙#不好 ~丙 ~丁}}" for n in range(10_000))
    with spent_cpu() as spent:
        found = read(text)

    assert len(found.items) == 10_000
    assert spent.seconds < 30
