"""The rooms of the house where people learn: units and their workshop, plans, classes, hours, claims, evidence, practice."""

import hashlib
import io
import re
import tomllib
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from courseware.packages.native import read as read_unit
from courseware.record import digest
from lms import jobs
from lms.accounts import service
from lms.accounts.models import RoleGrant, Totp
from lms.accounts.passwords import CHEAP, Hasher
from lms.accounts.policy import Role
from lms.accounts.second_factor import new_nonce
from lms.authoring import drafts as course_drafts
from lms.authoring import importing as course_imports
from lms.authoring import service as authoring
from lms.bank import queries as bank
from lms.bank import service as bank_service
from lms.classes import closing as class_closing
from lms.classes.models import ClassSession, Learner, LeaveRequest, TrainingClass
from lms.clock import now
from lms.courses import alarm
from lms.database import reading, writing
from lms.demo.learning import viewer_of
from lms.exams import queries as exams
from lms.hours import queries as hours
from lms.ids import new_public_id
from lms.jobs import run_waiting
from lms.library.telling import Change
from lms.plans import assigning
from lms.plans import queries as plan_queries
from lms.plans.models import PlanAssignment
from lms.practice import mock_service
from lms.transcripts import queries as transcript_rows
from lms.transcripts import service as transcripts
from lms.transcripts.models import TranscriptEntry
from tests.academy import SVG, academy_files, make_academy
from tests.cast import FOUNDED, PASSWORD, Cast, csrf, post, sign_in
from tests.conftest import NINE
from tests.exam_day import wordings
from tests.security.house import CHANGE, ELSEWHERE, MATRIX, ONE_EXAM, House, a_file, forms_of_matrix, keep_token
from tests.security.library_rooms import put_shelves


def put_people(house: House, cast: Cast) -> None:
    """Those whose right lies elsewhere."""
    hashed = Hasher(CHEAP).hash(PASSWORD)
    with house.app.app_context(), writing() as session:
        for number, column in enumerate([*ELSEWHERE, ONE_EXAM], start=2001):
            person = service.add_person(
                session, staff_number=f"T{number}", name="别处", name_pinyin="bie chu", unit_id=cast.branch_b.id,
                post="科员", rank="一级行政执法员", from_date=FOUNDED,
            )  # fmt: skip
            if column == ONE_EXAM:
                scope: dict[str, Any] = {"scope": "exam", "thing_id": house.values["draft"]}
            else:
                scope = {"unit_id": cast.branch_b.id}
            role = ELSEWHERE.get(column, Role.EXAMINER)
            service.store_password(session, person.id, hashed=hashed)
            service.grant_role(session, person.id, role, reason="测试", by=None, **scope)
            house.people[column] = person


def _evidence(house: House, lin: FlaskClient, person: str) -> None:
    """Two exams that Lin has passed, a certificate of one, and a package."""
    word = {
        "person_id": house.people["cadre"].id, "kind": "exam", "source": "evidence-1", "revision": 1, "title": "年度考试",
        "title_en": None, "subject": None, "hours": "0", "score": "80", "maximum": "100", "passed": True,
        "happened_at": house.clock().isoformat(),
    }  # fmt: skip
    certified = _entered(house, {**word, "source": "evidence-2"})
    certificate = post(lin, f"/evidence/people/{person}/certificates/{certified}").location.rsplit("/", 1)[1]
    job = post(lin, f"/evidence/people/{person}/package").location
    run_waiting(house.app)
    package = re.search(r"/evidence/packages/(\w+)", lin.get(job).text)
    assert package
    entry = _entered(house, word)  # after the package, which certifies what was passed before
    house.values |= {"passed_entry": entry, "certificate": certificate, "package": package[1]}


def _entered(house: House, word: dict[str, Any]) -> str:
    """Public id of the entry that a word makes."""
    with house.app.app_context():
        with writing() as session:
            transcripts.enter(session, [word])
        rows = transcript_rows.all_entries(reading(), word["person_id"])
        return next(row.public_id for row in rows if row.source == word["source"])


