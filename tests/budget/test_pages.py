"""No page takes more than twelve queries or 50 ms of CPU on the demonstration data, whoever opens it."""

import re
from pathlib import Path

import pytest

from lms.accounts.policy import Role
from tests.budget.measure import MOST_CPU, MOST_QUERIES, visits
from tests.demonstration import Demonstration

REPORT = Path(__file__).parents[2] / "docs" / "budgets.md"


@pytest.mark.parametrize("role", list(Role))
def test_no_page_is_dear(demonstration: Demonstration, role: Role) -> None:
    """
    Every page a role reaches by links answers, within its budget of queries and CPU, and stands in the report.
    """
    found = visits(demonstration, role, allowed=MOST_CPU)
    listed = set(re.findall(r"^\| `([\w.]+)`", REPORT.read_text(encoding="utf-8"), re.MULTILINE))

    assert len(found) > 5
    assert [visit for visit in found if visit.status >= 400] == []
    assert [visit for visit in found if visit.queries > MOST_QUERIES] == []
    assert [visit for visit in found if visit.cpu > MOST_CPU] == []
    assert {visit.endpoint for visit in found} - listed == set()
