"""A house with one true thing behind every kind of address, the people who knock, and a copy to go back to.

Besides the cast (of whom Lin is the owner of what candidates own) there are people whose right lies elsewhere: the
same role for another branch, and an examiner of one single exam.
"""

import hashlib
import io
import re
import sqlite3
import tomllib
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from lms.access import rule_of
from lms.accounts import queries as accounts
from lms.accounts import tickets
from lms.accounts.models import LoginSession
from lms.accounts.policy import Role
from lms.accounts.queries import PersonRow
from lms.accounts.sessions import hash_of
from lms.audit import queries as audit
from lms.database import db, reading
from question_bank.formats.package import packed
from tests.academy import academy_files
from tests.cast import csrf
from tests.conftest import TestClock

MATRIX = Path(__file__).with_name("matrix.toml")
STRANGER = "anonymous"
TO_SIGN_IN = -1  # stands for the status of a redirect to the page of signing in
REFUSALS = frozenset({TO_SIGN_IN, 401, 403, 404})
EVERYBODY, ANYONE, OTHERS = "everybody", "anyone", "others"
#: each with a good and a bad row
FILES = {
    "题.csv": "题型,题干,选项A,选项B,正确答案\n单选题,当场处罚几人？,一人,两人,B\n单选题,,甲,乙,A\n",
    "人员.csv": "工号,姓名,机构代码\nT3001,何新,10101\nT3002,,10101\n",
    "文.md": "# 印章办法\n\n第一条 印章由专人保管。\n\n第二条 用印应当登记。\n\n第三条 本办法自2026年1月1日起施行。\n",
}

#: where one's own note on a page of a unit is changed
CHANGE = re.compile(r'action="/course-notes/notes/([\w-]{22})"')

#: column of the matrix -> who of the cast stands for it
COLUMNS = {
    "cadre": "lin",
    "cadre-b": "wang",
    "examiner": "zhao",
    "reviewer": "feng",
    "invigilator": "zheng",
    "marker": "chen",
    "librarian": "wu",
    "training-manager": "qian",
    "system-admin": "sun",
    "security-admin": "li",
    "auditor": "zhou",
}
#: the same roles for branch B, where none of the things of this house are
ELSEWHERE = {
    "examiner-b": Role.EXAMINER,
    "reviewer-b": Role.REVIEWER,
    "training-manager-b": Role.TRAINING_MANAGER,
    "security-admin-b": Role.SECURITY_ADMIN,
    "invigilator-b": Role.INVIGILATOR,
    "marker-b": Role.MARKER,
}
ONE_EXAM = "one-exam"  # an examiner of the draft alone


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the matrix: a route, where it is asked for, what is sent, and the status by who asks."""

    endpoint: str
    method: str
    address: str
    form: Mapping[str, Any] | None
    json: Any
    statuses: Mapping[str, int]
    #: what the audit log says when the first of those let in does it
    acts: tuple[str, ...]

    @property
    def name(self) -> str:
        """As the line begins."""
        return f"{self.method} {self.endpoint}"

    @property
    def let_in(self) -> list[str]:
        """Who is not refused: what they sent may be (422), or its moment (409), but not they."""
        return [who for who, status in self.statuses.items() if status not in REFUSALS]

    @property
    def first(self) -> str:
        """Who stands for those let in; where the thing is not there for anybody, for those who may ask for it."""
        return next((who for who, status in self.statuses.items() if status not in REFUSALS), "") or next(
            who for who, status in self.statuses.items() if status == 404
        )


@dataclass(slots=True)
class House:
    """The installation, its people, and what stands in the braces of the addresses."""

    app: Flask
    clock: TestClock
    people: dict[str, PersonRow] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)

    def client(self, who: str) -> FlaskClient:
        """A browser in which `who` is signed in."""
        client = self.app.test_client()
        if who in self.tokens:
            client.set_cookie(self.app.extensions["accounts.cookie"], self.tokens[who])
        return client

    def ask(self, row: Row, client: FlaskClient, **options: Any) -> TestResponse:
        """Make the request of `row` as a page of ours would; `options` replace parts of it."""
        given: dict[str, Any] = (
            {"headers": self.proof(row, client)} if row.method != "GET" or self.by_ticket(row) else {}
        )
        if row.json is not None:
            given["json"] = self._filled(row.json)
        elif row.form is not None:
            given["data"] = self._filled(row.form)
        path, _mark, query = self.address(row).partition("?")
        given["query_string"] = dict(parse_qsl(query)) | options.pop("query_string", {})
        return client.open(path, method=row.method, **given | options)

    def by_ticket(self, row: Row) -> bool:
        """Whether the route of `row` takes a ticket and no token of a form."""
        rule = rule_of(self.app.view_functions[row.endpoint])
        return rule is not None and rule.kind == "ticket"

    def proof(self, row: Row, client: FlaskClient) -> dict[str, str]:
        """The header that shows that a page of ours asks: the owner's ticket, or a token for this browser."""
        if self.by_ticket(row):
            thing = next((name for name in ("done", "person") if f"{{{name}}}" in row.address), "attempt")
            return {tickets.HEADER: self.ticket(self.values[thing])}
        return {"X-CSRFToken": csrf(client)}

    def ticket(self, thing: str, *, who: str = "cadre", key: str = "") -> str:
        """What the page of `who` holds to write to a thing."""
        token = self.tokens[who]
        with self.app.app_context():
            query = select(LoginSession.id, LoginSession.person_id).where(LoginSession.token_hash == hash_of(token))
            session_id, person_id = reading().execute(query).one()
        made = tickets.Ticket(thing, person_id, session_id)
        return tickets.issue(made, token=token, key=key or self.app.config["SECRET_KEY"])

    def address(self, row: Row) -> str:
        """Where the thing of `row` is."""
        return row.address.format(**self.values)

    def _filled(self, sent: Any) -> Any:
        if isinstance(sent, dict) and "file" in sent:
            return {**sent, "file": a_file(sent["file"])}
        if isinstance(sent, dict):
            return {name.format(**self.values): self._filled(value) for name, value in sent.items()}
        if isinstance(sent, list):
            return [self._filled(value) for value in sent]
        return sent.format(**self.values) if isinstance(sent, str) else sent

    def state(self, *, without: frozenset[str] = frozenset({"audit_entry"})) -> str:
        """A digest of every row of every table but these."""
        digest = hashlib.sha256()
        with self.app.app_context():
            for table in db.metadata.sorted_tables:
                if table.name not in without:
                    digest.update(table.name.encode())
                    for found in reading().execute(select(table).order_by(*table.primary_key.columns)):
                        digest.update(repr(tuple(found)).encode())
        return digest.hexdigest()

    def acts_since(self, number: int) -> list[str]:
        """What was recorded in the audit log after entry `number`."""
        with self.app.app_context():
            query = text("SELECT act FROM audit_entry WHERE number > :number ORDER BY number")
            return list(reading().scalars(query, {"number": number}))

    def head(self) -> int:
        """The number of the last entry of the audit log."""
        with self.app.app_context():
            return audit.head(reading())[0]

    def keep(self, folder: Path) -> None:
        """Copy the database as it is now to `folder`."""
        with closing(sqlite3.connect(self._file)) as now, closing(sqlite3.connect(folder / "kept.db")) as kept:
            now.backup(kept)

    def back(self, folder: Path) -> None:
        """Put the copy in `folder` back in place, under the connections that threads keep."""
        with self.app.app_context():
            db.engine.dispose()
        with closing(sqlite3.connect(folder / "kept.db")) as kept, closing(sqlite3.connect(self._file)) as now:
            kept.backup(now)

    @property
    def _file(self) -> Path:
        folder: Path = self.app.extensions["config"].data
        return folder / "shuyuan.db"


