"""JSON of ours, lossless and strict; JSON of others, as far as it is understood."""

import base64
import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.bank.bundled import read_bundled
from lms.subjects import CODES
from question_bank.formats import json_items
from question_bank.formats.pictures import markdown
from question_bank.formats.refusal import Imported
from question_bank.formats.rows import ReadFile
from question_bank.interactions.options import Option, Options
from question_bank.item import ItemVersion

PICTURE = b"\x89PNG picture"
SUBJECTS = {"food": "food", "食品安全": "food"}


def choice(**fields: Any) -> ItemVersion:
    """A small single choice."""
    body = Options((Option("甲", right=True, why="对"), Option("乙", right=False, fixed=True)))
    return ItemVersion(
        **{"ref": "food-1", "type": "single_choice", "subject": "food", "stem": "题干", "body": body} | fields
    )


def read(content: object, name: str = "题.json") -> Imported:
    """A document of ours, read."""
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return json_items.read(data, name=name, subjects=SUBJECTS)


def rows(content: object) -> ReadFile:
    """A document of others, read."""
    found = json_items.rows(json.dumps(content).encode(), name="题.json", subjects=SUBJECTS)
    assert found is not None
    return found


def document(**changes: Any) -> dict[str, Any]:
    """A sound document with other parts."""
    return json.loads(json_items.write([choice()], pictures={})) | changes


def test_the_bundled_bank_comes_back_whole() -> None:
    """
    Every item of the bank that comes with the program, of every type, is equal after writing and reading.
    """
    items = read_bundled().items
    data = json_items.write(items, pictures={})
    back = json_items.read(data, name="x.json", subjects={code: code for code in CODES})

    assert back.refused == ()
    assert back.items == items


def test_pictures_travel_with_their_items() -> None:
    """
    The bytes of each named picture come back under its hash; others stay away.
    """
    digest = hashlib.sha256(PICTURE).hexdigest()
    item = choice(stem=markdown(PICTURE, "标志"))
    back = read(json_items.write([item], pictures={digest: PICTURE, "0" * 64: b"other"}))

    assert (back.items, back.pictures) == ((item,), {digest: PICTURE})


RECORD = document()["items"][0]
BAD: dict[str, tuple[object, str, str]] = {
    "not JSON": (b"{", "", "json_damaged"),
    "nothing": (b" ", "", "sheet_empty"),
    "not a number": (b'{"format": "shuyuan-items", "version": NaN}', "", "json_number"),
    "endless": (b'{"format": "shuyuan-items", "version": 1e999}', "", "json_number"),
    "a name twice": (b'{"format": "shuyuan-items", "format": "shuyuan-items"}', "", "json_doubled"),
    "bottomless": (b'{"a":' * 40 + b"1" + b"}" * 40, "", "json_deep"),
    "abyss": (b"[" * 100_000, "", "json_deep"),
    "another encoding": ("题".encode("gb18030"), "", "json_encoding"),
    "a later version": (document(version=2), "version", "unknown_value"),
    "unknown part": (document(extra=1), "extra", "unknown_field"),
    "unknown field": (document(items=[RECORD | {"colour": "red"}]), "colour", "unknown_field"),
    "unknown field of the body": (
        document(items=[RECORD | {"body": RECORD["body"] | {"colour": "red"}}]),
        "body.colour",
        "unknown_field",
    ),
    "unknown type": (document(items=[RECORD | {"type": "dance"}]), "type", "unknown_type"),
    "stem that is no text": (document(items=[RECORD | {"stem": 7}]), "", "unreadable"),
    "date that is none": (document(items=[RECORD | {"valid_from": "gestern"}]), "", "unreadable"),
    "half a character": (document(items=[RECORD | {"stem": "\ud800"}]), "", "unreadable"),
    "an item that is none": (document(items=[7]), "", "unreadable"),
    "the same name twice": (document(items=[RECORD, RECORD]), "id", "duplicate"),
    "unsound": (document(items=[RECORD | {"stem": " "}]), "stem", "missing"),
    "picture under another name": (
        document(pictures={"0" * 64: base64.b64encode(PICTURE).decode()}),
        "picture",
        "picture_hash",
    ),
    "picture that is no base64": (document(pictures={"0" * 64: "%%"}), "picture", "picture_hash"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "field", "code"), BAD.values(), ids=BAD)
