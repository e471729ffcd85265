"""Writing QTI: nothing is lost on the way out and back, and other systems find what the standard promises them."""

import re
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank.formats import native, registry
from question_bank.formats.package import content_package, opened, packed
from question_bank.formats.pictures import name_of, named
from question_bank.formats.qti_names import uniform
from question_bank.formats.qti_packages import losses, read, write
from question_bank.formats.xml import local, parsed
from question_bank.interactions.file_answer import FileAsked
from question_bank.interactions.fill_in import Blank, Blanks
from question_bank.interactions.hotspot import Spot, Spots
from question_bank.interactions.inline_choice import Gap, Gaps
from question_bank.interactions.numeric import Number
from question_bank.interactions.options import Option, Options
from question_bank.interactions.written import Point, Written
from question_bank.item import Citation, ItemVersion, Stimulus
from question_bank.scoring import Rules
from tests.question_bank.formats.qti_items import PNG

VERSIONS = ("2.1", "2.2", "3.0")
BANK = Path(__file__).parents[3] / "question_bank" / "content"
PICTURE = name_of(PNG)
GUIDE = Written("Three points.", (Point("One", Decimal("0.25")), Point("Two", Decimal("0.75"))))
#: every field that QTI has no place for
OWN = ItemVersion(
    ref="own-1",
    type="single_choice",
    subject="food",
    stem=f"**Which** of $x^2$ and ![a *star*]({PICTURE}) \\<b\\>?\n\n- a list\n- of two",
    body=Options((Option("One & all", False, "no: `a < b`"), Option("Two", True), Option("None", False, fixed=True))),
    explanation="Because of § 3.",
    point="a point",
    cognitive="apply",
    difficulty="hard",
    citations=(Citation("A law", "3"), Citation("A note")),
    valid_from=date(2024, 1, 1),
    valid_until=date(2029, 1, 1),
    derived="own-0",
    objective="can tell",
    enemies="group",
    classification="reserved",
    stimulus=Stimulus("case-1", "A case", "Once upon a *time*."),
)
OTHERS = (
    (
        "fill_in",
        "Blank [[1]] and [[2]].",
        Blanks((Blank(("a*b",), pattern=True, weight=3), Blank(("三", "3"), numerals=True))),
    ),
    ("fill_in", "Any order: [[1]], [[2]].", Blanks((Blank(("x", "X1")), Blank(("y",))), ordered=False)),
    ("inline_choice", "It is [[1]].", Gaps((Gap(("up", "down"), 1, 2),))),
    ("numeric", "How far?", Number(Decimal("3.50"), Decimal("0.05"), "km", "relative", (("m", Decimal("0.001")),))),
    ("numeric", "How far?", Number(Decimal("3.14"), Decimal(3), "", "figures")),
    (
        "hotspot",
        "Where?",
        Spots(PICTURE, 90, 60, (Spot("L", "rect", (1, 2, 30, 40), True), Spot("R", "circle", (60, 30, 9), False))),
    ),
    ("file_answer", "Send it.", FileAsked(GUIDE, ("pdf", "zip"), 7)),
    ("essay", "Write.", GUIDE),
)


@cache
def bank() -> tuple[ItemVersion, ...]:
    """Every bundled question, and one of each kind that may not be among them."""
    items = [
        one for file in sorted(BANK.glob("*.toml")) for one in native.read(file.read_bytes(), name=file.name).items
    ]
    others = [ItemVersion(f"other-{n}", kind, "food", stem, body) for n, (kind, stem, body) in enumerate(OTHERS, 1)]
    return (*items, OWN, *others)


@cache
def held() -> dict[str, bytes]:
    """The pictures that they name."""
    files = (
        [file.read_bytes() for file in sorted((BANK / "pictures").iterdir())] if (BANK / "pictures").is_dir() else []
    )
    return {name_of(data).removeprefix("picture:"): data for data in (*files, PNG)}


@cache
def package(version: str) -> bytes:
    """All of them as a package."""
    return write(bank(), pictures=held(), version=version)


