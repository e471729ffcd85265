"""Other particulars for many questions: preview, change, way back."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from lms.audit import queries as audit
from lms.bank import bulk, queries, service
from lms.bank.listing import ItemFilter
from lms.bank.models import Bulk, Item
from lms.bank.selection import Selection
from lms.database import reading, writing
from lms.ids import new_public_id
from lms.jobs import run_waiting
from question_bank.item import Citation
from question_bank.life import Move
from question_bank.particulars import Changes
from tests.bank.conftest import MakePool, single
from tests.bank.reviewed import Desk, desk
from tests.cast import csrf, post, sign_in
from tests.exam_day import wordings
from tests.pace import spent_cpu

__all__ = ["desk"]
SUBMIT, APPROVE = Move.SUBMIT, Move.APPROVE
LAW = Citation("行政处罚法", "第五条")


def change(desk: Desk, changes: Changes, *refs: str, by: str = "qian") -> str:
    """Carry a change of these questions out; its public id."""
    ids = [desk.item(ref).id for ref in refs]
    public_id = new_public_id()
    with desk.app.app_context():
        made = bulk.plan(reading(), desk.pool, ids, changes)
        reading().rollback()
        with writing() as session:
            bulk.apply(session, desk.pool, made, public_id=public_id, by=desk.cast[by].id)
    return public_id


def undo(desk: Desk, public_id: str) -> int:
    """Take a change back; how many questions."""
    with desk.app.app_context(), writing() as session:
        found = bulk.bulk_by_public_id(session, public_id)
        assert found is not None
        return bulk.undo(session, desk.pool, found, by=desk.cast.qian.id)


def test_labels_keep_the_approval_and_the_author(desk: Desk) -> None:
    """
    Approved stays approved by the newer version; what waits goes on waiting; whoever relabels a wording does not
    become its author, so its author still cannot approve it.
    """
    desk.move("a", SUBMIT, APPROVE)
    desk.move("b", SUBMIT, by="zhao")
    change(desk, Changes(subject="penalty", difficulty="hard"), "a", "b", "c")

    assert [desk.state(ref) for ref in "abc"] == [
        ("ready", 2, 2, ""),
        ("in_review", 2, None, ""),
        ("draft", 2, None, ""),
    ]
    assert {desk.wording(ref).subject for ref in "abc"} == {"penalty"}
    assert desk.wording("a").stem == "a 的题干"
    post(desk.qian, f"/bank/items/{desk.id('b')}/judgement", decision="approve")
    assert desk.state("b")[0] == "ready"  # Qian wrote none of its words


def test_the_author_cannot_approve_after_somebody_relabelled(desk: Desk) -> None:
    """
    Qian's own question, relabelled by Zhao, is still Qian's.
    """
    desk.add(single("q"), by="qian")
    desk.move("q", SUBMIT, by="qian")
    change(desk, Changes(point="亮证"), "q", by="zhao")
    post(desk.qian, f"/bank/items/{desk.id('q')}/judgement", decision="approve")

    assert desk.state("q")[0] == "in_review"


def test_another_source_is_reviewed_again(desk: Desk) -> None:
    """
    Papers hold the approved wording until the new one is approved; a suspended one stays suspended until then.
    """
    desk.move("a", SUBMIT, APPROVE)
    desk.move("b", SUBMIT, APPROVE, Move.SUSPEND)
    change(desk, Changes(add_citation=LAW), "a", "b")

    assert desk.state("a") == ("draft", 2, 1, "")
    assert desk.state("b") == ("draft", 2, 1, "law_changed")


def test_without_review_a_change_counts_at_once(desk: Desk) -> None:
    """
    Where nobody reviews, the newer version is drawn, and other labels do not clear what a changed law suspended.
    """
    with desk.app.app_context(), writing() as session:
        service.change_pool(session, desk.pool, name="题库", purpose=None, reviewed=False)
        free = queries.pool_by_public_id(session, desk.pool.public_id)
        assert free is not None
        desk.pool = free
    desk.move("a", SUBMIT, APPROVE, Move.SUSPEND)
    change(desk, Changes(difficulty="easy"), "a")
    assert desk.state("a") == ("ready", 2, 2, "law_changed")


def test_taking_back_says_again_what_was_said(desk: Desk) -> None:
    """
    New versions with the earlier content, standing as they stood; twice changes nothing more.
    """
    desk.move("a", SUBMIT, APPROVE)
    before = [desk.wording(ref) for ref in "abc"]
    for changes in (Changes(subject="penalty", valid_until=date(2027, 1, 1)), Changes(add_citation=LAW)):
        public_id = change(desk, changes, "a", "b", "c")
        assert [desk.wording(ref) for ref in "abc"] != before
        assert undo(desk, public_id) == 3
        assert undo(desk, public_id) == 0
        assert [desk.wording(ref) for ref in "abc"] == before

    assert desk.state("a") == ("ready", 5, 5, "")
    assert desk.state("b") == ("draft", 5, None, "")
    with desk.app.app_context():
        assert audit.verify(reading()) is not None


def test_words_taken_back_are_still_their_authors(desk: Desk) -> None:
    """
    Qian's draft gets a source from Zhao and loses it again: Qian cannot approve it then either.
    """
    desk.add(single("q"), by="qian")
    undo(desk, change(desk, Changes(add_citation=LAW), "q", by="zhao"))
    desk.move("q", SUBMIT, by="qian")
    post(desk.qian, f"/bank/items/{desk.id('q')}/judgement", decision="approve")

    assert desk.state("q")[0] == "in_review"


def test_what_changed_since_stays(desk: Desk) -> None:
    """
    A question worded anew after the change keeps that wording; the page names it before anybody takes back.
    """
    public_id = change(desk, Changes(point="亮证"), "a", "b")
    desk.add(replace(desk.wording("b"), stem="b 的新题干"))
    page = desk.zhao.get(f"/bank/changes/{public_id}", headers={"Accept-Language": "en"}).text
    assert "1 question was changed since" in page
    post(desk.zhao, f"/bank/changes/{public_id}/undo")

    assert desk.wording("a").point == ""
    assert (desk.wording("b").point, desk.wording("b").stem) == ("亮证", "b 的新题干")


def test_a_plan_leaves_out_what_was_worded_meanwhile(desk: Desk) -> None:
    """
    Between preview and change somebody keeps a newer wording: it is not overwritten.
    """
    ids = [desk.item(ref).id for ref in "ab"]
    with desk.app.app_context():
        made = bulk.plan(reading(), desk.pool, ids, Changes(point="亮证"))
        reading().rollback()
    desk.add(single("b", stem="b 的新题干"))
    with desk.app.app_context(), writing() as session:
        assert bulk.apply(session, desk.pool, made, public_id=new_public_id(), by=desk.cast.qian.id) == 1

    assert desk.wording("b").stem == "b 的新题干"
    assert desk.wording("b").point == ""


def test_carried_out_twice_it_happens_once(desk: Desk) -> None:
    """
    A job may run twice under its id.
    """
    ids, public_id = [desk.item("a").id], new_public_id()
    for _ in range(2):
        with desk.app.app_context(), writing() as session:
            made = bulk.plan(session, desk.pool, ids, Changes(add_citation=LAW, point=f"第{_}次"))
            bulk.apply(session, desk.pool, made, public_id=public_id, by=desk.cast.qian.id)

    assert desk.state("a")[1] == 2
    assert desk.wording("a").point == "第0次"


def sent(desk: Desk, address: str, **fields: Any) -> Any:
    """Send the form of changes as its page does."""
    untouched = dict.fromkeys(("subject", "cognitive", "difficulty", "classification"), "")
    return desk.zhao.post(address, data={"csrf_token": csrf(desk.zhao), **untouched, **fields})


def test_the_page_shows_first_and_changes_then(desk: Desk) -> None:
    """
    Ticked questions, a preview with the numbers, the change, its page, and the way back.
    """
    desk.add(replace(single("d"), difficulty="hard"), replace(single("e"), valid_until=date(2026, 1, 1)))
    form = {"csrf_token": csrf(desk.zhao), "act": "change", "all": "", "item": [desk.id(ref) for ref in "abde"]}
    address = desk.zhao.post(f"/bank/pools/{desk.pool.public_id}/many", data=form).location
    fields = {"change": ["difficulty", "valid_from"], "difficulty": "hard", "valid_from": "2026-06-01"}
    page = sent(desk, address, **fields).text
    assert 'name="expected" value="3"' in page
    assert f"/bank/items/{desk.id('e')}" in page  # ends before it would begin
    assert desk.state("a")[1] == 1
    assert sent(desk, address, **fields, confirmed="1", expected="9").status_code == 200
    assert desk.state("a")[1] == 1

    done = sent(desk, address, **fields, confirmed="1", expected="3")
    assert done.status_code == 303
    assert [desk.state(ref)[1] for ref in "abcde"] == [2, 2, 1, 2, 1]
    assert desk.wording("a").valid_from == date(2026, 6, 1)
    post(desk.zhao, done.location + "/undo")
    assert desk.wording("a").valid_from is None
    assert desk.wording("d").difficulty == "hard"


def test_a_ticked_empty_field_takes_away(desk: Desk) -> None:
    """
    And an unticked one leaves, whatever stands in it.
    """
    desk.add(replace(single("d"), difficulty="hard", point="亮证"))
    address = f"/bank/pools/{desk.pool.public_id}/change?item[]={desk.id('d')}"
    sent(desk, address, change=["point"], point="", difficulty="easy", confirmed="1", expected="1")

    assert (desk.wording("d").point, desk.wording("d").difficulty) == ("", "hard")


BAD: list[tuple[dict[str, Any], int]] = [
    ({}, 200),
    ({"change": ["nonsense"]}, 422),
    ({"change": ["subject"], "subject": "nonsense"}, 422),
    ({"change": ["difficulty"], "difficulty": "impossible"}, 422),
    ({"change": ["valid_from"], "valid_from": "gestern"}, 422),
    ({"change": ["point"], "point": "长" * 81}, 422),
    ({"add_article": "第五条"}, 422),
]


@pytest.mark.parametrize(("fields", "status"), BAD)
def test_nonsense_changes_nothing(desk: Desk, fields: dict[str, Any], status: int) -> None:
    """
    Nothing ticked is nothing asked; unknown values and an article of nothing are complained about.
    """
    address = f"/bank/pools/{desk.pool.public_id}/change?all=1"
    answer = sent(desk, address, **fields, confirmed="1", expected="3")

    assert answer.status_code == status
    assert {desk.state(ref)[1] for ref in "abc"} == {1}


def test_others_pools_are_not_changed(desk: Desk, make_pool: MakePool) -> None:
    """
    Ids of another pool in the address are not there; a reviewer has no such page; a stranger's change is not found.
    """
    other = make_pool(single("x"), owner_path="/9/")
    with desk.app.app_context():
        stranger = reading().query(Item).filter_by(pool_id=other.id).one().public_id
    address = f"/bank/pools/{desk.pool.public_id}/change?item[]={stranger}"
    assert 'name="expected"' not in sent(desk, address, change=["point"], point="亮证").text
    public_id = change(desk, Changes(point="亮证"), "a")
    for browser, status in ((desk.feng, 403), (sign_in(desk.app.test_client(), desk.cast.lin), 403)):
        assert browser.get(f"/bank/changes/{public_id}").status_code == status
        assert post(browser, f"/bank/changes/{public_id}/undo").status_code == status
    assert desk.zhao.get("/bank/changes/nonsense").status_code == 404


def test_many_are_moved_at_once(desk: Desk) -> None:
    """
    Handed in, retired and put back from the list; what cannot move stays and is counted; unknown acts are not there.
    """
    address = f"/bank/pools/{desk.pool.public_id}/many"

    def many(act: str, *refs: str, everything: str = "") -> int:
        form = {"csrf_token": csrf(desk.zhao), "act": act, "all": everything, "item": [desk.id(ref) for ref in refs]}
        return int(desk.zhao.post(address, data=form).status_code)

    assert many("submit", "a", "b") == 303
    assert [desk.state(ref)[0] for ref in "abc"] == ["in_review", "in_review", "draft"]
    assert many("submit", everything="1") == 303
    assert {desk.state(ref)[0] for ref in "abc"} == {"in_review"}
    many("retire", "a")
    assert desk.state("a")[0] == "retired"
    many("restore", "a", "b")
    assert [desk.state(ref)[0] for ref in "ab"] == ["draft", "in_review"]
    assert many("explode", "a") == 404
    assert many("retire") == 303
    assert {desk.state(ref)[0] for ref in "abc"} == {"draft", "in_review"}


@pytest.mark.parametrize("count", [700])
def test_a_large_change_is_work_outside_the_request(desk: Desk, count: int) -> None:
    """
    Above a few hundred questions a job changes them, moves them and takes the change back; each as one.
    """
    desk.add(*(single(f"n-{n}") for n in range(count)))
    address = f"/bank/pools/{desk.pool.public_id}/change?all=1&q=n-"
    answer = sent(desk, address, change=["point"], point="亮证", confirmed="1", expected=str(count))
    assert "/jobs/" in answer.location
    assert run_waiting(desk.app) == 1
    with desk.app.app_context():
        public_id = reading().query(Bulk).one().public_id
        page = reading().query(Item).filter_by(pool_id=desk.pool.id, newest=2).count()
    assert page == count
    assert "/jobs/" in post(desk.zhao, f"/bank/changes/{public_id}/undo").location
    run_waiting(desk.app)
    assert {desk.state(f"n-{n}")[1] for n in (0, count - 1)} == {3}
    form = {"csrf_token": csrf(desk.zhao), "act": "submit", "all": "1"}
    assert "/jobs/" in desk.zhao.post(f"/bank/pools/{desk.pool.public_id}/many?q=n-", data=form).location
    run_waiting(desk.app)
    assert desk.state("n-5")[0] == "in_review"


def test_five_thousand_take_seconds(desk: Desk) -> None:
    """
    Worked out and written within 20 s of processor time, every type of question among them.
    """
    made = wordings()
    many = [replace(made[n % len(made)], ref=f"m-{n}") for n in range(5000)]
    desk.add(*many)
    with desk.app.app_context():
        ids = Selection(ItemFilter(), all=True).ids(reading(), desk.pool.id)
        with spent_cpu() as spent:
            planned = bulk.plan(reading(), desk.pool, ids, Changes(objective="能够当场作出决定"))
            reading().rollback()
            with writing() as session:
                assert bulk.apply(session, desk.pool, planned, public_id=new_public_id(), by=desk.cast.zhao.id) >= 5000
        assert spent.seconds < 20
