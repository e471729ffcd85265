"""What a unit says is wrong with itself, and how versions are told apart."""

import json
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from courseware.errors import UnknownRecord
from courseware.hours import Hours
from courseware.record import digest, from_record, to_record
from courseware.unit import Check, Origin, Reference, Source, Term, Unit
from tests.courseware.builders import ITEMS, a_page, a_unit, with_picture

RICH = replace(
    with_picture(a_unit(), "flow.svg"),
    source=Source(Origin.BOUGHT, "某出版社", date(2027, 12, 31)),
    objectives=("说出适用条件",),
    terms=(Term("当场处罚", "现场作出决定"),),
    references=(Reference("中华人民共和国行政处罚法", "第五十一条"),),
)


@pytest.mark.parametrize("unit", [a_unit(), RICH], ids=["plain", "rich"])
def test_a_sound_unit_has_no_problems(unit: Unit) -> None:
    """
    The builders' units are sound, so that each fault below is the one that was put in.
    """
    assert unit.problems() == ()


@pytest.mark.parametrize(
    ("change", "file", "field", "code"),
    [
        ({"code": "Penalty 01"}, "unit.toml", "code", "bad_name"),
        ({"code": "a-" * 30 + "1"}, "unit.toml", "code", "bad_name"),
        ({"title": " "}, "unit.toml", "title", "missing"),
        ({"summary_en": "x" * 2001}, "unit.toml", "summary_en", "too_long"),
        ({"hours": Hours(0)}, "unit.toml", "hours", "out_of_range"),
        ({"check": Check(ITEMS, Fraction(0))}, "unit.toml", "check.pass", "out_of_range"),
        ({"check": Check(ITEMS, Fraction(11, 10))}, "unit.toml", "check.pass", "out_of_range"),
        ({"check": Check((), Fraction(1))}, "unit.toml", "check.items", "missing"),
        ({"check": Check((*ITEMS, ITEMS[0]), Fraction(1))}, "unit.toml", "check.items", "duplicate"),
        ({"pages": ()}, "unit.toml", "pages", "missing"),
        ({"pages": (a_page("01-a"), a_page("01-a"))}, "unit.toml", "pages", "duplicate"),
        ({"pages": tuple(a_page(f"p{n}") for n in range(41))}, "unit.toml", "pages", "too_many"),
        ({"pages": (replace(a_page("01-a"), title=""),)}, "01-a.md", "title", "no_title"),
        ({"pages": (a_page("01-a", " \n"),)}, "01-a.md", "text", "missing"),
        ({"pages": (replace(a_page("01-a"), media=("no.svg",)),)}, "01-a.md", "picture", "unknown_value"),
        ({"source": Source(Origin.BOUGHT)}, "unit.toml", "supplier", "missing"),
        ({"source": Source(Origin.SELF_MADE, "某出版社")}, "unit.toml", "source", "unknown_value"),
        ({"terms": (Term("a", "b"), Term("a", "c"))}, "unit.toml", "terms", "duplicate"),
        ({"terms": (Term("a", ""),)}, "unit.toml", "terms[0].meaning", "missing"),
        ({"objectives": ("x",) * 61}, "unit.toml", "objectives", "too_many"),
        ({"references": (Reference(""),)}, "unit.toml", "references[0].source", "missing"),
    ],
)
def test_each_fault_is_named_with_its_place(change: dict[str, Any], file: str, field: str, code: str) -> None:
    """
    One fault, one complaint: the file, the field and the reason.
    """
    found = replace(a_unit(), **change).problems()

    assert [(problem.file, problem.field, problem.code) for problem in found] == [(file, field, code)]


@pytest.mark.parametrize("unit", [a_unit(), RICH], ids=["plain", "rich"])
def test_a_record_gives_back_the_unit(unit: Unit) -> None:
    """
    What is stored as JSON is the unit, exactly.
    """
    assert from_record(json.loads(json.dumps(to_record(unit)))) == unit


@pytest.mark.parametrize("record", [{}, {"format": 2}, {"format": 1}, to_record(a_unit()) | {"pages": [["x"]]}])
def test_a_strange_record_is_refused(record: dict[str, Any]) -> None:
    """
    Another format or a damaged record is a refusal with a code, not a crash.
    """
    with pytest.raises(UnknownRecord):
        from_record(record)


def test_the_hash_names_the_version() -> None:
    """
    Equal units have the same hash on every run and machine.
    """
    assert digest(a_unit()) == digest(from_record(to_record(a_unit())))
    assert digest(a_unit()) == "2ac0792f70f396e56ef4b2eaeb613766823b516db7697032aecb2bda814723d7"


@pytest.mark.parametrize(
    "change",
    [
        {"title": "另一个"},
        {"hours": Hours(7)},
        {"check": Check(ITEMS, Fraction(1, 2))},
        {"pages": a_unit().pages[::-1]},
        {"media": tuple(replace(media, sha256="1" * 64) for media in RICH.media)},
        {"source": Source(Origin.BOUGHT, "某出版社", date(2028, 12, 31))},
    ],
)
def test_every_change_makes_another_version(change: dict[str, Any]) -> None:
    """
    A changed text, order, picture or condition changes the hash.
    """
    assert digest(replace(RICH, **change)) != digest(RICH)


@pytest.mark.parametrize(("day", "usable"), [(30, True), (31, True), (32, False)])
def test_a_licence_runs_until_the_end_of_its_last_day(day: int, usable: bool) -> None:
    """
    On the last day a bought unit may still be used.
    """
    today = date.fromordinal(date(2027, 12, 1).toordinal() + day - 1)

    assert RICH.source.may_be_used(today) is usable


@pytest.mark.parametrize(("share", "passes"), [("0.59", False), ("0.6", True), ("1", True)])
def test_reaching_the_pass_share_passes(share: str, passes: bool) -> None:
    """
    The share that is asked for is enough, exactly.
    """
    assert a_unit().check.passed_with(Fraction(share)) is passes
