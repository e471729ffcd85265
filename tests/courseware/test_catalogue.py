"""The list of subjects, and a set of units beside the subjects, the bank and the day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from courseware.catalogue import MACHINE_SCORED, problems_of, subjects
from courseware.errors import BadCatalogue
from courseware.unit import Check, Media, Origin, Source, Unit
from question_bank.interactions import KINDS
from tests.courseware.builders import ITEMS, a_page, a_unit, with_picture

BUNDLED = Path(__file__).parents[2] / "courseware" / "content" / "subjects.toml"
TODAY = date(2026, 3, 2)
BANK = dict.fromkeys(ITEMS, "single_choice") | {"penalty-100": "essay"}
ENTRY = '[[subject]]\ncode = "{0}"\nzh = "题{0}"\nen = "T{0}"\nscope_zh = "范围"\nscope_en = "Scope"\n'
PENALTY = ENTRY.format("penalty")


def complaints(*units: Unit) -> list[tuple[str, str, str]]:
    """What is wrong with the units, as file, field and code."""
    found = problems_of(units, subjects=("penalty",), items=BANK, today=TODAY)
    return [(problem.file, problem.field, problem.code) for problem in found]


def refusals(text: str) -> list[tuple[str, str, int | None]]:
    """What is wrong with a list of subjects, as field, code and line."""
    with pytest.raises(BadCatalogue) as refusal:
        subjects(text)
    problems = refusal.value.facts["problems"]
    assert isinstance(problems, tuple)
    return [(problem.field, problem.code, problem.line) for problem in problems]


def test_the_bundled_subjects_are_the_agreed_eighteen() -> None:
    """
    Codes and order are fixed: units, items and documents are filed under them.
    """
    codes = [subject.code for subject in subjects(BUNDLED.read_text("utf-8"))]

    assert codes == [
        "party", "lawful-admin", "penalty", "licensing", "registration", "company", "antimonopoly",
        "unfair-competition", "advertising", "consumer", "online-trading", "pricing", "ip", "quality", "food",
        "equipment-drugs", "credit-data", "office",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [("subject", "missing", None)]),
        ("subject = 3", [("subject", "not_a_list", 1)]),
        ("subject = [3]", [("subject[0]", "not_a_table", 1)]),
        (PENALTY + "colour = 1\n", [("subject[0].colour", "unknown_field", 1)]),
        (PENALTY + PENALTY.replace('zh = "题', "zh = 5 #"), [("subject[1].zh", "not_text", 7), ("subject.code", "duplicate", 1), ("subject.en", "duplicate", 1)]),
        (ENTRY.format("a" * 41), [("subject[0].code", "too_long", 1), ("subject[0].zh", "too_long", 1)]),
        (PENALTY.replace('"范围"', '" "'), [("subject[0].scope_zh", "missing", 1)]),
        (PENALTY.replace("范围", "\\u0000"), [("subject[0].scope_zh", "control_character", 1)]),
        (PENALTY + "zh = \n", [("", "unreadable", 7)]),
        (PENALTY + 'more = "', [("", "unreadable", 7)]),
    ],
)  # fmt: skip
def test_a_bad_list_of_subjects_is_refused_with_every_place(
    text: str, expected: Sequence[tuple[str, str, int | None]]
) -> None:
    """
    All complaints come at once, each with its field and the line of its entry.
    """
    assert refusals(text) == list(expected)


def test_sound_units_have_no_problems() -> None:
    """
    Two different sound units stand side by side.
    """
    assert complaints(a_unit("penalty-01"), a_unit("penalty-02")) == []


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        (replace(a_unit(), subject="magic"), ("unit.toml", "subject", "unknown_value")),
        (
            replace(a_unit(), check=Check((*ITEMS, "no-001"), Fraction(1))),
            ("unit.toml", "check.items", "unknown_value"),
        ),
        (
            replace(a_unit(), check=Check((*ITEMS, "penalty-100"), Fraction(1))),
            ("unit.toml", "check.items", "not_machine_scored"),
        ),
        (replace(a_unit(), check=Check(ITEMS[:4], Fraction(1))), ("unit.toml", "check.items", "too_few")),
        (replace(a_unit(), pages=a_unit().pages[:3]), ("unit.toml", "pages", "too_few")),
        (replace(a_unit(), pages=(*a_unit().pages, a_page("05-e", "字 " * 299))), ("05-e.md", "text", "too_short")),
        (
            replace(a_unit(), source=Source(Origin.BOUGHT, "某社", date(2026, 3, 1))),
            ("unit.toml", "licence_end", "licence_ended"),
        ),
        (replace(a_unit(), media=(Media("a.svg", "image/svg+xml", "0", 1),)), ("a.svg", "", "unused")),
        (replace(with_picture(a_unit(), "a.svg"), media=()), ("01-a.md", "picture", "unknown_value")),
        (replace(a_unit(), title=""), ("unit.toml", "title", "missing")),
    ],
)
def test_each_fault_of_a_set_is_named_with_the_unit(unit: Unit, expected: tuple[str, str, str]) -> None:
    """
    One fault, one complaint, under the unit's own folder.
    """
    file, field, code = expected

    assert complaints(unit) == [(f"penalty-01/{file}", field, code)]


def test_two_units_of_one_code_or_title_are_named() -> None:
    """
    A code names one unit; two units of one title cannot be told apart in a list.
    """
    assert complaints(a_unit(), a_unit()) == [
        ("penalty-01/unit.toml", "code", "duplicate"),
        ("unit.toml", "title", "duplicate"),
    ]


def test_the_types_of_a_check_are_those_the_bank_scores_itself() -> None:
    """
    The two packages do not know each other; here they are held together.
    """
    assert {kind for kind, module in KINDS.items() if module.MACHINE_SCORED} == MACHINE_SCORED
