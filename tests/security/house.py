"""A house with one true thing behind every kind of address, the people who knock, and a copy to go back to.

Besides the cast (of whom Lin is the owner of what candidates own) there are people whose right lies elsewhere: the
same role for another branch, and an examiner of one single exam.
"""

import hashlib
import io
import re
import sqlite3
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select, text, update
from werkzeug.test import TestResponse

from lms import jobs, migrate
from lms.access import rule_of
from lms.accounts import queries as accounts
from lms.accounts import service, tickets
from lms.accounts.models import LoginSession, RoleGrant, Totp
from lms.accounts.passwords import CHEAP, Hasher
from lms.accounts.policy import Role
from lms.accounts.queries import PersonRow
from lms.accounts.second_factor import new_nonce
from lms.accounts.sessions import hash_of
from lms.admission import queries as admission_queries
from lms.admission import service as admission
from lms.admission.models import Snapshot
from lms.admission.queries import RuleRow
from lms.analysis.models import CopyingPair, EssayPair
from lms.app import create_app
from lms.audit import queries as audit
from lms.bank import bulk, drafts, pictures, sharing
from lms.bank import queries as bank
from lms.bank import service as bank_service
from lms.bank.models import Item, ItemVersion
from lms.bank.queries import calibrations
from lms.clock import now
from lms.courses import alarm
from lms.database import db, reading, writing
from lms.exams import queries as exams
from lms.exams.queries import ExamRow
from lms.ids import new_public_id
from lms.jobs import run_waiting
from lms.library import originals, relating
from lms.library import service as library
from lms.library.desk.models import Alike, Broken, Settled
from lms.library.harvest import sources
from lms.library.harvest.models import Harvest
from lms.library.models import Document, LibraryImport
from lms.library.reading import read_file
from lms.library.search.models import Synonym
from lms.library.telling import Change
from lms.marking import allotting, plans
from lms.marking.models import Question, Script
from lms.practice import mock_service
from lms.sitting import service as sitting
from lms.sitting import telling
from lms.sitting.deeds import End, Save
from lms.sitting.models import Attempt, Outage
from lms.sitting.writer import Writer
from lms.standards import queries as standard_queries
from lms.standards import service as standards
from question_bank.attempt import Incoming, Kind
from question_bank.moderation import Marking
from question_bank.particulars import Changes
from question_bank.timing import Allowance
from tests.academy import SVG, make_academy
from tests.answer_files.asked import add_file_questions, kept
from tests.cast import FOUNDED, PASSWORD, Cast, csrf, make_cast, post, sign_in
from tests.conftest import NINE, TestClock, make_config
from tests.exam_day import ExamDay, make_exam_day, section, wordings
from tests.marking.essays import add_essays, start_of
from tests.sitting.cohort import SESSION

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

