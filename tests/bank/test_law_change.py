"""A law changes: exactly the questions on the changed words leave the draw, and come back when somebody has looked."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from lms import jobs
from lms.audit.models import AuditEntry
from lms.bank import alarm, life, queries, service
from lms.bank.models import Item, ItemEvent, LawChange
from lms.bank.queries import PoolRow
from lms.database import reading, writing
from lms.exams import service as exams
from lms.exams.errors import ExamTooFewItems
from lms.library import importing
from lms.library import queries as library_queries
from lms.library import service as library
from lms.library.models import Document
from lms.library.source import Source, read
from lms.library.work import SWEEP
from question_bank.item import Citation, ItemVersion
from question_bank.life import Move
from tests.bank.conftest import MakePool, single
from tests.cast import Cast
from tests.conftest import TestClock
from tests.exam_day import ExamDay, section

LAW = """# 中华人民共和国商品条码法

第一条 为了规范商品条码的使用，制定本法。

第二条 企业使用条码，应当自使用之日起30日内登记。

第三条 冒用他人条码的，三十日内改正，处一万元以下罚款。

第四条 本法自2020年1月1日起施行。
"""
AMENDED = LAW.replace("30日内", "60日内").replace("使用，制定", "使用 ， 制定").replace("三十日内", "30日内")


def resting(ref: str, source: str, article: str | None = None) -> ItemVersion:
    """A question that cites."""
    return replace(single(ref), citations=(Citation(source, article),))


ITEMS = (
    resting("whole", "商品条码法"),
    resting("first", "《商品条码法》", "第一条"),
    resting("second", "中华人民共和国商品条码法", "第二条"),
    resting("second-digits", "商品条码法（2020年修订）", "第2条第一款"),
    resting("third", "商品条码法", "第三条"),
    resting("fourth", "商品条码法", "第四条"),
    resting("other-law", "广告法", "第二条"),
    single("no-citation"),
)

Bring = Callable[..., None]


@pytest.fixture
def bring(app: Flask) -> Bring:
    """Brings a text into the library and lets the jobs run."""

    def bring(text: str, *, origin: str = "law.md", issued: date | None = None) -> None:
        found = read(text.encode(), file_name="law.md")
        assert isinstance(found, Source), found
        with app.app_context(), writing() as session:
            library.store_document(session, replace(found, issued_on=issued), origin=f"import:{origin}")
        jobs.run_waiting(app)

    return bring


def suspended(app: Flask) -> set[str]:
    """The refs of items that are out of the draw because of the law."""
    with app.app_context():
        return set(reading().scalars(select(Item.ref).where(Item.suspended != "")))


def drawn(app: Flask, pool: PoolRow) -> set[str]:
    """The refs that papers may hold."""
    with app.app_context():
        return {version.ref for version in queries.pool_of_versions(reading(), pool.id).versions.values()}


def move(app: Flask, pool: PoolRow, ref: str, what: Move, by: int) -> None:
    """Move an item by its ref."""
    with app.app_context(), writing() as session:
        item = session.scalars(select(Item).filter_by(ref=ref, pool_id=pool.id)).one()
        life.move(session, pool, item.public_id, what, by=by)


def test_exactly_the_questions_on_changed_words_leave_the_draw(app: Flask, make_pool: MakePool, bring: Bring) -> None:
    """
    An amended article takes its questions out, however they cite it; other articles, the law as a whole, other laws,
    blanks and the way a number is written do not.
    """
    pool = make_pool(*ITEMS)
    bring(LAW)
    assert suspended(app) == set()

    bring(AMENDED)

    assert suspended(app) == {"second", "second-digits"}
    assert drawn(app, pool) == {item.ref for item in ITEMS} - {"second", "second-digits"}


def test_the_item_says_what_was_changed(app: Flask, make_pool: MakePool, bring: Bring) -> None:
    """
    The comment names law and article and quotes the old and the new words; the audit log has the move, by nobody.
    """
    make_pool(*ITEMS)
    bring(LAW)
    bring(AMENDED)

    with app.app_context():
        query = select(ItemEvent).join(Item, Item.id == ItemEvent.item_id).where(Item.ref == "second")
        event = reading().scalars(query).one()
        entries = reading().scalars(select(AuditEntry).where(AuditEntry.act == "bank.item.suspend")).all()
        change = (
            reading()
            .scalars(select(LawChange).join(Item, Item.id == LawChange.item_id).where(Item.ref == "second"))
            .one()
        )
    assert (event.act, event.by) == ("suspend", None)
    for words in ("商品条码法", "第二条", "30日内", "60日内"):
        assert words in (event.comment or "")
    assert [entry.actor for entry in entries] == [None, None]
    assert (change.how, change.article) == ("amended", "第二条")
    assert "30日内" in (change.before or "")
    assert "60日内" in (change.after or "")


def test_an_exam_is_not_published_with_them(
    app: Flask, cast: Cast, make_pool: MakePool, bring: Bring, exam_day: ExamDay
) -> None:
    """
    A draft that needs every question of the pool cannot be published while some are out; cleared, it can.
    """
    pool = make_pool(resting("a", "商品条码法", "第二条"), resting("b", "商品条码法", "第三条"))
    bring(LAW)
    plan = replace(exam_day.plan(sections=(section("single_choice", 2),)), pool_id=pool.id)
    draft = exam_day.draft(plan)
    bring(AMENDED)

    with app.app_context(), pytest.raises(ExamTooFewItems), writing() as session:
        exams.publish(session, draft.id)
    move(app, pool, "a", Move.CLEAR, cast.feng.id)
    with app.app_context(), writing() as session:
        exams.publish(session, draft.id)
    assert exam_day.exam(draft.public_id).state != "draft"


def test_a_cleared_question_is_drawn_again_until_the_words_change_again(
    app: Flask, cast: Cast, make_pool: MakePool, bring: Bring
) -> None:
    """
    A reviewer clears it; the same text again changes nothing, the old words back are a change too.
    """
    pool = make_pool(*ITEMS)
    bring(LAW)
    bring(AMENDED)
    for ref in ("second", "second-digits"):
        move(app, pool, ref, Move.CLEAR, cast.feng.id)
    bring(AMENDED)
    assert suspended(app) == set()

    bring(LAW)
    assert suspended(app) == {"second", "second-digits"}


def test_a_new_wording_mends_it(app: Flask, cast: Cast, make_pool: MakePool, bring: Bring) -> None:
    """
    Where a pool asks for no review the next wording brings it back into the draw.
    """
    pool = make_pool(*ITEMS)
    bring(LAW)
    bring(AMENDED)
    mended = replace(ITEMS[2], stem="按新法，登记期限是多少日？")
    with app.app_context(), writing() as session:
        service.store_items(session, pool, [mended], cast.zhao.id)

    assert suspended(app) == {"second-digits"}
    assert "second" in drawn(app, pool)


def test_an_article_that_is_gone_and_one_that_moved(app: Flask, make_pool: MakePool, bring: Bring) -> None:
    """
    Without its third article the law moves the fourth up: both leave the draw, and the fourth says where its words are.
    """
    make_pool(*ITEMS)
    bring(LAW)
    gone = LAW.replace("第三条 冒用他人条码的，三十日内改正，处一万元以下罚款。\n\n", "").replace("第四条", "第三条")
    bring(gone)

    assert suspended(app) == {"third", "fourth"}
    with app.app_context():
        rows = reading().execute(
            select(Item.ref, LawChange.how, LawChange.moved_to).join(Item, Item.id == LawChange.item_id)
        )
        assert {tuple(row) for row in rows} == {("third", "amended", None), ("fourth", "removed", "第三条")}


def test_another_file_with_a_newer_edition_is_compared_too(app: Flask, make_pool: MakePool, bring: Bring) -> None:
    """
    What counts is the text to which citations lead: a later edition in another file replaces it, an older one does not.
    """
    make_pool(*ITEMS)
    bring(LAW, issued=date(2020, 1, 1))
    bring(LAW.replace("30日内", "10日内"), origin="older.md", issued=date(2010, 1, 1))
    assert suspended(app) == set()

    bring(AMENDED, origin="newer.md", issued=date(2025, 1, 1))

    assert suspended(app) == {"second", "second-digits"}
    with app.app_context():
        link = library_queries.resolve_many(reading(), [("商品条码法", "第二条")])[("商品条码法", "第二条")]
        newest = reading().scalars(select(Document).where(Document.origin == "import:newer.md")).one()
    assert link.public_id == newest.public_id


def law(app: Flask) -> Document:
    """The only document."""
    with app.app_context():
        return reading().scalars(select(Document)).one()


CITING = {"whole", "first", "second", "second-digits", "third", "fourth"}


def test_a_repealed_law_takes_all_its_questions_out(app: Flask, make_pool: MakePool, bring: Bring) -> None:
    """
    Repealed today: everything that cites it leaves the draw at once, by article or as a whole.
    """
    make_pool(*ITEMS)
    bring(LAW)
    with app.app_context(), writing() as session:
        library.repeal(session, law(app).public_id, day=date(2026, 3, 2), reason="由《商品编码法》取代")
    jobs.run_waiting(app)

    assert suspended(app) == CITING
    with app.app_context():
        comment = reading().scalars(select(ItemEvent.comment).limit(1)).one()
    assert "2026-03-02" in (comment or "")
    assert "由《商品编码法》取代" in (comment or "")


def test_a_repeal_to_come_waits_for_its_day(app: Flask, clock: TestClock, make_pool: MakePool, bring: Bring) -> None:
    """
    Nothing happens before the day; the sweep of that day takes the questions out, once.
    """
    make_pool(*ITEMS)
    bring(LAW)
    with app.app_context(), writing() as session:
        library.repeal(session, law(app).public_id, day=date(2026, 3, 4), reason="废止")
    sweep(app)
    clock.advance(days=1)
    sweep(app)
    assert suspended(app) == set()

    clock.advance(days=1)
    sweep(app)
    assert suspended(app) == CITING
    sweep(app)
    with app.app_context():
        assert len(reading().scalars(select(ItemEvent)).all()) == len(CITING)


def sweep(app: Flask) -> None:
    """What runs by itself every hour."""
    with app.app_context(), writing() as session:
        jobs.enqueue(session, SWEEP, {})
    jobs.run_waiting(app)


def test_the_last_day_of_a_document_ends_it(app: Flask, clock: TestClock, make_pool: MakePool, tmp_path: Path) -> None:
    """
    `valid_until` is the last day; on the next the questions leave the draw.
    """
    make_pool(*ITEMS)
    head = '+++\ntitle = "商品条码法"\nsubject = "quality"\nkind = "statute"\nstatus = "current"\nvalid_until = 2026-03-02\n+++\n'
    (tmp_path / "law").mkdir()
    (tmp_path / "law" / "law.md").write_text(head + LAW, encoding="utf-8")
    with app.app_context():
        importing.import_folder(tmp_path / "law", media=tmp_path / "media")
    sweep(app)
    assert suspended(app) == set()

    clock.moment += timedelta(days=1)
    sweep(app)
    assert suspended(app) == CITING


def test_a_text_that_comes_as_repealed(app: Flask, make_pool: MakePool, bring: Bring) -> None:
    """
    `status = "repealed"` in the front matter of the next import is a repeal.
    """
    make_pool(*ITEMS)
    head = '+++\ntitle = "商品条码法"\nsubject = "quality"\nkind = "statute"\nstatus = "{}"\n+++\n'
    bring(head.format("current") + LAW)
    bring(head.format("repealed") + LAW)

    assert suspended(app) == CITING


@pytest.mark.parametrize(("begins", "ended"), [("2026-03-02", True), ("2026-03-03", False)])
def test_another_law_takes_its_place(
    app: Flask, make_pool: MakePool, bring: Bring, begins: str, *, ended: bool
) -> None:
    """
    A law that names what it replaces ends the other on the day on which it begins: also for those that cite the whole.
    """
    make_pool(*ITEMS)
    bring(LAW)
    head = '+++\ntitle = "商品编码法"\nsubject = "quality"\nkind = "statute"\nstatus = "current"\n'
    bring(head + f'replaces = ["中华人民共和国商品条码法"]\nin_force = {begins}\n+++\n' + LAW, origin="new.md")

    assert suspended(app) == (CITING if ended else set())
    with app.app_context():
        old = reading().scalars(select(Document).where(Document.origin == "import:law.md")).one()
    assert (old.repealed_on, old.repeal_reason) == (date.fromisoformat(begins), "由《商品编码法》取代")


def test_a_job_that_runs_twice_says_it_once(app: Flask, make_pool: MakePool, bring: Bring) -> None:
    """
    Handlers are run at least once; the second run finds that the items have heard this word.
    """
    make_pool(*ITEMS)
    bring(LAW)
    bring(AMENDED)
    with app.app_context():
        word = reading().scalars(select(LawChange.word)).first()
        found = {row: (alarm.Change("amended", "商品条码法"),) for row in reading().scalars(select(LawChange.item_id))}
        reading().rollback()
        with writing() as session:
            assert alarm.suspend(session, found, word=str(word)) == 0
        assert len(reading().scalars(select(LawChange)).all()) == 2