def subjects() -> dict[str, str]:
    """The subjects of the bundled bank."""
    return {one.subject: one.subject for one in bank()}


def bare(version: str) -> bytes:
    """The package without our own records, as another system would pass it on."""
    parts = dict(opened(package(version)).parts)
    parts["imsmanifest.xml"] = re.sub(
        rb"<metadata><own:item.*?</metadata>", b"", parts["imsmanifest.xml"], flags=re.DOTALL
    )
    return packed(parts)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_whole_bank_comes_back_as_it_went(version: str) -> None:
    """
    read(write(items)) == items, with all pictures and without a remark, in each version of the standard.
    """
    found = read(package(version), name="bank.zip", subjects=subjects())

    assert found.items == bank()
    assert (found.refused, found.warnings) == ((), ())
    assert set(found.pictures) == set(named(bank()))
    assert all(name_of(data) == f"picture:{digest}" for digest, data in found.pictures.items())


@pytest.mark.parametrize("version", VERSIONS)
def test_the_items_alone_say_key_and_words(version: str) -> None:
    """
    What another system reads, the bare items, has the same types and keys; for all but answers that people mark, and
    what the losses name, the full answer and a wrong one earn the same.
    """
    found = {one.ref: one for one in read(bare(version), name="bank.zip", subjects=subjects(), subject="food").items}
    lost = {loss.where for loss in losses(bank())} | {
        one.ref for one in bank() if one.type == "numeric" and one.body.mode == "figures"
    }

    for item in bank():
        if item.ref in lost:
            continue
        other = found[item.ref]
        assert other.type == item.type, item.ref
        if item.interaction.MACHINE_SCORED:
            assert sorted(item.interaction.key_summary(item.body)) == sorted(other.interaction.key_summary(other.body))
        if version == "3.0" and item.stimulus:
            assert other.stimulus is not None
            assert other.stimulus.title == item.stimulus.title


@pytest.mark.parametrize("version", VERSIONS)
def test_packages_have_the_structure_of_the_standard(version: str) -> None:
    """
    The manifest lists every file, items hold their parts in the order of the schema, identifiers are names, every
    answer has a declaration, and scoring is a template of the standard or built of its operators.
    """
    archive, manifest = content_package(package(version))
    listed = {one.get("href") for one in manifest.iter() if local(one) == "file"}
    order = [
        "responseDeclaration", "outcomeDeclaration", "assessmentStimulusRef", "itemBody", "responseProcessing", "modalFeedback",
    ]  # fmt: skip

    assert listed == set(archive.parts) - {"imsmanifest.xml"}
    assert {one.get("type") for one in manifest.iter() if local(one) == "resource"} <= {
        f"imsqti_item_xmlv{version.replace('.', 'p')}",
        "imsqti_stimulus_xmlv3p0",
    }
    for name, content in archive.parts.items():
        if name.startswith("items/"):
            root = uniform(parsed(content))
            places = [order.index(local(child)) for child in root]
            declared = {one.get("identifier") for one in root.iter("responseDeclaration")}
            asked = {one.get("responseIdentifier") for one in root.iter() if one.get("responseIdentifier")}
            assert places == sorted(places), name
            assert declared == asked, name
            assert all(re.fullmatch(r"[A-Za-z_][\w.-]*", one.get("identifier", "x")) for one in root.iter()), name
            chosen = {one.get("identifier") for one in root.iter("simpleChoice", "hotspotChoice", "inlineChoice")}
            keyed = {
                value.text
                for one in root.iter("responseDeclaration")
                for value in one.iter("value")
                if one.get("baseType") == "identifier"
            }
            assert keyed <= chosen, name
            assert all(
                archive.part(one.get("src", one.get("data", "")), beside=name) for one in root.iter("img", "object")
            )


