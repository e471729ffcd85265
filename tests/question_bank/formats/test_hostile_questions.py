"""Scripts in files of questions: none of them acts, neither on our pages nor in the files that we write."""

from collections.abc import Callable, Iterable

import pytest
from lxml import etree

from lms.richtext import rendered, rendered_inline
from question_bank.formats import aiken, gift, moodle, moodle_writer
from question_bank.formats.inline import printable
from question_bank.formats.record import to_record
from question_bank.formats.refusal import Imported
from question_bank.item import ItemVersion
from tests.security.test_xss import OWN, faults, payloads


def in_moodle(payload: str) -> Imported:
    """A question with the payload in every text, in each of Moodle's forms."""
    root = etree.Element("quiz")
    for form in ("html", "moodle_auto_format", "plain_text", "markdown"):
        question = etree.SubElement(root, "question", type="multichoice")
        for parent in (
            etree.SubElement(question, name, format=form) for name in ("name", "questiontext", "generalfeedback")
        ):
            etree.SubElement(parent, "text").text = f"{form} {printable(payload)}"
        for fraction, word in (("100", "甲"), ("0", "乙")):
            answer = etree.SubElement(question, "answer", format=form, fraction=fraction)
            etree.SubElement(answer, "text").text = word + printable(payload)
    return moodle.read(etree.tostring(root), name="a.xml", subjects={})


def in_gift(payload: str) -> Imported:
    """The same in GIFT."""
    lines = " ".join(payload.split())
    text = "\n\n".join(
        f"[{form}]{form} {lines}{{=甲{lines}#{lines} ~乙}}" for form in ("html", "moodle", "plain", "markdown")
    )
    return gift.read(text.encode("utf-8", "replace"), name="a.gift", subjects={})


def in_aiken(payload: str) -> Imported:
    """The same in Aiken."""
    line = " ".join(payload.split())
    return aiken.read(f"问{line}\nA. 甲{line}\nB. 乙\nANSWER: A".encode("utf-8", "replace"), name="a.txt", subjects={})


def pages(item: ItemVersion) -> Iterable[str]:
    """What pages make of every text of an item."""
    yield str(rendered(item.stem))
    yield str(rendered(item.explanation))
    for option in getattr(item.body, "options", ()):
        yield str(rendered_inline(option.text))
        yield str(rendered_inline(option.why))


def sample() -> tuple[str, ...]:
    """Our own payloads and every eighth of the corpus; each of them is tried as HTML elsewhere."""
    return (*OWN, *payloads()[len(OWN) :: 8])


@pytest.mark.parametrize("brought", [in_moodle, in_gift, in_aiken])
def test_no_file_of_questions_acts(brought: Callable[[str], Imported]) -> None:
    """
    Every payload in every text of every form: what pages make of it holds nothing that acts.
    """
    wrong = {}
    taken = 0
    for payload in sample():
        found = brought(payload)
        taken += len(found.items)
        for item in found.items:
            for page in pages(item):
                if faulty := faults(page):
                    wrong[page] = faulty

    assert wrong == {}
    assert taken


def test_nothing_acts_in_what_moodle_gets() -> None:
    """
    The HTML that we write has no element and no address that acts.
    """
    items = [item for payload in sample() for item in in_aiken(payload).items]
    items += [item for payload in sample() for item in in_gift(payload).items]
    root = etree.fromstring(moodle_writer.write(items, pictures={}))

    assert items
    for text in root.iter("text"):
        if text.getparent().get("format") == "html":
            assert not [fault for fault in faults(text.text or "") if "@@PLUGINFILE@@/" not in fault], text.text


def test_our_own_record_is_no_way_around() -> None:
    """
    A record beside a question is checked like any item, and shown like any text.
    """
    (item,) = gift.read("问{=甲 ~乙}".encode(), name="a", subjects={}).items
    data = moodle_writer.write([item], pictures={})
    unsound = data.replace(b'"ref":"' + item.ref.encode(), b'"ref":"../../etc')

    assert to_record(item)["ref"] == item.ref
    assert [one.field for one in moodle.read(unsound, name="a.xml", subjects={}).refused] == ["id"]