def test_what_is_wrong_is_said(content: object, field: str, code: str) -> None:
    """
    Each fault of a document is one complaint with its field; nothing raises.
    """
    assert [(one.field, one.code) for one in read(content).refused] == [(field, code)]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*RECORD, "x"]), inner, max_size=6),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from([*RECORD, "text", "options"]), JSON, max_size=9))
def test_any_record_is_an_item_or_a_complaint(changes: dict[str, Any]) -> None:
    """
    Whatever stands in a record, reading ends with a sound item or says why not.
    """
    back = read(document(items=[RECORD | changes]))

    assert len(back.items) + bool(back.refused) == 1
    assert all(not item.problems() for item in back.items)


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_a_result(data: bytes) -> None:
    """
    Reading never raises for what is in a file.
    """
    back = json_items.read(data, name="x.json", subjects={})

    assert back.items or back.refused or data


FOREIGN: dict[str, Any] = {
    "a list": [{"question": "题干", "options": ["甲", "乙"], "answer": "B"}],
    "Chinese names": [{"题干": "题干", "A": "甲", "B": "乙", "答案": "B", "解析": "因为"}],
    "options by letter": {"data": [{"title": "题干", "options": {"A": "甲", "B": "乙"}, "correctAnswer": "B"}]},
    "labelled options": [{"content": "题干", "options": [{"label": "A", "text": "甲"}, {"label": "B", "text": "乙"}], "answer": "B"}],
    "right beside the option": [{"stem": "题干", "choices": [{"text": "甲", "isCorrect": False}, {"text": "乙", "isCorrect": True}]}],
    "deep below": [{"chapter": "第一章", "sections": [{"type": "单选题", "questions": [{"content": "题干", "options": ["甲", "乙"], "answer": "B"}]}]}],
    "stems as names": {"题干|甲|乙": "乙", "另一题|丙|丁": "丙"},
    "options within the stem": [{"question": "题干\nA. 甲  B. 乙\n", "answer": ["B"]}],
}  # fmt: skip


@pytest.mark.parametrize("content", FOREIGN.values(), ids=FOREIGN)
def test_questions_of_others_are_found(content: object) -> None:
    """
    However deep they lie and whatever their parts are called, the question with its options and key is there.
    """
    item = rows(content).rows[0].item

    assert item is not None, rows(content)
    assert (item.type, item.stem) == ("single_choice", "题干")
    assert [(option.text, option.right) for option in item.body.options] == [("甲", False), ("乙", True)]


def test_a_passage_with_several_answers_is_several_questions() -> None:
    """
    Each numbered question takes its answer in order; the text before them is their case.
    """
    text = "短文在此。\n1. 第一问？\nA. 甲 B. 乙\n2. 第二问，维生素 A. 在哪里？\nA. 丙 B. 丁"
    items = [row.item for row in rows([{"question": text, "answer": ["A", "B"]}]).rows]

    assert [(item.stem, item.body.right_keys(), item.stimulus.text) for item in items if item and item.stimulus] == [
        ("1\\. 第一问？", {"A"}, "短文在此。"),
        ("2\\. 第二问，维生素 A. 在哪里？", {"B"}, "短文在此。"),
    ]


def test_what_is_not_understood_is_said_once_a_name() -> None:
    """
    Names without meaning here are remarked with how often they occur; numbering is not.
    """
    question = {"question": "题干", "options": ["甲", "乙"], "answer": "A", "year": 2020, "index": 1}
    found = rows([question, question | {"question": "另一题"}])

    assert [(one.value, one.code) for one in found.remarks] == [("year (2)", "column_left_out"), ("", "type_guessed")]


def test_formulas_stay_formulas() -> None:
    """
    LaTeX between dollar signs is kept, prices in dollars and Markdown signs are shown as they stand.
    """
    item = (
        rows([{"question": "若 $x^2=4$，价格 $5 与 *6*？", "options": ["$\\frac{1}{2}$", "2"], "answer": "A"}])
        .rows[0]
        .item
    )

    assert item is not None
    assert item.stem == "若 $x^2=4$，价格 \\$5 与 \\*6\\*？"
    assert item.body.options[0].text == "$\\frac{1}{2}$"


def test_a_document_without_questions_says_so() -> None:
    """
    JSON of something else is refused as a whole.
    """
    assert [one.code for one in rows({"name": "张三", "age": 40}).refused] == ["no_questions"]
