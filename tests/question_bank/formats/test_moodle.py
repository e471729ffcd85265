"""Moodle XML in and out."""

import base64
import os
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from question_bank.formats import moodle, moodle_writer, native
from question_bank.formats.pictures import name_of, named
from question_bank.formats.record import from_record
from question_bank.formats.refusal import Imported
from question_bank.formats.registry import FORMATS, recognised
from question_bank.interactions import KINDS
from question_bank.item import ItemVersion
from tests.pace import spent_cpu

CORPORA = Path(os.environ.get("SHUYUAN_CORPORA", Path(__file__).parents[4] / "shared" / "corpora"))
CONTENT = Path(__file__).parents[3] / "question_bank" / "content"
SUBJECTS = {"food": "food", "食品安全": "food"}
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
FILE = f'<file name="图 1.png" path="/" encoding="base64">{base64.b64encode(PNG).decode()}</file>'


def quiz(*questions: str) -> bytes:
    """A file of these questions."""
    return f'<?xml version="1.0" encoding="UTF-8"?><quiz>{"".join(questions)}</quiz>'.encode()


def question(kind: str, inner: str, *, text: str = "问", name: str = "") -> str:
    """A question of a type."""
    return (
        f'<question type="{kind}"><name><text>{name}</text></name>'
        f'<questiontext format="html"><text><![CDATA[{text}]]></text>{FILE if "PLUGINFILE" in text else ""}</questiontext>'
        f"{inner}</question>"
    )


def answer(text: str, fraction: str = "100", more: str = "") -> str:
    """An answer worth so many per cent."""
    return f'<answer fraction="{fraction}"><text>{text}</text>{more}</answer>'


def read(*questions: str) -> Imported:
    """A file of these questions, read."""
    return moodle.read(quiz(*questions), name="题.xml", subjects=SUBJECTS)


def said(found: Imported) -> list[tuple[str, str, str]]:
    """Field, value and code of all that was refused or remarked."""
    return [(one.field, one.value, one.code) for one in (*found.refused, *found.warnings)]


def feedback(text: str) -> str:
    """What is said to an answer."""
    return f"<feedback><text>{text}</text></feedback>"


