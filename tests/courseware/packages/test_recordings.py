"""Videos, captions and documents of pages: read strictly, written back as they were, told apart between versions."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.difference import difference
from courseware.drafting import unused
from courseware.packages.lengths import length_of
from courseware.packages.native import read
from courseware.packages.webvtt import Cue, cues
from courseware.packages.writing import write
from courseware.problem import Problem
from courseware.record import digest, from_record, to_record
from courseware.unit import Unit
from courseware.video import Captions, Chapter, Skip, Video, clock, seconds
from tests.courseware.builders import FILES, SETTINGS
from tests.courseware.media import CAPTIONS, LENGTH, MP4, PDF, WEBM

TABLES = """presence = 0
[[videos]]
page = "02-steps.md"
file = "steps.webm"
captions = [{ language = "zh-CN", file = "steps.vtt" }]
chapters = [
  { at = "00:00", title = "出示证件" },
  { at = "00:02", title = "告知" },
]
skip = "watched"
share = "0.9"

[[documents]]
page = "01-scope.md"
file = "form.pdf"
"""
HEAD = SETTINGS.count("\n")


def files(old: str = "", new: str = "", **others: bytes) -> dict[str, bytes]:
    """A unit with a video and a document; one passage of its tables, or some files, are others."""
    assert old in TABLES
    held = {"steps.webm": WEBM, "steps.vtt": CAPTIONS, "form.pdf": PDF}
    held |= {name.replace("_", "."): data for name, data in others.items()}
    return {**FILES, "unit.toml": (SETTINGS + TABLES.replace(old, new, 1)).encode(), **held}


def sound(**others: bytes) -> Unit:
    """That unit."""
    reading = read(files(**others))
    assert reading.unit is not None, reading.problems
    return reading.unit


def test_a_unit_with_video_and_document_comes_back_from_its_files_and_its_record() -> None:
    """
    What is read, written and read again is equal, from files and from the record; a unit without has the hash it had.
    """
    unit = sound()
    again = read(write(unit) | {name: files()[name] for name in ("steps.webm", "steps.vtt", "form.pdf", "flow.svg")})
    plain = read(FILES).unit

    assert unit.pages[1].video == Video(
        "steps.webm",
        (Captions("zh-CN", "steps.vtt"),),
        (Chapter(0, "出示证件"), Chapter(2, "告知")),
        Skip.WATCHED,
        Fraction(9, 10),
    )
    assert (unit.pages[0].pdf, unit.presence, unit.to_watch) == ("form.pdf", 0, {"02-steps"})
    assert {one.name: one.length for one in unit.media}["steps.webm"] == LENGTH
    assert again.unit == unit == from_record(to_record(unit))
    assert unused(unit) == ()
    assert plain is not None
    assert set(to_record(plain)) & {"presence", "completion"} == set()
    assert len(to_record(plain)["pages"][0]) == len(to_record(plain)["media"][0]) == 4


@pytest.mark.parametrize(
    ("old", "new", "field", "code", "line"),
    [
        ('page = "02-steps.md"', 'page = "03-gone.md"', "videos[0].page", "unknown_value", 2),
        ('file = "steps.webm"', 'file = "gone.webm"', "videos[0].file", "unknown_value", 2),
        ('file = "steps.webm"', 'file = "flow.svg"', "videos[0].file", "wrong_content", 2),
        ('"zh-CN", file = "steps.vtt"', '"zh-CN", file = "x.vtt"', "videos[0].captions[0].file", "unknown_value", 2),
        ('"zh-CN"', '"de"', "videos[0].captions[0].language", "unknown_value", 2),
        ('at = "00:02"', 'at = "00:06"', "videos[0].chapters[1].at", "out_of_range", 2),
        ('at = "00:02"', 'at = "00:00"', "videos[0].chapters[1].at", "not_sorted", 2),
        ('at = "00:02"', 'at = "2 s"', "videos[0].chapters[1].at", "bad_time", 2),
        ('title = "告知"', 'title = ""', "videos[0].chapters[1].title", "missing", 2),
        ('title = "告知"', f'title = "{"知" * 121}"', "videos[0].chapters[1].title", "too_long", 2),
        ('"watched"', '"never"', "videos[0].skip", "unknown_value", 2),
        ('"0.9"', '"1.1"', "videos[0].share", "out_of_range", 2),
        ('"0.9"', "0.9", "videos[0].share", "not_a_number", 2),
        ('share = "0.9"', 'size = "0.9"', "videos[0].size", "unknown_field", 2),
        ('"form.pdf"', '"steps.webm"', "documents[0].file", "unknown_value", 13),
        ("presence = 0", "presence = 2", "presence", "out_of_range", 1),
        ("presence = 0", "presence = 31", "presence", "out_of_range", 1),
    ],
)
def test_complaints_name_field_and_line(old: str, new: str, field: str, code: str, line: int) -> None:
    """
    Each fault of the tables is told once, with the line of its table.
    """
    found = [(one.file, one.field, one.code, one.line) for one in read(files(old, new)).problems]

    assert ("unit.toml", field, code, HEAD + line) in found
    assert len([one for one in found if one[1:] == (field, code, HEAD + line)]) == 1


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("steps.webm", b"GIF89a" * 9, "wrong_content"),
        ("steps.webm", WEBM[:40], "no_length"),
        ("form.pdf", b"<html>", "wrong_content"),
        ("steps.vtt", b"1\n00:00.000 --> 00:01.000\nx\n", "wrong_content"),
    ],
)
def test_files_are_what_their_names_say(name: str, data: bytes, code: str) -> None:
    """
    A recording that does not tell its length is none that can be followed; other bytes than the name says are refused.
    """
    assert code in {one.code for one in read(files(**{name.replace(".", "_"): data})).problems}


@pytest.mark.parametrize(
    ("body", "code", "line"),
    [
        ("00:00.000 --> 00:01.000\n词\n", "", 0),
        ("00:00.000 -> 00:01.000\n词\n", "bad_time", 3),
        ("一\n00:00.00 --> 00:01.000\n词\n", "bad_time", 4),
        ("00:02.000 --> 00:01.000\n词\n", "out_of_range", 3),
        ("00:02.000 --> 00:03.000\n词\n\n00:01.000 --> 00:03.000\n词\n", "not_sorted", 6),
        ("00:02.000 --> 00:03.000\n<b></b>\n", "missing", 3),
        (f"00:02.000 --> 00:03.000\n{'词' * 601}\n", "too_long", 3),
        ("STYLE\n::cue { color: red }\n", "bad_time", 3),
        ("", "missing", None),
    ],
)
def test_captions_are_read_strictly(body: str, code: str, line: int | None) -> None:
    """
    What a browser would leave out is refused with its line.
    """
    problems: list[Problem] = []
    cues(b"WEBVTT\n\n" + body.encode(), file="a.vtt", problems=problems)

    assert [(one.code, one.line) for one in problems] == ([(code, line)] if code else [])


def test_captions_become_a_transcript() -> None:
    """
    Marks and references of characters are gone, comments and names of cues too.
    """
    assert cues(CAPTIONS, file="a.vtt", problems=[]) == (
        Cue(0, 2000, "先出示证件。"),
        Cue(2000, 6000, "再说明理由 & 告知权利。"),
    )


@given(st.binary(max_size=300), st.sampled_from([b"", b"WEBVTT\n\n", WEBM[:60], MP4[:60], b"WEBVTT\n\n00:00.000 --> "]))
def test_no_bytes_break_a_reader(rest: bytes, head: bytes) -> None:
    """
    Whatever stands in a file: cues in order or a complaint, a length that is none or more, and no exception.
    """
    problems: list[Problem] = []
    found = cues(head + rest, file="a.vtt", problems=problems)

    assert problems or all(one.text and one.begin < one.end for one in found)
    assert all(length_of(kind, head + rest) >= 0 for kind in ("video/mp4", "video/webm", "text/vtt"))


@given(st.integers(0, 4 * 3600))
def test_times_are_read_as_they_are_written(at: int) -> None:
    """
    Chapters keep their second through the file.
    """
    assert seconds(clock(at)) == at


def test_the_head_of_a_recording_tells_its_length() -> None:
    """
    In both formats, and nothing for one that is cut off before its head.
    """
    assert [length_of("video/webm", WEBM), length_of("video/mp4", MP4)] == [LENGTH, LENGTH]
    assert [length_of("video/webm", WEBM[:50]), length_of("video/mp4", MP4[:30])] == [0, 0]


def _page(unit: Unit, **changed: object) -> Unit:
    return replace(unit, pages=(unit.pages[0], replace(unit.pages[1], **changed)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "unseen"),
    [
        (lambda unit: _page(unit, video=replace(unit.pages[1].video, chapters=())), ()),
        (lambda unit: sound(steps_webm=MP4[:0] + WEBM + b"\0"), ()),
    ],
)
def test_a_version_names_the_page_with_another_video(change: Callable[[Unit], Unit], unseen: tuple[str, ...]) -> None:
    """
    Other chapters or another file of the same name are a change of that page; who watched before need not again.
    """
    before = sound()
    found = difference(before, change(before))

    assert [(one.key, one.kind) for one in found.pages] == [("02-steps", "recorded")]
    assert found.unseen == unseen


def test_a_video_that_must_be_watched_for_the_first_time_is_unseen() -> None:
    """
    People who opened the page before have not watched it.
    """
    after = sound()
    before = _page(after, video=None)

    assert difference(before, after).unseen == ("02-steps",)
    assert digest(before) != digest(after)
