"""The rooms of the house where texts and questions are kept: library and desk, reading, bank, imports, reviews."""

import re
from dataclasses import replace

from sqlalchemy import select, update

from lms.bank import bulk, drafts, pictures, sharing
from lms.bank import queries as bank
from lms.bank import service as bank_service
from lms.bank.models import Item
from lms.clock import now
from lms.database import reading, writing
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
from question_bank.particulars import Changes
from tests.cast import Cast, csrf, post, sign_in
from tests.exam_day import ExamDay, wordings
from tests.security.house import FILES, House, a_file, a_picture


def put_shelves(house: House) -> None:
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


def put_reading(house: House, cast: Cast) -> None:
    """A bookmark of the librarian."""
    librarian = sign_in(house.app.test_client(), cast.wu)
    post(librarian, f"/library/reading/documents/{house.values['document']}/marks", anchor="a2", label="第二条")
    found = re.search(r"/library/reading/marks/([\w-]{22})/note", librarian.get("/library/reading/").text)
    assert found is not None
    house.values["reading_mark"] = found[1]


def put_imports(house: House) -> None:
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


def put_writing(house: House, cast: Cast, day: ExamDay) -> None:
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


def put_health(house: House, day: ExamDay) -> None:
    """A question that a change of law took out of the draw, and a report on the pool."""
    with house.app.app_context(), writing() as session:
        query = select(Item).filter_by(pool_id=day.pool_id, ref="ordering-7")
        suspended = session.scalars(query).one()
        suspended.suspended = "law_changed"
        house.values["suspended"] = suspended.public_id
    post(sign_in(house.app.test_client(), house.people["examiner"]), f"/bank/pools/{day.pool_public_id}/health")
    run_waiting(house.app)


def put_review(house: House, cast: Cast, day: ExamDay) -> None:
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
