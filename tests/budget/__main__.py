"""Measure every page of the demonstration and write docs/budgets.md: `python -m tests.budget`."""

import tempfile
from pathlib import Path

from lms.accounts.policy import Role
from tests.budget.measure import MOST_CPU, MOST_QUERIES, Visit, visits
from tests.budget.test_pages import REPORT
from tests.demonstration import make_demonstration

HEAD = """# What pages cost

Measured on the demonstration (2,000 people, 171 units, the bundled content, 120 finished attempts) on one core, each
page as the role that pays most for it, best of three. Budget: {queries} queries, {cpu:.0f} ms of CPU. `python -m
tests.budget` writes this page again; `tests/budget` holds every page to the budget, and list pages stay flat at 20,000
people and 10,000 questions (`tests/budget/test_flat.py`).

| Page | Address | Role | Queries | CPU, ms |
|---|---|---|--:|--:|
"""


def main() -> None:
    """Build, measure, write."""
    with tempfile.TemporaryDirectory() as folder:
        demonstration = make_demonstration(Path(folder))
        found = [visit for role in Role for visit in visits(demonstration, role)]
        rules = {rule.endpoint: rule.rule for rule in demonstration.app.url_map.iter_rules()}
    dearest: dict[str, Visit] = {}
    for visit in sorted(found, key=lambda one: (one.queries, one.cpu)):
        dearest[visit.endpoint] = visit
    rows = [
        f"| `{one.endpoint}` | `{rules[one.endpoint]}` | {one.role} | {one.queries} | {one.cpu * 1000:.0f} |"
        for _name, one in sorted(dearest.items())
    ]
    head = HEAD.format(queries=MOST_QUERIES, cpu=MOST_CPU * 1000)
    REPORT.write_text(head + "\n".join(rows) + "\n", encoding="utf-8")


main()