#: column of the matrix -> who of the cast stands for it
_CAST = {
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
_ELSEWHERE = {
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
            return {tickets.HEADER: self.ticket(self.values["done" if "{done}" in row.address else "attempt"])}
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
            return {name: self._filled(value) for name, value in sent.items()}
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
    content = a_picture() if name.endswith(".png") else FILES[name].encode()
    return io.BytesIO(content), name


def a_picture() -> bytes:
    """A small picture."""
    target = io.BytesIO()
    Image.new("RGB", (4, 3), "red").save(target, "PNG")
    return target.getvalue()


def matrix() -> list[Row]:
    """The lines of the matrix. Raises ValueError for one that names nobody we know, or somebody twice."""
    read = tomllib.loads(MATRIX.read_text(encoding="utf-8"))
    columns = [STRANGER, *_CAST, *_ELSEWHERE, ONE_EXAM]
    return [_row(name, line, columns, read["forms"]) for name, line in read["routes"].items()]


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


def build(folder: Path) -> House:
    """Make the house in `folder`."""
    config = replace(make_config(folder), catalogue_contact="library@study.example")
    migrate.upgrade(config)
    clock = TestClock(NINE - timedelta(hours=3))
    house = House(create_app(config, clock=clock), clock)
    cast = make_cast(house.app)
    house.people = {column: cast[name] for column, name in _CAST.items()}
    day = make_exam_day(house.app, cast, clock())
    _exams(house, cast, day)
    _standards(house, cast)
    _people(house, cast)
    _appeals(house)
    _learning(house)
    _reading(house, cast)
    _practice(house, cast)
    _imports(house)
    _writing(house, cast, day)
    _health(house, day)
    _review(house, cast, day)
    _calibration(house)
    _copying(house)
    _essays(house)
    _supervision(house, cast)
    _admission(house, cast, day)
    _accounts(house, cast)
    return house


def _exams(house: House, cast: Cast, day: ExamDay) -> None:
    """An exam that is over; at nine a draft, one to sit, and attempts: open, finished, open in another browser."""
    over = day.published(day.plan(opens_at=house.clock(), hours=2, release="by_hand"))
    written = _written(house, cast, day)
    plan = day.plan(opens_at=house.clock(), hours=2, release="by_hand")
    compared = day.published(replace(plan, blueprint=replace(plan.blueprint, paper="common")))
    house.clock.moment = NINE
    _marking(house, cast, written)
    lin = sign_in(house.app.test_client(), cast.lin)
    _keep_token(house, "cadre", lin)
    elsewhere = sign_in(house.app.test_client(), cast.lin)
    fresh, *sat = [day.published() for _each in range(4)]
    started = [
        post(browser, f"/sitting/exam/{exam.public_id}/start").location
        for exam, browser in zip(sat, (lin, lin, elsewhere), strict=True)
    ]
    attempts = [address.rsplit("/", 1)[1] for address in started]
    handed_in = lin.post(f"{started[1]}/hand-in", json={}, headers={tickets.HEADER: house.ticket(attempts[1])})
    assert handed_in.status_code == 200
    house.values |= dict(zip(("attempt", "done", "elsewhere"), attempts, strict=True))
    house.values |= {
        "pool": day.pool_public_id,
        "draft": day.draft().public_id,
        "exam": fresh.public_id,
        "sat": sat[0].public_id,
        "over": over.public_id,
        "compared": compared.public_id,
        "appealed": sat[1].public_id,
        "unit_number": str(cast.branch_a.id),
        "branch": cast.branch_a.public_id,
    }
    with house.app.app_context(), writing() as session:
        items = session.scalars(select(Item).where(Item.pool_id == day.pool_id).order_by(Item.id).limit(2)).all()
        items[1].state = "retired"
        house.values |= {"item": items[0].public_id, "retired": items[1].public_id}


def _written(house: House, cast: Cast, day: ExamDay) -> ExamRow:
    """An exam with an essay that Lin has written, and a file that she has handed in."""
    add_essays(day, 1)
    add_file_questions(day)
    sections = (section("essay", 1, "10"), section("file_answer", 1, "10"))
    plan = day.plan(sections=sections, opens_at=house.clock(), hours=2, release="by_hand")
    exam, at = day.published(plan), house.clock()
    with house.app.app_context():
        versions, writer = exams.frozen(reading(), exam.id).pool.versions, Writer(db.engine)
        begun = start_of(exam, cast.lin, at)
        reading().rollback()
        name = writer.do_all([begun])[0].public_id
        responses = ["先取证，后决定。", kept(house.app, name, 2, "笔录.txt", "先取证。".encode())]
        answers = [
            Incoming("window0001", n, Kind.ANSWER, n, response, 10**6) for n, response in enumerate(responses, 1)
        ]
        writer.do_all([Save(name, SESSION, answers, at)])
        writer.do_all([End(name, SESSION, at, versions, exam.blueprint)])
    house.values["written_attempt"] = name
    return exam


def _marking(house: House, cast: Cast, exam: ExamRow) -> None:
    """It is over, and the essay lies on Chen's desk."""
    by = type("Who", (), {"id": cast.zhao.id, "public_id": cast.zhao.public_id})()
    with house.app.app_context():
        with writing() as session:
            telling.settle(session, exam.id)
        with writing() as session:
            plans.set_rules(session, exam, Marking(double=False), by)
            plans.add_marker(session, exam, cast.chen, by, adjudicates=True)
        with writing() as session:
            allotting.ask(session, exam)
        run_waiting(house.app)
        query = select(Question.public_id, Script.public_id).join(Script, Script.question_id == Question.id)
        (question, script), (file_question, file_script) = reading().execute(query.order_by(Script.slot)).all()
    house.values |= {"written": exam.public_id, "marking_question": question, "script": script}
    house.values |= {"file_question": file_question, "file_script": file_script}
    house.values["marker_person"] = cast.chen.public_id


def _appeals(house: House) -> None:
    """An appeal of Lin's against the result of the finished attempt."""
    asked = post(house.client("cadre"), f"/appeals/attempt/{house.values['done']}", reason="第一题的答案与法条不符。")
    house.values["appeal"] = asked.location.rsplit("/", 1)[1]


def _standards(house: House, cast: Cast) -> None:
    """A worksheet for the pass mark of the exam, on whose panel Feng is."""
    by = type("Who", (), {"id": cast.zhao.id})()
    with house.app.app_context(), writing() as session:
        exam = exams.by_public_id(session, house.values["exam"])
        assert exam is not None
        house.values["sheet"] = standards.begin(session, exam, "angoff", by)
        sheet = standard_queries.sheet_of(session, exam.id, house.values["sheet"])
        standards.add_judge(session, exam, sheet, cast.feng.id, by)


def _people(house: House, cast: Cast) -> None:
    """Those whose right lies elsewhere."""
    hashed = Hasher(CHEAP).hash(PASSWORD)
    with house.app.app_context(), writing() as session:
        for number, column in enumerate([*_ELSEWHERE, ONE_EXAM], start=2001):
            person = service.add_person(
                session, staff_number=f"T{number}", name="别处", name_pinyin="bie chu", unit_id=cast.branch_b.id,
                post="科员", rank="一级行政执法员", from_date=FOUNDED,
            )  # fmt: skip
            if column == ONE_EXAM:
                scope: dict[str, Any] = {"scope": "exam", "thing_id": house.values["draft"]}
            else:
                scope = {"unit_id": cast.branch_b.id}
            role = _ELSEWHERE.get(column, Role.EXAMINER)
            service.store_password(session, person.id, hashed=hashed)
            service.grant_role(session, person.id, role, reason="测试", by=None, **scope)
            house.people[column] = person


def _learning(house: House) -> None:
    """A unit of which Lin has opened every page, a document, and a printed transcript."""
    academy, lin = make_academy(house.app), house.client("cadre")
    for page in ("01-scope", "02-steps", "03-papers", "04-errors"):
        post(lin, f"/courses/{academy.unit}/pages/{page}/opened")
    person = house.people["cadre"].public_id
    printed = post(lin, f"/transcripts/people/{person}/print").location
    run_waiting(house.app)
    house.values |= {
        "unit": academy.unit,
        "document": academy.document,
        "media": hashlib.sha256(SVG).hexdigest(),
        "person": person,
        "code": printed.rsplit("/", 1)[1],
    }
    with house.app.app_context(), writing() as session:
        alarm.flag(session, {1: [Change("repealed", "行政处罚法")]}, word=new_public_id())
    _shelves(house)


def _shelves(house: House) -> None:
    """A document whose file is kept, and a relation of the academy's."""
    data = FILES["文.md"].replace("印章", "公章").encode()
    config, by = house.app.extensions["config"], house.people["librarian"].id
    originals.keep(config.media, data)
    with house.app.app_context():
        with writing() as session:
            source = read_file(data, name="公章.md").source
            library.store_document(session, source, origin="import:公章.md", by=by, file_name="公章.md")
            library.relate(session, house.values["document"], kind="implements", title="治安管理处罚法", by=by)
        house.values["kept_document"] = reading().scalars(select(Document.public_id).filter_by(name="公章办法")).one()
        relation = relating.relations_of(reading(), house.values["document"])[0]
        house.values["relation"] = relation.public_id
        house.values["synonym"] = reading().scalars(select(Synonym.public_id)).first() or ""
        with writing() as session:
            said = sources.Particulars("邻馆", "https://library.example/oai", "", None, 0)
            key = sources.add(session, said, by=by)
            house.values |= {"harvest_source": key, "harvest": sources.begin(session, key, by=by, owner=None)}
            session.execute(update(Harvest).values(state="done"))
    _desk(house, by)


def _desk(house: House, by: int) -> None:
    """A pair that may be one, two that are told apart, a law that is missing, an import that broke off."""
    text = FILES["文.md"].replace("印章", "图章").encode()
    with house.app.app_context(), writing() as session:
        library.store_document(session, read_file(text, name="图章.md").source, origin="import:图章.md", by=by)
        twin = session.scalars(select(Document.public_id).filter_by(name="图章办法")).one()
        kept, other = house.values["kept_document"], house.values["document"]
        pair = Alike(first=kept, second=twin, why="title", shared=0, of_first=3, of_second=3, share=0)
        broken = Broken(name="档案法", title="档案法", article=0, article_sub=0, times=1, documents=1, places=[])
        failed = LibraryImport(
            file_name="断.md", content=text, state="failed", reason="reading", access="readers", created_by=by, created_at=now()
        )  # fmt: skip
        told = Settled(first=other, second=kept, how="different", decided_by=by, decided_at=now())
        session.add_all([pair, broken, failed, told])
        session.flush()
        house.values |= {
            "alike": pair.public_id,
            "broken": broken.public_id,
            "failed_import": failed.public_id,
            "twin_document": twin,
        }


def _reading(house: House, cast: Cast) -> None:
    """A bookmark of the librarian."""
    librarian = sign_in(house.app.test_client(), cast.wu)
    post(librarian, f"/library/reading/documents/{house.values['document']}/marks", anchor="a2", label="第二条")
    found = re.search(r"/library/reading/marks/([\w-]{22})/note", librarian.get("/library/reading/").text)
    assert found is not None
    house.values["reading_mark"] = found[1]


def _practice(house: House, cast: Cast) -> None:
    """A round, a test and a mock of the librarian, a colleague of Lin's, who sits an exam; nothing of them is answered."""
    colleague = sign_in(house.app.test_client(), cast.wu)
    address = post(colleague, "/practice/rounds", way="all", size="5").location
    page = colleague.get(address).text
    item, version = (
        re.search(r"/practice/questions/([\w-]{22})/star", page),
        re.search(r'"version" value="(\d+)"', page),
    )
    assert item is not None
    assert version is not None
    with house.app.app_context(), writing() as session:
        pool = bank.bundled_pool(session)
        assert pool is not None
        bank_service.store_items(
            session, pool, [replace(one, ref=f"t{n}-{one.ref}") for n in (1, 2) for one in wordings()], None
        )
    test = post(colleague, "/practice/tests/").location
    waiting = re.search(r'"version" value="(\d+)"', colleague.get(test).text)
    assert waiting is not None
    with house.app.app_context(), writing() as session:
        exam = exams.by_public_id(session, house.values["exam"])
        assert exam is not None
        house.values["mock"] = mock_service.start(session, cast.wu.id, exam).public_id
    house.values |= {"test": test.rsplit("/", 1)[1], "test_version": waiting[1]}
    house.values |= {"round": address.rsplit("/", 1)[1], "round_item": item[1], "round_version": version[1]}


def _calibration(house: House) -> None:
    """A calibration of one question."""
    figures = calibrations.Figures(-1.0, 5, True, 0.0, 1.0, 0.05, 1.0, 0, 0, [0.0] * 24, [0] * 24)
    with house.app.app_context(), writing() as session:
        version = session.scalars(select(ItemVersion.id).order_by(ItemVersion.id)).first()
        assert version is not None
        found = calibrations.Measured(version, 0.5, 0.1, 0.39, 0.02, 400, 0, 1.0, 1.0, None, False)
        worked = calibrations.Worked(new_public_id(), None, 500, 500, 400, figures, None, [found])
        house.values["calibration"] = bank_service.keep_calibration(session, worked)


def _copying(house: House) -> None:
    """A pair of an exam with one paper for all: it names the same attempt twice, because one only is over."""
    with house.app.app_context(), writing() as session:
        exam = exams.by_public_id(session, house.values["compared"])
        attempt = session.scalars(select(Attempt.id).where(Attempt.public_id == house.values["done"])).one()
        assert exam is not None
        pair = CopyingPair(
            exam_id=exam.id, first_id=attempt, second_id=attempt, m4_p=0.001, q=0.01, omega=4.0, right=3, wrong=2, versions=[],
            seats=[["101", 1, 1], ["101", 1, 2]],
        )  # fmt: skip
        session.add(pair)
        session.flush()
        house.values["pair"] = pair.public_id


def _essays(house: House) -> None:
    """A pair of the exam with an essay: the one there is, twice."""
    with house.app.app_context(), writing() as session:
        exam = exams.by_public_id(session, house.values["written"])
        assert exam is not None
        attempt = session.scalars(select(Attempt.id).where(Attempt.exam_id == exam.id)).one()
        pair = EssayPair(
            exam_id=exam.id, ref="essay-0", first_id=attempt, second_id=attempt, first_slot=1, second_slot=1,
            containment=0.5, characters=8, longest=8, passages=[[0, 8, 0, 8]], seats=[None, None],
        )  # fmt: skip
        session.add(pair)
        session.flush()
        house.values["essays"] = pair.public_id


def _imports(house: House) -> None:
    """A file of questions of Zhao's, one of people of Qian's, one of documents of Wu's, all read."""
    for key, who, name, address in (
        ("import", "examiner", "题.csv", "/bank/imports/"),
        ("roster", "training-manager", "人员.csv", "/roster/"),
        ("library_import", "librarian", "文.md", "/library/imports/"),
    ):
        browser = sign_in(house.app.test_client(), house.people[who])
        kind = "people" if key == "roster" else ""
        form = {"csrf_token": csrf(browser), "subject": "", "pool": "", "kind": kind, "file": a_file(name)}
        form |= {"access": "readers"} if key == "library_import" else {}
        house.values[key] = browser.post(address, data=form).location.rsplit("/", 1)[1]
    run_waiting(house.app)


def _writing(house: House, cast: Cast, day: ExamDay) -> None:
    """A question of two versions, and of Zhao's a draft and a picture."""
    with house.app.app_context(), writing() as session:
        pool = bank.pool_by_public_id(session, day.pool_public_id)
        assert pool is not None
        first = next(one for one in wordings() if one.ref == "matching-1")
        bank_service.revise_item(session, pool, replace(first, explanation="新解析"), cast.zhao.id)
        revised = session.scalars(select(Item.public_id).filter_by(pool_id=pool.id, ref=first.ref)).one()
        written = drafts.keep(session, pool, "essay", {"stem": ["草稿"]}, by=cast.zhao.id)
        folder = house.app.extensions["config"].media
        kept = pictures.keep(session, a_picture(), folder=folder, by=cast.zhao.id)
        house.values |= {"revised": revised, "sketch": written.public_id, "picture": kept.sha256}


def _health(house: House, day: ExamDay) -> None:
    """A question that a change of law took out of the draw, and a report on the pool."""
    with house.app.app_context(), writing() as session:
        query = select(Item).filter_by(pool_id=day.pool_id, ref="ordering-7")
        suspended = session.scalars(query).one()
        suspended.suspended = "law_changed"
        house.values["suspended"] = suspended.public_id
    post(sign_in(house.app.test_client(), house.people["examiner"]), f"/bank/pools/{day.pool_public_id}/health")
    run_waiting(house.app)


def _review(house: House, cast: Cast, day: ExamDay) -> None:
    """A draft, a question that waits for review, a pool shared with Feng, and a change of many."""
    with house.app.app_context():
        with writing() as session:
            pool = bank.pool_by_public_id(session, day.pool_public_id)
            assert pool is not None
            drafted, waiting, changed = session.scalars(
                select(Item).filter_by(pool_id=pool.id, state="ready", suspended="").order_by(Item.id.desc()).limit(3)
            )
            drafted.state, waiting.state = "draft", "in_review"
            sharing.share(session, pool, cast.feng.id, "review", by=cast.zhao.id)
        made, bulk_id = bulk.plan(reading(), pool, [changed.id], Changes(point="亮证")), new_public_id()
        reading().rollback()
        with writing() as session:
            bulk.apply(session, pool, made, public_id=bulk_id, by=cast.zhao.id)
        house.values |= {"drafted": drafted.public_id, "waiting": waiting.public_id, "bulk": bulk_id}
    house.values |= {"sharer": cast.feng.public_id, "stranger": house.people["examiner-b"].public_id}


def _supervision(house: House, cast: Cast) -> None:
    """Of the exam that Lin sits a room, more time for somebody, and an outage that nobody has decided on."""
    with house.app.app_context(), writing() as session:
        exam = exams.by_public_id(session, house.values["sat"])
        assert exam is not None
        room = admission.add_room(session, exam.id, "101", rows=3, columns=4)
        granted = sitting.grant_time(
            session, exam.id, cast.qian.id, Allowance(10), approver="钱进", reason="视力", by=cast.zheng.id
        )
        moment = house.clock()
        outage = Outage(exam_id=exam.id, began_at=moment, ended_at=moment + timedelta(minutes=1), attempts=1)
        session.add(outage)
        session.flush()
        house.values |= {"room": room, "accommodation": granted, "outage": outage.public_id}


def _admission(house: House, cast: Cast, day: ExamDay) -> None:
    """An exam that asks for the code of its room and for pictures; there is one of Lin."""
    exam = day.published()
    with house.app.app_context(), writing() as session:
        admission.add_room(session, exam.id, "102", rows=1, columns=1)
        admission.set_rule(session, exam, RuleRow(code=True, camera="asked"))
        (room,) = admission_queries.room_rules(session, exam.id)
        moment = house.clock()
        picture = Snapshot(exam_id=exam.id, person_id=cast.lin.id, at=moment, until=moment)
        session.add(picture)
        session.flush()
        house.values |= {"guarded": exam.public_id, "room_code": str(room.code), "snapshot": picture.public_id}
        file = admission.snapshot_path(picture.public_id)
        file.parent.mkdir(parents=True)
        file.write_bytes(b"\xff\xd8\xff\xd9")


def _accounts(house: House, cast: Cast) -> None:
    """Sessions of everybody, a second one of Lin's, a role to withdraw, a device of Chen's, a code of Wang's."""
    for who, person in house.people.items():
        if who not in house.tokens:
            _keep_token(house, who, sign_in(house.app.test_client(), person))
    first = _session_ids(house, cast.lin.id)
    sign_in(house.app.test_client(), cast.lin)
    (second,) = _session_ids(house, cast.lin.id) - first
    with house.app.app_context():
        grant = reading().scalars(select(RoleGrant.public_id).where(RoleGrant.person_id == cast.zheng.id)).one()
        with writing() as session:
            session.add(Totp(person_id=cast.chen.id, nonce=new_nonce(), confirmed_at=house.clock()))
            code = service.issue_activation(session, cast.wang.id)
            job = jobs.enqueue(session, "transcripts.record", {}, owner=cast.lin.public_id)
    house.values |= {"session": second, "grant": grant, "activation": code, "password": PASSWORD, "job": job}


def _session_ids(house: House, person_id: int) -> set[str]:
    with house.app.app_context():
        return {row.public_id for row in service.live_sessions(reading(), person_id)}


def _keep_token(house: House, who: str, client: FlaskClient) -> None:
    cookie = client.get_cookie(house.app.extensions["accounts.cookie"])
    assert cookie is not None
    house.tokens[who] = cookie.value


def opened_house(folder: Path) -> Iterator[House]:
    """Build in `folder`, hand out, and let go of the database at the end."""
    house = build(folder)
    yield house
    with house.app.app_context():
        db.engine.dispose()


def person_of(house: House, who: str) -> PersonRow:
    """The row of `who` as it is now."""
    with house.app.app_context():
        return accounts.person_by_public_id(reading(), house.people[who].public_id)