def a_file(name: str) -> tuple[io.BytesIO, str]:
    """One of FILES, or a picture, as a form sends it."""
    made = {".png": a_picture, ".zip": lambda: packed(academy_files())}
    content = made[name[-4:]]() if name[-4:] in made else FILES[name].encode()
    return io.BytesIO(content), name


def a_picture() -> bytes:
    """A small picture."""
    target = io.BytesIO()
    Image.new("RGB", (4, 3), "red").save(target, "PNG")
    return target.getvalue()


def matrix() -> list[Row]:
    """The lines of the matrix. Raises ValueError for one that names nobody we know, or somebody twice."""
    read = tomllib.loads(MATRIX.read_text(encoding="utf-8"))
    columns = [STRANGER, *COLUMNS, *ELSEWHERE, ONE_EXAM]
    return [_row(name, line, columns, read["forms"]) for name, line in read["routes"].items()]


def forms_of_matrix() -> dict[str, dict[str, Any]]:
    """What several lines send."""
    with MATRIX.open("rb") as file:
        found: dict[str, dict[str, Any]] = tomllib.load(file)["forms"]
    return found


def _row(name: str, line: dict[str, Any], columns: list[str], forms: dict[str, Any]) -> Row:
    method, _, endpoint = name.partition(" ")
    form = line.get("form")
    statuses: dict[str, int] = {}
    rest = 403
    for key, words in line.items():
        for who in words.split() if key.isdigit() else ():
            if who == OTHERS:
                rest = int(key)
                continue
            named = columns if who == ANYONE else columns[1:] if who == EVERYBODY else [who]
            if set(named) - set(columns) or set(named) & set(statuses):
                raise ValueError(f"{name}: {who}")
            statuses |= dict.fromkeys(named, int(key))
    statuses = {who: statuses.get(who, rest if who != STRANGER else TO_SIGN_IN) for who in columns}
    sent = forms[form] if isinstance(form, str) else form
    return Row(endpoint, method, line["at"], sent, line.get("json"), statuses, tuple(line.get("act", "").split()))


def keep_token(house: House, who: str, client: FlaskClient) -> None:
    cookie = client.get_cookie(house.app.extensions["accounts.cookie"])
    assert cookie is not None
    house.tokens[who] = cookie.value


def person_of(house: House, who: str) -> PersonRow:
    """The row of `who` as it is now."""
    with house.app.app_context():
        return accounts.person_by_public_id(reading(), house.people[who].public_id)