GAPS = "<{0}><text>甲</text><group>1</group></{0}><{0}><text>乙</text><group>1</group></{0}><{0}><text>丙</text><group>2</group></{0}><{0}><text>丁</text><group>2</group></{0}>"
INLINE = {"gaps": [{"choices": ["丙", "丁"], "right": 1}, {"choices": ["甲", "乙"], "right": 0}]}
UNITS = "<units><unit><multiplier>1</multiplier><unit_name>m</unit_name></unit><unit><multiplier>100</multiplier><unit_name>cm</unit_name></unit></units>"
PAIRS = "<subquestion><text>甲</text><answer><text>1</text></answer></subquestion><subquestion><text>乙</text><answer><text>2</text></answer></subquestion><subquestion><text></text><answer><text>3</text></answer></subquestion>"
BODIES: list[tuple[str, str, dict[str, Any]]] = [
    (question("truefalse", answer("true", "0") + answer("false")), "true_false", {"answer": False}),
    (question("multichoice", answer("<![CDATA[<p>甲</p>]]>", more=feedback("好")) + answer("乙", "0")), "single_choice",
     {"options": [{"text": "甲", "right": True, "why": "好"}, {"text": "乙", "right": False}]}),
    (question("multichoice", "<single>false</single><shuffleanswers>false</shuffleanswers>"
              + answer("甲", "50") + answer("乙", "50") + answer("丙", "0")), "multiple_choice",
     {"options": [{"text": "甲", "right": True, "fixed": True}, {"text": "乙", "right": True, "fixed": True},
                  {"text": "丙", "right": False, "fixed": True}]}),
    (question("shortanswer", "<usecase>1</usecase>" + answer("A*") + answer("b")), "fill_in",
     {"blanks": [{"accept": ["A*", "b"], "case": True, "pattern": True}]}),
    (question("shortanswer", answer("3 \\* 4")), "fill_in", {"blanks": [{"accept": ["3 * 4"]}]}),
    (question("numerical", answer("2.5", more="<tolerance>0.1</tolerance>") + UNITS), "numeric",
     {"answer": "2.5", "tolerance": "0.1", "unit": "m", "units": [{"unit": "cm", "factor": "0.01"}]}),
    (question("matching", PAIRS), "matching",
     {"pairs": [{"left": "甲", "right": "1"}, {"left": "乙", "right": "2"}], "extra": ["3"]}),
    (question("ordering", answer("乙", "2") + answer("甲", "1") + answer("丙", "3")), "ordering", {"sequence": ["甲", "乙", "丙"]}),
    (question("essay", "<graderinfo><text>要点</text></graderinfo>"), "essay", {"model_answer": "要点"}),
    (question("essay", "<responseformat>noinline</responseformat><filetypeslist>.pdf,.docx</filetypeslist>"
              "<graderinfo><text>要点</text></graderinfo>"), "file_answer",
     {"model_answer": "要点", "endings": ["pdf", "docx"], "megabytes": 10}),
    (question("gapselect", GAPS.format("selectoption"), text="一[[4]]二[[1]]"), "inline_choice", INLINE),
    (question("ddwtos", GAPS.format("dragbox"), text="一[[4]]二[[1]]"), "inline_choice", INLINE),
    (question("cloze", "", text="一{1:MULTICHOICE:=甲~乙}二{2:MC:丙~%100%丁}"), "inline_choice",
     {"gaps": [{"choices": ["甲", "乙"], "right": 0}, {"choices": ["丙", "丁"], "right": 1, "weight": 2}]}),
    (question("cloze", "", text="一{:SA:=甲~=乙}二{2:SHORTANSWER_C:=A}三{1:NM:=7}"), "fill_in",
     {"blanks": [{"accept": ["甲", "乙"]}, {"accept": ["A"], "case": True, "weight": 2}, {"accept": ["7"]}]}),
    (question("cloze", "", text="约{1:NUMERICAL:=7:0.5}米"), "numeric", {"answer": "7", "tolerance": "0.5"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("element", "kind", "body"), BODIES, ids=[f"{n} {kind}" for n, (_x, kind, _b) in enumerate(BODIES)]
)
def test_each_type_becomes_one_of_ours(element: str, kind: str, body: dict[str, Any]) -> None:
    """
    Every type of Moodle that has a counterpart becomes it, whole.
    """
    found = read(element)

    assert [(item.type, item.interaction.to_record(item.body)) for item in found.items] == [(kind, body)], found.refused


SAID = [
    (question("calculated", ""), ("type", "calculated", "moodle_calculated")),
    (question("randomsamatch", ""), ("type", "randomsamatch", "moodle_random")),
    (question("ddmarker", ""), ("type", "ddmarker", "moodle_type")),
    (question("cloze", ""), ("stem", "问", "cloze_empty")),
    (question("cloze", "", text="{1:MC:=甲~乙}{1:SA:=丙}"), ("stem", "MC, SA", "cloze_mixed")),
    (question("cloze", "", text="{1:MR:=甲~=乙}"), ("stem", "MR", "cloze_mixed")),
    (question("cloze", "", text="{1:SA:=甲"), ("stem", "{1:SA:=甲", "cloze_part")),
    (question("cloze", "", text="{1:NM:=三}"), ("stem", "三", "not_a_number")),
    (question("cloze", "", text="{1:NM:=3:1}{1:SA:=甲}"), ("blanks.1", "3:1", "cloze_numeric")),
    (question("essay", ""), ("model_answer", "", "no_model_answer")),
    (question("numerical", answer("1", "50") + answer("2", "50")), ("answer", "", "no_key")),
    (question("numerical", answer("1", "50") + answer("1")), ("answer", "1 (50%)", "partial_credit")),
    (question("shortanswer", answer("甲", "50") + answer("甲*")), ("answer", "甲 (50%)", "partial_credit")),
    (question("multichoice", answer("甲") + answer("乙", "x")), ("answer", "fraction=x", "not_a_number")),
    (question("multichoice", answer("甲") + answer("乙", "-25")), ("options.B", "-25%", "negative_credit")),
    (question("shortanswer", answer("甲") + answer("乙", "0")), ("answer", "乙", "wrong_left_out")),
    (question("truefalse", answer("true") + answer("false", "0", feedback("错了"))), ("feedback", "错了", "feedback_left_out")),
    (question("truefalse", answer("true") + "<penalty>0.3333333</penalty>"), ("penalty", "0.3333333", "setting_left_out")),
    (question("truefalse", answer("true") + "<hint><text>想想</text></hint>"), ("hint", "想想", "element_left_out")),
    (question("truefalse", answer("true") + "<future>甲</future>"), ("future", "甲", "element_left_out")),
    (question("truefalse", answer("true") + FILE), ("file", "图 1.png", "element_left_out")),
    (question("truefalse", answer("true") + '<file name="a" encoding="base64">*</file>'), ("file", "a", "file_damaged")),
    (question("truefalse", answer("true"), name="名"), ("name", "", "setting_left_out")),
    (question("truefalse", answer("true"), text="<iframe src='//x'></iframe>问"), ("stem", "<iframe //x>", "html_left_out")),
    (question("truefalse", answer("true"), text="<a href='javascript:x'>问</a>"), ("stem", "javascript:x", "html_link")),
    (question("description", ""), ("description", "问", "description_alone")),
    ('<question type="category"><category><text>$course$/消防</text></category></question>' + question("truefalse", answer("true")),
     ("category", "$course$/消防", "category_unknown")),
]  # fmt: skip


@pytest.mark.parametrize(("element", "complaint"), SAID, ids=[f"{n} {c[2]}" for n, (_e, c) in enumerate(SAID)])
def test_nothing_is_dropped_in_silence(element: str, complaint: tuple[str, str, str]) -> None:
    """
    What has no place here is refused or remarked with its field, value and reason.
    """
    assert complaint in said(read(element))


def test_complaints_name_line_and_question() -> None:
    """
    Where a question stands is said by its line and its name.
    """
    (refused,) = moodle.read(
        b"<quiz>\n\n" + question("random", "", name="第一题").encode() + b"</quiz>", name="a.xml", subjects={}
    ).refused

    assert refused.where == "a.xml:3 第一题"


def test_pictures_of_a_question_are_kept() -> None:
    """
    A picture that the text names by its file is stored under its hash.
    """
    found = read(
        question("truefalse", answer("true"), text='<p>看<img src="@@PLUGINFILE@@/%E5%9B%BE%201.png" alt="图"></p>')
    )

    assert found.items[0].stem == f"看![图]({name_of(PNG)})"
    assert found.pictures == {name_of(PNG).removeprefix("picture:"): PNG}


FILES = {
    "empty": (b"", "file_empty"),
    "damaged": (b"<quiz><question></quiz>", "file_xml_damaged"),
    "a document type": (b'<!DOCTYPE quiz [<!ENTITY a "b">]><quiz>&a;</quiz>', "file_xml_doctype"),
    "deep": (b"<quiz>" * 200 + b"</quiz>" * 200, "file_xml_deep"),
    "something else": (b"<html/>", "file_kind"),
    "no questions": (b"<quiz/>", "no_questions"),
}


@pytest.mark.parametrize(("data", "code"), FILES.values(), ids=FILES)
def test_files_that_hold_nothing(data: bytes, code: str) -> None:
    """
    The file as such is refused, with one reason.
    """
    assert [one.code for one in moodle.read(data, name="a.xml", subjects={}).refused] == [code]


def bundled() -> tuple[tuple[ItemVersion, ...], dict[str, bytes]]:
    """The bundled bank and its pictures."""
    items = [
        item for path in sorted(CONTENT.glob("*.toml")) for item in native.read(path.read_bytes(), name=path.name).items
    ]
    pictures = [path.read_bytes() for path in (CONTENT / "pictures").glob("*.png")]
    return tuple(items), {name_of(data).removeprefix("picture:"): data for data in pictures}


def test_the_bundled_bank_comes_back_whole() -> None:
    """
    Writing and reading changes no item and loses no picture, and nothing is remarked of them.
    """
    items, pictures = bundled()
    again = moodle.read(
        moodle_writer.write(items, pictures=pictures),
        name="a.xml",
        subjects={item.subject: item.subject for item in items},
    )

    assert again.items == items
    assert again.refused == ()
    assert set(again.pictures) == named(items)


def test_moodle_reads_the_same_questions() -> None:
    """
    Without our own element the questions are still there, with subject, point, particulars, words and key.
    """
    items, pictures = bundled()
    data = re.sub(rb"<shuyuan.*?</shuyuan>", b"", moodle_writer.write(items, pictures=pictures), flags=re.DOTALL)
    names = {re.sub("-", "", item.subject): item.subject for item in items}
    again = {item.ref: item for item in moodle.read(data, name="a.xml", subjects=names).items}
    kept = (
        "subject",
        "point",
        "cognitive",
        "difficulty",
        "citations",
        "valid_from",
        "valid_until",
        "explanation",
        "stimulus",
    )

    assert set(again) == {item.ref for item in items}
    for item in items:
        same = again[item.ref]
        assert [getattr(same, name) for name in kept] == [getattr(item, name) for name in kept]
        if item.type in ("single_choice", "multiple_choice", "true_false", "matching", "ordering", "inline_choice"):
            assert same.interaction.key_summary(same.body) == item.interaction.key_summary(item.body)


def test_what_was_changed_elsewhere_counts() -> None:
    """
    Where somebody changed the question beside our record, what they changed is taken, with a remark.
    """
    items, pictures = bundled()
    item = next(one for one in items if one.type == "true_false" and one.stem.isalnum() is False)
    data = moodle_writer.write([item], pictures=pictures).decode()
    changed = re.sub(r"(<questiontext format=\"html\">\s*<text>).*?(</text>)", r"\1改过的题\2", data, flags=re.DOTALL)
    found = moodle.read(changed.encode(), name="a.xml", subjects={item.subject: item.subject})

    assert [(one.ref, one.stem) for one in found.items] == [(item.ref, "改过的题")]
    assert "edited_elsewhere" in [one.code for one in found.warnings]


WORDS = st.text(min_size=1, max_size=30).filter(lambda text: bool(text.strip()))
OPTIONS = st.lists(WORDS, min_size=2, max_size=4, unique_by=lambda text: "".join(text.split()))


@settings(deadline=None)
@given(WORDS, OPTIONS, WORDS)
def test_any_words_come_back_whole(stem: str, options: list[str], why: str) -> None:
    """
    Whatever signs people write, also such as XML cannot hold, the item is the same again.
    """
    record = {
        "format": 1, "ref": "abc-1", "type": "single_choice", "subject": "", "stem": stem, "explanation": why,
        "point": why, "body": {"options": [{"text": text, "right": n == 0, "why": why} for n, text in enumerate(options)]},
    }  # fmt: skip
    item = from_record(record)
    found = moodle.read(moodle_writer.write([item], pictures={}), name="a.xml", subjects={})

    assert found.items == (item,) or item.problems()


def test_every_type_can_be_written() -> None:
    """
    No type is left without a form in Moodle.
    """
    items, _pictures = bundled()

    assert {item.type for item in items} == set(KINDS)
    assert all(
        FORMATS["moodle"].write
        and len(
            moodle.read(
                moodle_writer.write([one], pictures={}), name="a.xml", subjects={one.subject: one.subject}
            ).items
        )
        == 1
        for one in {item.type: item for item in items}.values()
    )


ELEMENTS = st.recursive(
    st.text(alphabet="甲a<&\"'{}:=~#%1SAMC ", max_size=10),
    lambda inner: st.tuples(
        st.sampled_from(["question", "name", "text", "questiontext", "answer", "feedback", "file", "units", "unit", "tags",
                         "tag", "subquestion", "dragbox", "group", "category", "shuyuan", "hint", "single", "idnumber"]),
        st.dictionaries(st.sampled_from(["type", "fraction", "format", "name", "encoding", "digest"]),
                        st.sampled_from(["", "html", "markdown", "cloze", "multichoice", "50", "nan", "1e9", "description"])),
        st.lists(inner, max_size=5),
    ),
    max_leaves=25,
)  # fmt: skip


def built(parent: etree._Element, child: Any) -> None:
    """Put a text or an element of these parts at the end."""
    if isinstance(child, str):
        parent.text = (parent.text or "") + child
        return
    element = etree.SubElement(parent, child[0], child[1])
    for inner in child[2]:
        built(element, inner)


@settings(deadline=None)
@given(st.lists(ELEMENTS, max_size=6))
def test_any_tree_is_a_result(children: list[Any]) -> None:
    """
    Reading never raises, and every item is sound.
    """
    root = etree.Element("quiz")
    for child in children:
        built(root, child)
    found = moodle.read(etree.tostring(root), name="a.xml", subjects={})

    assert found.items or found.refused
    assert not [item for item in found.items if item.problems()]


MANY = 20_000
VAST = {
    "answers": question("multichoice", answer("甲", "50") * MANY),
    "drags": question("ddwtos", "<dragbox><text>甲</text></dragbox>" * MANY, text="[[1]]" * MANY),
    "pairs": question("matching", PAIRS * (MANY // 3)),
    "gaps": question("cloze", "", text="{1:SA:=甲}" * MANY),
    "open gaps": question("cloze", "", text="{1:SA:" * MANY),
    "alternatives": question("cloze", "", text="{1:SA:" + "=甲~" * MANY + "}"),
    "unknown elements": question("truefalse", "".join(f"<e{n}>{n}</e{n}>" for n in range(MANY))),
    "files": question("truefalse", FILE * MANY),
    "tags": question("truefalse", answer("true") + "<tags>" + "".join(f"<tag><text>{n}</text></tag>" for n in range(MANY)) + "</tags>"),
    "long text": question("truefalse", answer("true"), text="<b>甲，</b>" * MANY * 5),
    "markdown": f'<question type="essay"><questiontext format="markdown"><text>{"![" * MANY}{"[a](" * MANY}</text></questiontext></question>',
    "moodle text": f'<question type="essay"><questiontext format="moodle_auto_format"><text>{"&lt;a " * MANY * 5}</text></questiontext></question>',
}  # fmt: skip


@pytest.mark.parametrize("element", VAST.values(), ids=VAST)
def test_no_file_takes_long(element: str) -> None:
    """
    Time grows with length, not with its square; remarks have a limit.
    """
    data = quiz(element)
    with spent_cpu() as spent:
        found = moodle.read(data, name="a.xml", subjects={})

    assert spent.seconds < 8
    assert len(found.warnings) <= 2001


RECOGNISED = [
    ("a.xml", quiz(question("essay", "")), "moodle"),
    ("a.txt", "问{=甲 ~乙}".encode(), "gift"),
    ("a.gift", b"x", "gift"),
    ("a.txt", "问\nA. 甲\nB. 乙\nANSWER: B".encode(), "aiken"),
    ("a.txt", "一{1:SA:=甲}".encode(), "cloze"),
    ("a.txt", "题干,选项A,选项B,答案\n问,甲,乙,A".encode(), "excel"),
]


@pytest.mark.parametrize(("name", "data", "key"), RECOGNISED)
def test_files_are_known_by_their_content(name: str, data: bytes, key: str) -> None:
    """
    One ending may stand for several formats; what is in the file tells them apart.
    """
    found = recognised(name, data)

    assert found is not None
    assert found.key == key


@pytest.mark.corpora
def test_fixtures_of_moodle_are_taken_or_refused() -> None:
    """
    Each file of Moodle's own tests that one of our formats knows gives sound items, or says why not, at a place.
    """
    files = [path for path in CORPORA.glob("question-formats/**/*") if path.suffix in (".xml", ".txt", ".gift")]
    if not files:
        pytest.skip(f"no files of questions at {CORPORA}")
    for path in files:
        data = path.read_bytes()
        found = recognised(path.name, data)
        if found is None or found.read is None:
            # words without a gap are nobody's question
            assert len(data) < 200, path.name
            continue
        result = found.read(data, name=path.name, subjects={})

        assert result.items or result.refused, path.name
        assert not [item for item in result.items if item.problems()], path.name
        assert all(one.where.startswith(path.name) and one.code for one in result.refused), path.name


@pytest.mark.corpora
def test_every_question_of_a_fixture_has_an_outcome() -> None:
    """
    In each Moodle XML file every question is an item, a refusal, a category or the case of others.
    """
    for path in CORPORA.glob("question-formats/**/*.xml"):
        root = etree.fromstring(path.read_bytes())
        asked = [one for one in root.iter("question") if one.get("type") != "category"]
        found = moodle.read(path.read_bytes(), name=path.name, subjects={})
        cases = [one for one in found.warnings if one.code == "description_case"]

        assert len(found.items) + len({one.where for one in found.refused}) + len(cases) == len(asked), path.name


def test_tolerances_become_numbers_for_moodle() -> None:
    """
    A share or figures of a number is written as what it comes to.
    """
    record = {"format": 1, "ref": "abc-1", "type": "numeric", "subject": "", "stem": "x"}
    shares = [({"answer": "200", "tolerance": "0.05", "mode": "relative"}, "10"), ({"answer": "314", "tolerance": "2", "mode": "figures"}, "5")]  # fmt: skip
    for body, expected in shares:
        root = etree.fromstring(moodle_writer.write([from_record(record | {"body": body})], pictures={}))

        assert Decimal(root.findtext(".//tolerance") or "0") == Decimal(expected)
