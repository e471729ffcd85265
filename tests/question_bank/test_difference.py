"""The difference between two wordings: fields, aligned lines, marked words."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.difference import Field, Line, Words, difference
from question_bank.interactions.numeric import Number
from question_bank.interactions.options import Option, Options
from question_bank.item import Citation, ItemVersion, Stimulus
from tests.pace import spent_cpu
from tests.question_bank.test_interactions import BODIES

STEM = "当场作出的行政处罚决定，应当在二日内备案。"


def an_item(*options: tuple[str, bool], stem: str = STEM) -> ItemVersion:
    """A single choice with these options."""
    body = Options(tuple(Option(text, right) for text, right in options))
    return ItemVersion(ref="a", type="single_choice", subject="food", stem=stem, body=body)


def field(before: ItemVersion, after: ItemVersion, name: str) -> Field:
    """One field of the difference."""
    return next(found for found in difference(before, after) if found.name == name)


def told(words: Words) -> str:
    """Words with brackets around what is marked."""
    return "".join(f"[{piece.text}]" if piece.marked else piece.text for piece in words)


def sides(line: Line) -> tuple[str, str]:
    """Both sides of the main part of a line."""
    return told(line.parts[0].before), told(line.parts[0].after)


def test_a_changed_word_is_marked_on_both_sides() -> None:
    """
    应当 becomes 不应当, 二日 becomes 三日: exactly these signs are marked.
    """
    before, after = an_item(), an_item(stem="当场作出的行政处罚决定，不应当在三日内备案。")
    (line,) = field(before, after, "stem").lines

    assert sides(line) == (
        "当场作出的行政处罚决定，应当在[二]日内备案。",
        "当场作出的行政处罚决定，[不]应当在[三]日内备案。",
    )


def test_a_number_is_one_word() -> None:
    """
    30 that becomes 60 is marked whole, not by its digits.
    """
    before, after = an_item(stem="应当在 30 日内提出申请"), an_item(stem="应当在 60 日内提出申请")

    assert sides(field(before, after, "stem").lines[0])[1] == "应当在 [60] 日内提出申请"


def test_what_has_nothing_in_common_is_replaced_whole() -> None:
    """
    Two sentences of different words are not woven into each other.
    """
    before, after = an_item(stem="甲乙丙丁"), an_item(stem="听证的期限")

    assert sides(field(before, after, "stem").lines[0]) == ("[甲乙丙丁]", "[听证的期限]")


def test_an_option_between_others_is_new_and_the_others_stay() -> None:
    """
    Options are aligned by their words, not by their letters.
    """
    before = an_item(("责令改正", True), ("没收违法所得", False), ("吊销许可证件", False))
    after = an_item(("责令改正", True), ("警告", False), ("没收违法所得", False), ("吊销许可证件", False))

    kinds = [line.kind for line in field(before, after, "options").lines]
    assert kinds == ["same", "new", "same", "same"]


def test_an_option_that_is_gone_and_one_that_is_reworded() -> None:
    """
    The reworded one stands beside its old wording, the other has no counterpart.
    """
    before = an_item(("责令限期改正违法行为", True), ("警告", False), ("没收违法所得", False))
    after = an_item(("责令立即改正违法行为", True), ("没收违法所得", False))

    lines = field(before, after, "options").lines
    assert [line.kind for line in lines] == ["changed", "gone", "same"]
    assert sides(lines[0]) == ("责令[限期]改正违法行为", "责令[立即]改正违法行为")


def test_a_moved_key_is_a_change_of_the_option() -> None:
    """
    The words are the same; whether it is right is not.
    """
    before, after = an_item(("甲", True), ("乙", False)), an_item(("甲", False), ("乙", True))

    lines = field(before, after, "options").lines
    assert [line.kind for line in lines] == ["changed", "changed"]
    assert [part.name for part in lines[0].parts if part.changed] == ["right"]


def test_particulars_that_appear_are_named() -> None:
    """
    A citation, a day and the material of a case that the older wording lacked.
    """
    before = an_item()
    after = replace(
        before,
        citations=(Citation("行政处罚法", "第五十一条"),),
        valid_from=date(2026, 1, 1),
        stimulus=Stimulus("case-1", "案例", "某店销售过期食品。"),
    )

    changed = {found.name for found in difference(before, after) if found.changed}
    assert changed == {"citations", "valid_from", "stimulus_title", "stimulus_text"}


def test_another_type_is_told_with_both_bodies() -> None:
    """
    The body of the one is gone, that of the other is new.
    """
    before = an_item(("甲", True), ("乙", False))
    after = replace(before, type="numeric", body=Number(Decimal(3), unit="日"))

    kinds = {found.name: {line.kind for line in found.lines} for found in difference(before, after)}
    assert (kinds["type"], kinds["options"], kinds["answer"]) == ({"changed"}, {"gone"}, {"new"})


@pytest.mark.parametrize("kind", sorted(BODIES))
def test_nothing_differs_from_itself(kind: str) -> None:
    """
    An item of any type compared with itself has lines and no change.
    """
    item = ItemVersion(ref="a", type=kind, subject="food", stem="题 [[1]] [[2]]", body=BODIES[kind])
    fields = difference(item, item)

    assert not any(found.changed for found in fields)
    assert set(item.interaction.to_record(item.body)) <= {found.name for found in fields}


@given(st.text(alphabet="甲乙丙应当不\n 30日", max_size=60), st.text(alphabet="甲乙丙应当不\n 30日", max_size=60))
def test_each_side_is_told_whole(old: str, new: str) -> None:
    """
    Put together again, the pieces of a side are the text of that side, and a change is told exactly where there is one.
    """
    fields = [found for found in difference(an_item(stem=old), an_item(stem=new)) if found.name == "stem"]
    lines = [line for found in fields for line in found.lines]
    before = "\n".join("".join(p.text for p in line.parts[0].before) for line in lines if line.kind != "new")
    after = "\n".join("".join(p.text for p in line.parts[0].after) for line in lines if line.kind != "gone")

    assert (before, after) == (old, new)
    assert any(found.changed for found in fields) is (old != new)


def test_hostile_texts_are_compared_in_no_time() -> None:
    """
    Ten thousand times the same sign, once with a word in the middle.
    """
    with spent_cpu() as spent:
        difference(an_item(stem="甲" * 10_000), an_item(stem="甲" * 5_000 + "乙" + "甲" * 4_999))
        difference(an_item(stem="甲\n" * 5_000), an_item(stem="乙\n" + "甲\n" * 4_999))

    assert spent.seconds < 2