def put_learning(house: House) -> None:
    """A unit of which Lin has opened every page, a document, and a printed transcript."""
    academy, lin = make_academy(house.app), house.client("cadre")
    for page in ("01-scope", "02-steps", "03-papers", "04-errors"):
        post(lin, f"/courses/{academy.unit}/pages/{page}/opened")
    person = house.people["cadre"].public_id
    post(lin, f"/course-notes/units/{academy.unit}/01-scope", text="要点")
    printed = post(lin, f"/transcripts/people/{person}/print").location
    run_waiting(house.app)
    _evidence(house, lin, person)
    house.values |= {
        "unit": academy.unit,
        "course_note": CHANGE.findall(lin.get(f"/courses/{academy.unit}/pages/01-scope").text)[0],
        "document": academy.document,
        "media": hashlib.sha256(SVG).hexdigest(),
        "person": person,
        "code": printed.rsplit("/", 1)[1],
    }
    with house.app.app_context(), writing() as session:
        alarm.flag(session, {1: [Change("repealed", "行政处罚法")]}, word=new_public_id())
    put_shelves(house)
    _workshop(house)


def _workshop(house: House) -> None:
    """A draft that is being written (a page of it taken out), one that waits for review, and an archive that was read."""
    unit = read_unit(academy_files()).unit
    assert unit is not None
    manager, librarian = viewer_of(house.people["training-manager"]), viewer_of(house.people["librarian"])
    media = house.app.extensions["config"].media
    with house.app.app_context(), writing() as session:
        draft = course_drafts.begin_new(session, replace(unit, code="penalty-08"), manager)
        course_drafts.add_page(session, draft, "第五页", manager)
        course_drafts.remove_page(session, draft, "page-1", manager)
        waiting = course_drafts.begin_new(session, replace(unit, code="penalty-09"), librarian)
        authoring.submit(session, waiting, librarian)
        brought = course_imports.keep(
            session, replace(unit, code="penalty-10"), academy_files(), "单元.zip", manager, media=media
        )
        held = course_drafts.unit_of(draft)
        house.values |= {
            "course_draft": draft.public_id,
            "waiting_draft": waiting.public_id,
            "course_import": brought.public_id,
            "draft_seen": digest(course_drafts.unit_of(waiting)),
            "page_seen": course_drafts.mark(held.pages[0]),
            "settings_seen": course_drafts.mark(held),
        }


def put_plans(house: House) -> None:
    """A course of Qian's for branch A; a draft of a plan, and an open one that is late for Lin; another exempts her."""
    client = sign_in(house.app.test_client(), house.people["training-manager"])
    asked = {"title": "依法行政", "electives": "0", "way-0": "network", "hours-0": "2"}
    course = post(client, "/training-courses/new", **asked).location.rsplit("/", 1)[1]
    plan = {
        "title": "学法", "course": course, "match": "all", "starts": "2026-01-05", "by": "days", "days": "1", "grace": "0",
        "before": "", "after": "", "escalate": "1", "do": "save",
    }  # fmt: skip
    draft, late, other = (
        post(client, "/plans/new", **plan | {"title": title}).location.rsplit("/", 1)[1] for title in "甲乙丙"
    )
    moment, lin = house.clock.moment, house.people["cadre"].id
    house.clock.moment = moment - timedelta(days=9)
    with house.app.app_context():
        for public_id in (late, other):
            with writing() as session:
                row = plan_queries.plan_by(session, public_id)
                assert row is not None
                row.state = "open"
                work = assigning.work_of(session, row, house.clock().date())
                assert work is not None
                assigning.assign(session, work, work.batches[0])
        first, second = reading().scalars(
            select(PlanAssignment).where(PlanAssignment.person_id == lin).order_by(PlanAssignment.id)
        )
    house.clock.moment = moment
    exempted = post(client, f"/plans/assignment/{second.public_id}/exempt", reason="sick", words="病假证明")
    assert exempted.status_code == 303
    house.values |= {
        "training_course": course, "plan": late, "draft_plan": draft, "assignment": first.public_id,
        "exempt_assignment": second.public_id,
    }  # fmt: skip


