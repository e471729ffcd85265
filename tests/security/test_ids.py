"""Addresses name things by ids nobody can guess, and an id of one kind opens nothing of another (V8, S4)."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import String
from werkzeug.exceptions import HTTPException

from lms.database import Model
from lms.ids import PUBLIC_ID_LENGTH, is_public_id, new_public_id
from tests.security.house import REFUSALS, House, Row, matrix

ROWS = matrix()
BRACED = [row for row in ROWS if "{" in row.address]
LINK = re.compile(r'(?:href|action|src|formaction)="(/[^"#?]*)')
#: parts of an address that are no ids: a page of a unit, a row or kind of one's own file, a file of this release,
#: the reference of a question in its exam, its number on a paper
NAMES = frozenset({"page_key", "category", "number", "path", "digest", "kind", "place", "ref", "slot"})
SHA256 = re.compile(r"[0-9a-f]{64}")
CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{16}")

#: names of the house for things of one kind
EXAMS = frozenset({"appealed", "compared", "draft", "exam", "guarded", "over", "sat", "written"})
ATTEMPTS = frozenset({"attempt", "done", "elsewhere", "written_attempt"})
SCRIPTS = frozenset({"script", "file_script"})
MARKED = frozenset({"marking_question", "file_question"})
ITEMS = frozenset({"item", "retired", "revised", "suspended", "drafted", "waiting", "round_item"})
DOCUMENTS = frozenset({"document", "kept_document", "twin_document"})
LIBRARY_IMPORTS = frozenset({"library_import", "failed_import"})
COURSE_DRAFTS = frozenset({"course_draft", "waiting_draft"})
PLANS = frozenset({"plan", "draft_plan"})
ASSIGNED = frozenset({"assignment", "exempt_assignment"})
CLASSES = frozenset({"planned_class", "held_class", "closed_class"})
LEARNERS = frozenset({"learner", "closed_learner"})
CLAIMS = frozenset({"claim", "sent_claim"})
ENTRIES = frozenset({"entry", "passed_entry"})
EVIDENCE = frozenset({"evidence", "sent_evidence"})
PEOPLE = frozenset({"class_person", "person", "sharer", "stranger", "marker_person"})
SEVERAL = (
    EXAMS, ATTEMPTS, ITEMS, DOCUMENTS, LIBRARY_IMPORTS, COURSE_DRAFTS, PEOPLE, SCRIPTS, MARKED, PLANS, ASSIGNED, CLASSES,
    LEARNERS, CLAIMS, ENTRIES, EVIDENCE,
)  # fmt: skip
SAME = {name: kind for kind in SEVERAL for name in kind}


def test_ids_have_128_random_bits() -> None:
    """
    Twenty-two characters of 64; of ten thousand no two share their first half, and every character is used.
    """
    made = [new_public_id() for _each in range(10_000)]

    assert all(is_public_id(each) and len(each) == PUBLIC_ID_LENGTH for each in made)
    assert len({each[:11] for each in made}) == len({each[11:] for each in made}) == len(made)
    assert len(set("".join(made))) == 64


def test_every_table_that_is_addressed_makes_such_ids(house: House) -> None:
    """
    Each column `public_id` is unique and filled by the one function.
    """
    columns = {m.local_table.name: m.local_table.c["public_id"] for m in mappers() if "public_id" in m.local_table.c}
    made = {name: getattr(column.default, "arg", None) for name, column in columns.items()}

    assert len(columns) > 10
    assert [name for name, column in columns.items() if not column.unique or not isinstance(column.type, String)] == []
    assert [name for name, default in made.items() if getattr(default, "__name__", "") != "new_public_id"] == []


def mappers() -> list[Any]:
    """Every mapped class."""
    return list(Model.registry.mappers)


def addressed(house: House, page: str) -> Iterator[tuple[str, str, str]]:
    """Endpoint, name and value of each part of every address on a page."""
    adapter = house.app.url_map.bind("localhost")
    for path in set(LINK.findall(page)):
        for method in ("GET", "POST"):
            try:
                endpoint, values = adapter.match(path, method=method)
            except HTTPException:
                continue
            yield from ((endpoint, name, str(value)) for name, value in values.items())


@pytest.mark.parametrize("row", [row for row in ROWS if row.method == "GET"], ids=lambda row: row.name)
def test_no_page_links_by_number(house: House, row: Row) -> None:
    """
    Every address on every page, as those let in see it, names things by random ids, hashes or codes.
    """
    for who in row.let_in:
        answer = house.ask(row, house.client(who))
        if answer.mimetype == "text/html":
            found = {
                part
                for part in addressed(house, answer.text)
                if part[1] not in NAMES
                and not (is_public_id(part[2]) or SHA256.fullmatch(part[2]) or CODE.fullmatch(part[2].replace("-", "")))
            }
            assert found == set(), who


@pytest.mark.parametrize("row", BRACED, ids=lambda row: row.name)
def test_an_id_of_another_kind_opens_nothing(house: House, row: Row) -> None:
    """
    In an address any other thing's id is one that is not there, for those who may see both, too.
    """
    ids = {name: value for name, value in house.values.items() if is_public_id(value)}
    one_of_each = {SAME.get(name, frozenset({name})): name for name in ids}
    client = house.client(row.first)
    unread = {"headers": {"Accept": "application/json"} | house.proof(row, client)}  # no page is drawn for nobody
    for name in (name for name in ids if f"{{{name}}}" in row.address):
        for other in (other for kind, other in one_of_each.items() if name not in kind):
            asked = replace(row, address=row.address.format(**house.values | {name: ids[other]}))
            status = house.ask(asked, client, **unread).status_code
            assert status in REFUSALS, (name, other, status)
