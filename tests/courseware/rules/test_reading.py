"""Reading sets of rules: what is refused, and that the complaint names the field and its line."""

import pytest

from courseware.rules.reading import MOST, read
from tests.courseware.rules.test_examples import SETS, rules_of

GOOD = (SETS / "nanjing.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "field", "code"),
    [
        ('code = "nanjing"', 'code = "南京"', "code", "bad_name"),
        ('code = "nanjing"\n', "", "code", "missing"),
        ('name = "南京干部', 'surplus = 1\nname = "南京干部', "surplus", "unknown_field"),
        ('account = "credits"', 'account = "marks"', "account", "unknown_value"),
        ("from = 2020-01-01", 'from = "2020"', "from", "not_a_date"),
        ("from = 2020-01-01", "from = 2020-01-01\nuntil = 2019-01-01", "until", "out_of_range"),
        ('earns = "24"\n', "earns = 24.0\n", "rate[2].earns", "not_a_number"),
        ('earns = "24"\n', 'earns = "-24"\n', "rate[2].earns", "not_a_number"),
        ('earns = "24"\n', 'earns = "99999"\n', "rate[2].earns", "not_a_number"),
        ('by = "piece"', 'by = "weight"', "rate[2].by", "unknown_value"),
        ('channels = ["abroad"]', 'channels = ["moon"]', "rate[1].channels", "unknown_value"),
        ("at_least = 31", "at_least = 1", "rate[1].steps", "out_of_range"),
        ("minutes = 45", "minutes = 0", "rate[3].minutes", "out_of_range"),
        ('city = "12"', 'moon = "12"', "rate[4].levels.moon", "unknown_field"),
        ('per = "work"', 'per = "day"', "cap[0].per", "unknown_value"),
        ("years = 1", "years = 3", "minimum[0].years", "out_of_range"),
        ('least = "84"', 'least = "84"\ncategories = ["x"]', "minimum[1].categories", "unknown_value"),
        ('code = "total"', 'code = "required"', "minimum", "duplicate"),
        ("[carry]", "[carry]\nalways = true", "carry.always", "unknown_field"),
        ("[carry]", "[carry", "", "unreadable"),
        ("required = true", 'required = "yes"', "minimum[0].required", "unknown_value"),
    ],
)
def test_what_is_wrong_is_named(old: str, new: str, field: str, code: str) -> None:
    """
    One thing wrong is one complaint, with its field, and its line where the file has one.
    """
    assert old in GOOD
    found = read(GOOD.replace(old, new, 1))

    assert found.rules is None
    assert (field, code) in [(problem.field, problem.code) for problem in found.problems]
    assert all(problem.line or problem.code in ("missing", "duplicate") for problem in found.problems)


def test_limits() -> None:
    """
    Neither a huge text, nor too many rates, nor depth get far.
    """
    rate = '\n[[rate]]\nchannels = ["network"]\nby = "piece"\nearns = "1"\n'
    found = [
        read(text).problems[0].code for text in (GOOD + "#" * 70_000, GOOD + rate * MOST["rate"], "a=" + "[" * 9000)
    ]

    assert found == ["too_long", "too_many", "unreadable"]


def test_categories_by_rank() -> None:
    """
    The first word that names a category decides: a rank, the file's own word; an unknown rank names none.
    """
    rules = rules_of("national")
    found = [
        rules.category_of(words) for words in (["四级调研员"], [None, "一级主任科员"], ["junior"], ["实习生", None])
    ]

    assert [one and one.code for one in found] == ["senior", "junior", "junior", None]