def put_classes(house: House, cast: Cast) -> None:
    """Classes of branch A to which Lin is called: one planned, one held now whose leave and file wait, one closed."""
    manager, plan = (
        sign_in(house.app.test_client(), cast.qian),
        {**forms_of_matrix()["class"], "unit": cast.branch_a.public_id},
    )
    taught = {"day": "2026-03-02", "starts": "09:00", "ends": "10:30", "title": "执法证件"}
    for name in ("planned_class", "held_class", "closed_class"):
        at = post(manager, "/class-plans/", **plan).location
        post(manager, f"{at}/roster/people", person=cast.lin.public_id)
        post(manager, f"{at}/timetable", **taught)
        house.values[name] = at.rsplit("/", 1)[1]
    at, file = f"/classes/{house.values['held_class']}", (io.BytesIO("工号\nT1001\n".encode()), "名单.csv")
    sent = manager.post(f"{at}/roster/files", data={"csrf_token": csrf(manager), "file": file})
    house.values["class_person"] = cast.qian.public_id
    house.values["class_file"] = sent.location.rsplit("/", 1)[1]
    with house.app.app_context(), writing() as session:
        for one in session.scalars(select(TrainingClass)):
            held = one.public_id != house.values["planned_class"]
            one.state = ("closed" if one.public_id == house.values["closed_class"] else "approved") if held else "draft"
            learner = session.scalars(select(Learner).where(Learner.class_id == one.id)).one()
            if one.state == "closed":
                class_closing.write(session, one, [learner.id], cast.qian.id)
                house.values["closed_learner"] = learner.public_id
            if one.state == "approved":
                place = session.scalars(select(ClassSession).where(ClassSession.class_id == one.id)).one()
                asked = LeaveRequest(
                    class_id=one.id, learner_id=learner.id, sessions=[place.id], reason="出差", asked_at=now(), state="asked", words=""
                )  # fmt: skip
                session.add(asked)
                session.flush()
                house.values |= {
                    "learner": learner.public_id, "class_session": place.public_id, "leave_request": asked.public_id
                }  # fmt: skip


def put_hours(house: House) -> None:
    """The rules that everybody goes by, the text of a further version, and a trial of the manager's."""
    with house.app.app_context():
        (version,) = hours.versions(reading(), code="national")
    house.values |= {"hours_rules": version.public_id, "hours_text": version.text.replace('"90"', '"91"')}
    manager = sign_in(house.app.test_client(), house.people["training-manager"])
    begun = post(manager, "/hours/trials", rules=version.public_id, year="2025")
    run_waiting(house.app)
    house.values["hours_trial"] = begun.location.rsplit("/", 1)[1]


def put_practice(house: House, cast: Cast) -> None:
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


def put_claims(house: House, cast: Cast) -> None:
    """An entry of Lin's transcript, a claim of hers that is a draft with a file, and one that was submitted."""
    lin = sign_in(house.app.test_client(), cast.lin)
    for key in ("", "sent_"):
        claim = post(lin, "/claims/", **tomllib.loads(MATRIX.read_text(encoding="utf-8"))["forms"]["claim"]).location
        lin.post(f"{claim}/files", data={"csrf_token": csrf(lin), "file": a_file("证书.png")})
        file = re.search(rf"{claim}/files/([\w-]{{22}})", lin.get(claim).text)
        assert file is not None
        house.values |= {f"{key}claim": claim.rsplit("/", 1)[1], f"{key}evidence": file[1]}
    post(lin, f"/claims/{house.values['sent_claim']}/submit")
    word = {
        "person_id": cast.lin.id, "kind": "outside", "source": "elsewhere", "revision": 1, "title": "外出学习", "title_en": None,
        "subject": None, "hours": "3", "score": None, "maximum": None, "passed": True, "happened_at": NINE.isoformat(),
    }  # fmt: skip
    with house.app.app_context(), writing() as session:
        transcripts.enter(session, [word])
        house.values["entry"] = session.scalars(select(TranscriptEntry.public_id).filter_by(source="elsewhere")).one()
    house.values["branch"] = cast.branch_a.public_id


def put_accounts(house: House, cast: Cast) -> None:
    """Sessions of everybody, a second one of Lin's, a role to withdraw, a device of Chen's, a code of Wang's."""
    for who, person in house.people.items():
        if who not in house.tokens:
            keep_token(house, who, sign_in(house.app.test_client(), person))
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