def test_a_changed_item_is_read_anew_and_keeps_what_only_the_record_says() -> None:
    """
    A file that was edited elsewhere wins over our record: words and key come from it, particulars from the record.
    """
    parts = dict(opened(write([OWN], pictures=held(), version="2.2")).parts)
    parts["items/own-1.xml"] = parts["items/own-1.xml"].replace(b"Two", b"Three")
    found = read(packed(parts), name="p.zip", subjects=subjects())

    assert found.items[0].body.options[1].text == "Three"
    assert (found.items[0].point, found.items[0].citations) == (OWN.point, OWN.citations)
    assert "qti_changed" in {warning.code for warning in found.warnings}


def test_a_record_that_is_none_of_ours_is_not_believed() -> None:
    """
    A record of the wrong shape is passed over: the item itself is read.
    """
    data = write([OWN], pictures=held(), version="2.2")
    for old, new in (
        (b'"stem": "', b'"stem": ["'),
        (b'"format": 1', b'"format": 9'),
        (b'"right": true', b'"right": 3'),
    ):
        parts = dict(opened(data).parts)
        parts["imsmanifest.xml"] = parts["imsmanifest.xml"].replace(old, new)
        found = read(packed(parts), name="p.zip", subjects=subjects(), subject="food")

        assert [one.type for one in found.items] == ["single_choice"]
        assert found.items[0].point == ""


def test_keys_are_not_given_away_by_order() -> None:
    """
    Lines and right-hand sides are written in an order that says nothing, and options tell nothing before the answer.
    """
    for item in bank():
        if item.type in ("ordering", "matching"):
            content = opened(write([item], pictures={}, version="2.1")).parts[f"items/{item.ref}.xml"]
            root = uniform(parsed(content))
            values = [one.text or "" for key in root.iter("correctResponse") for one in key]
            names = [one.get("identifier") for one in root.iter("simpleChoice", "simpleAssociableChoice")]
            if item.type == "ordering":
                assert sorted(values) == names
            else:
                assert [one for one in names if str(one).startswith("R")] == [
                    f"R{n}" for n in range(1, len(names) - len(values) + 1)
                ]


def test_losses_name_what_others_cannot_see() -> None:
    """
    Stars, numerals, other units and kinds of files are not in the standard's templates: said before writing.
    """
    told = {(loss.where, loss.field) for loss in losses(bank()) if loss.where.startswith(("other", "own"))}

    assert told == {
        ("other-1", "blanks.pattern"),
        ("other-1", "blanks.numerals"),
        ("other-4", "units"),
        ("other-7", "endings"),
    }


@pytest.mark.parametrize("key", ["qti", "qti22", "qti21"])
def test_the_register_writes_each_version(key: str) -> None:
    """
    Each version has its line in the register and writes packages that the reader of the register takes.
    """
    found = registry.FORMATS[key]
    assert found.write is not None
    data = found.write([OWN], pictures=held())
    reader = registry.recognised("x", data)

    assert reader is not None
    assert reader.read is not None
    assert reader.read(data, name="x", subjects=subjects()).items == (OWN,)


words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30).filter(str.strip)


@settings(max_examples=60, deadline=None)
@given(stem=words, right=words, wrong=words, why=words, version=st.sampled_from(VERSIONS))
def test_any_words_survive(stem: str, right: str, wrong: str, why: str, version: str) -> None:
    """
    Whatever signs a question is made of, it comes back sign by sign, and without our record still with its key.
    """
    item = ItemVersion(
        "any-1", "single_choice", "food", stem, Options((Option(right, True, why), Option(wrong, False)))
    )
    data = write([item], pictures={}, version=version)

    if not item.problems():
        assert read(data, name="x", subjects={}).items == (item,)
    parts = dict(opened(data).parts)
    parts["imsmanifest.xml"] = re.sub(
        rb"<metadata><own:item.*?</metadata>", b"", parts["imsmanifest.xml"], flags=re.DOTALL
    )
    for one in read(packed(parts), name="x", subjects={}).items:
        assert one.interaction.score(one.body, "A" if one.type == "single_choice" else one.body.answer, Rules()) == 1
