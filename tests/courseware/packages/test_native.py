"""A folder of files becomes a unit, or every complaint about it at once."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.packages.native import MOST_BYTES, MOST_FILES, MOST_PAGE_BYTES, read
from courseware.problem import CODES
from courseware.record import digest, from_record, to_record
from courseware.unit import Check, Origin, Page, Reference, Term
from tests.courseware.builders import FILES, SETTINGS, SVG, settings, some_files

Place = tuple[str, str, str, int | None]


def complaints(files: dict[str, bytes]) -> list[Place]:
    """What is wrong with the files, as file, field, code and line."""
    reading = read(files)
    assert (reading.unit is None) is bool(reading.problems)
    return [(problem.file, problem.field, problem.code, problem.line) for problem in reading.problems]


def test_a_sound_folder_becomes_a_unit() -> None:
    """
    Every part of the format arrives where it belongs.
    """
    unit = read(FILES).unit

    assert unit is not None
    assert unit.pages[0] == Page("01-scope", "适用范围", "案情简单、事实清楚。\n\n![流程图](flow.svg)\n", ("flow.svg",))
    assert (unit.code, str(unit.hours), unit.subject) == ("penalty-01", "1.5", "penalty")
    assert unit.check == Check(("penalty-001", "penalty-002"), Fraction(3, 5))
    assert unit.terms == (Term("当场处罚", "在现场作出并交付决定"),)
    assert unit.references == (Reference("中华人民共和国行政处罚法", "第五十一条"),)
    assert (unit.media[0].media_type, unit.media[0].size) == ("image/svg+xml", len(SVG))


def test_a_bought_unit_names_supplier_and_licence() -> None:
    """
    The licence of a bought unit has an end that is a date.
    """
    bought = settings('"self-made"', '"bought"\nsupplier = "某社"\nlicence_end = 2027-12-31')
    unit = read(some_files(unit_toml=bought)).unit

    assert unit is not None
    assert (unit.source.origin, unit.source.supplier) == (Origin.BOUGHT, "某社")
    assert str(unit.source.licence_end) == "2027-12-31"


def test_reading_twice_gives_the_same_version() -> None:
    """
    Neither the order of the files nor a BOM or the line ends of another system make another version.
    """
    other = {name: FILES[name] for name in reversed(FILES)}
    other |= {
        name: b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n") for name, data in FILES.items() if name != "flow.svg"
    }
    one, two = read(FILES).unit, read(other).unit

    assert one is not None
    assert two is not None
    assert digest(one) == digest(two)
    assert from_record(to_record(one)) == one


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("format = 1", "format = 2", ("format", "unknown_value", 1)),
        ("format = 1", "format = true", ("format", "unknown_value", 1)),
        ("format = 1", "", ("format", "unknown_value", None)),
        ('code = "penalty-01"', 'code = "罚-01"', ("code", "bad_name", 2)),
        ('title = "简易程序"', "", ("title", "missing", None)),
        ('title = "简易程序"', "title = 7", ("title", "not_text", 3)),
        ('"简易程序"', r'"简\u0007易"', ("title", "control_character", 3)),
        ('"简易程序"', r'"简\u202e易"', ("title", "control_character", 3)),
        ("self-made", "stolen", ("source", "unknown_value", 8)),
        ('"self-made"', '"bought"', ("supplier", "missing", None)),
        ('"self-made"', '"bought"\nsupplier = "x"\nlicence_end = "soon"', ("licence_end", "not_a_date", 10)),
        (
            '"self-made"',
            '"bought"\nsupplier = "x"\nlicence_end = 2027-01-01T00:00:00',
            ("licence_end", "not_a_date", 10),
        ),
        ('"1.5"', '"1.3"', ("hours", "not_a_number", 9)),
        ('"1.5"', "1.5", ("hours", "not_text", 9)),
        ('"1.5"', '"0"', ("hours", "out_of_range", 9)),
        ('["说出适用条件"]', '"说出适用条件"', ("objectives", "not_a_list", 10)),
        ('["说出适用条件"]', '["说出", 3]', ("objectives[1]", "not_text", 10)),
        (', meaning = "在现场作出并交付决定"', "", ("terms[0].meaning", "missing", 11)),
        ('meaning = "在现场作出并交付决定"', 'meaning = "x", note = 1', ("terms[0].note", "unknown_field", 11)),
        ('{ items = ["penalty-001", "penalty-002"], pass = "0.6" }', "3", ("check", "not_a_table", 14)),
        ('pass = "0.6"', "pass = 0.6", ("check.pass", "not_a_number", 14)),
        ('pass = "0.6"', 'pass = "1.5"', ("check.pass", "out_of_range", 14)),
        ('pass = "0.6"', 'pass = "0"', ("check.pass", "out_of_range", 14)),
        ('"penalty-002"]', '"penalty-001"]', ("check.items", "duplicate", 14)),
        ('source = "中华人民共和国行政处罚法", ', "", ("references[0].source", "missing", 15)),
        ('"02-steps.md"]', '"02-steps.md", "03-no.md"]', ("pages[2]", "unknown_value", 16)),
        ('"02-steps.md"]', '"02-steps.md", "01-scope.md"]', ("pages", "duplicate", 16)),
        ('"02-steps.md"]', '"02-steps.md", "../01-scope.md"]', ("pages[2]", "unknown_value", 16)),
        ("format = 1", 'colour = "red"\nformat = 1', ("colour", "unknown_field", 1)),
        ('hours = "1.5"', 'hours = "1.5', ("", "unreadable", 9)),
        ('hours = "1.5"', 'hours = "1.5"\nhours = "2"', ("", "unreadable", 10)),
        ('hours = "1.5"', "hours = " + "9" * 5000, ("", "unreadable", None)),
        ('hours = "1.5"', "hours = " + "[" * 20_000, ("", "unreadable", None)),
        ('hours = "1.5"', 'hours = "' + "9" * 70_000 + '"', ("", "too_long", None)),
    ],
)
def test_a_fault_in_the_settings_is_named_with_its_line(old: str, new: str, place: tuple[str, str, int | None]) -> None:
    """
    One fault, one complaint: the field, the reason, and the line where it stands.
    """
    assert complaints(some_files(unit_toml=settings(old, new))) == [("unit.toml", *place)]


@pytest.mark.parametrize(
    ("page", "place"),
    [
        ("没有题目\n\n![图](flow.svg)", ("title", "no_title", 1)),
        ("# 题\n\n文 <b>字</b>\n", ("text", "raw_html", 3)),
        ("# 题\n\n文\n\n# 又一题\n", ("text", "second_title", 5)),
        ("# 题\n\n文\n\n![图](none.svg)", ("picture", "unknown_value", 5)),
        ("# 题\n\n![图](../flow.svg)", ("picture", "unknown_value", 3)),
        ("# 题\n\n![图](http://evil.example/a.png)", ("picture", "unknown_value", 3)),
        ("# 题\n\n![](flow.svg)", ("picture", "no_description", 3)),
        ("# 题\n", ("text", "missing", None)),
        ("# 题\n\n文\0", ("", "control_character", 3)),
        ("# 题\n\n第一行\n中文".encode("gb18030"), ("", "not_utf8", 1)),
        (b"# t\n\nabc\n" + "中文".encode("gb18030"), ("", "not_utf8", 4)),
        (b"\xff\xfe" + "# 题".encode("utf-16-le"), ("", "not_utf8", 1)),
        ("# 题\n" + "字" * (MOST_PAGE_BYTES // 3), ("", "too_long", None)),
    ],
)
def test_a_fault_on_a_page_is_named_with_its_line(page: str | bytes, place: tuple[str, str, int | None]) -> None:
    """
    One fault, one complaint: the page, the reason, and the line in the file.
    """
    assert complaints(some_files(page=page)) == [("01-scope.md", *place)]


@pytest.mark.parametrize(
    "name",
    [
        "../unit.md", "/etc/passwd", "a/b.md", "a\\b.md", "C:a.md", "a\0.md", "a.md\n", "", ".", "..", ".md", "-a.md",
        "A.md", "第一页.md", "µÚÒ»Ò³.md", "\udcb5\udcda.md", "a b.md", "a.tar.gz", "con.", "x" * 100 + ".md", "x" * 10**6,
    ],
)  # fmt: skip
def test_a_hostile_name_is_refused(name: str) -> None:
    """
    Paths, control characters, other scripts and endless names are one complaint, which is short and printable.
    """
    (problem,) = read({**FILES, name: b"# a\n\nb"}).problems

    assert (problem.field, problem.code) == ("name", "bad_name")
    assert len(problem.value) <= 60
    assert problem.value.isprintable()


@pytest.mark.parametrize("name", ["setup.exe", "page.html", "more.toml", "notes.txt", "pack.zip"])
def test_other_kinds_of_file_are_refused(name: str) -> None:
    """
    A unit holds its settings, pages and media, and nothing else.
    """
    assert complaints({**FILES, name: b"x"}) == [(name, "name", "unknown_value", None)]


@pytest.mark.parametrize(
    ("files", "place"),
    [
        ({}, ("unit.toml", "", "missing", None)),
        (some_files(unit_toml=None), ("unit.toml", "", "missing", None)),
        (some_files(unit_toml="题".encode("gb18030")), ("unit.toml", "", "not_utf8", 1)),
        ({**FILES, "03-more.md": b"# a\n\nb"}, ("03-more.md", "", "unlisted", None)),
        ({**FILES, "x.png": b"GIF89a"}, ("x.png", "", "wrong_content", None)),
        (some_files(picture=SVG.replace(b"<rect", b"<script/><rect")), ("flow.svg", "", "unsafe_picture", None)),
        ({**FILES, **{f"p{n}.md": b"" for n in range(MOST_FILES)}}, ("", "files", "too_many", None)),
        ({**FILES, "film.mp4": bytes(MOST_BYTES)}, ("", "files", "too_long", None)),
    ],
    ids=["empty", "no settings", "gb18030", "unlisted", "png", "svg", "count", "size"],
)
def test_a_fault_of_the_folder_is_named(files: dict[str, bytes], place: Place) -> None:
    """
    One fault, one complaint about the file or about all of them.
    """
    assert complaints(files) == [place]


def test_all_complaints_come_at_once() -> None:
    """
    Whoever mends a unit sees the whole list: names, media, pages and settings.
    """
    bad = SETTINGS.replace('"1.5"', '"x"').replace('title_en = "The summary procedure"\n', "")
    files = some_files(unit_toml=bad, page="无题 <i>x</i>\n\n![](no.svg)", picture=b"<svg") | {"A.md": b""}

    assert {(file, code) for file, _, code, _ in complaints(files)} == {
        ("A.md", "bad_name"),
        ("flow.svg", "unsafe_picture"),
        ("01-scope.md", "raw_html"),
        ("01-scope.md", "unknown_value"),
        ("01-scope.md", "no_description"),
        ("01-scope.md", "no_title"),
        ("unit.toml", "missing"),
        ("unit.toml", "not_a_number"),
    }


@pytest.mark.parametrize(
    "passage",
    ["".join(f"k{n} = 1\n" for n in range(5000)), ".".join("a" * 1 for _ in range(20_000)) + " = 1\n"],
    ids=["many fields", "deep field"],
)
def test_endless_complaints_are_cut_short(passage: str) -> None:
    """
    A file full of nonsense is refused with a list one can still read.
    """
    assert 1 <= len(complaints(some_files(unit_toml=passage + SETTINGS))) <= 110


@given(
    st.dictionaries(st.sampled_from(["unit.toml", "01-scope.md", "flow.svg", "x.png", "é"]), st.binary(max_size=200))
)
def test_any_bytes_are_a_unit_or_complaints(changed: dict[str, bytes]) -> None:
    """
    Whatever stands in the files, there is an answer with known codes, never a crash.
    """
    reading = read({**FILES, **changed})

    assert (reading.unit is None) is bool(reading.problems)
    assert {problem.code for problem in reading.problems} <= set(CODES)


@given(
    st.integers(0, len(SETTINGS)),
    st.text(st.sampled_from("[]{}=\"'.,\n#-01truenaxé\\"), max_size=12),
    st.integers(0, 20),
)
def test_any_edit_of_the_settings_has_an_answer(place: int, typed: str, removed: int) -> None:
    """
    Settings that somebody broke by hand are read or refused with known codes.
    """
    text = SETTINGS[:place] + typed + SETTINGS[place + removed :]
    reading = read(some_files(unit_toml=text))

    assert {problem.code for problem in reading.problems} <= set(CODES)
