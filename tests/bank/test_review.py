"""Review: handing in, the queue, deciding, and what each may do."""

import re

import pytest
from sqlalchemy import select

from lms.audit import queries as audit
from lms.bank import queries, sharing
from lms.bank.models import ItemEvent
from lms.database import reading, writing
from question_bank.life import Move
from tests.bank.conftest import single
from tests.bank.reviewed import Desk, desk
from tests.cast import csrf, post, sign_in
from tests.statements import statements

__all__ = ["desk"]
MOST_STATEMENTS = 12
SUBMIT, APPROVE, SEND_BACK = Move.SUBMIT, Move.APPROVE, Move.SEND_BACK


def queue(page: str) -> list[str]:
    """Stems in the order of the list."""
    return re.findall(r'lang="zh-CN">(\w) 的题干<', page)


def test_a_question_goes_from_draft_to_the_draw(desk: Desk) -> None:
    """
    Handed in by an editor, sent back with words, handed in again, approved by the reviewer: each by its page.
    """
    address = f"/bank/items/{desk.id('a')}"
    assert post(desk.zhao, f"{address}/hand-in").status_code == 303
    assert desk.state("a") == ("in_review", 1, None, "")
    post(desk.feng, f"{address}/judgement", decision="send_back", comment="第二个选项也对")
    assert desk.state("a") == ("draft", 1, None, "")
    assert "第二个选项也对" in desk.zhao.get("/bank/returned").text
    assert "第二个选项也对" in desk.zhao.get(address).text

    desk.add(single("a", stem="改过的题干"))
    assert "第二个选项也对" not in desk.zhao.get("/bank/returned").text
    post(desk.zhao, f"{address}/hand-in")
    page = desk.feng.get(f"/bank/review/items/{desk.id('a')}").text
    assert "<ins>" in page
    assert "第二个选项也对" in page
    post(desk.feng, f"{address}/judgement", decision="approve")
    assert desk.state("a") == ("ready", 2, 2, "")
    with desk.app.app_context():
        assert audit.verify(reading()) is not None
        acts = list(
            reading().scalars(
                select(ItemEvent.act).where(ItemEvent.item_id == desk.item("a").id).order_by(ItemEvent.id)
            )
        )
    assert [act for act in acts if act != "word"] == ["submit", "send_back", "submit", "approve"]


def test_a_wording_is_compared_with_the_approved_one(desk: Desk) -> None:
    """
    What papers hold now stands against what is to replace it.
    """
    desk.move("a", SUBMIT, APPROVE)
    desk.add(single("a", stem="a 的新题干", right=1))
    desk.move("a", SUBMIT, by="zhao")
    page = desk.feng.get(f"/bank/review/items/{desk.id('a')}", headers={"Accept-Language": "en"}).text

    assert "since version 1, which papers hold now" in page
    assert "<ins>新</ins>" in page


def test_nobody_approves_what_they_wrote(desk: Desk) -> None:
    """
    Qian edits and reviews: the page says why there is no button, and a forged request is refused.
    """
    desk.add(single("q"), by="qian")
    desk.move("q", SUBMIT, by="qian")
    address = f"/bank/review/items/{desk.id('q')}"
    page = desk.qian.get(address, headers={"Accept-Language": "en"}).text
    assert "You wrote this wording yourself" in page
    assert 'value="approve"' not in page
    assert 'value="send_back"' in page
    answer = post(desk.qian, f"/bank/items/{desk.id('q')}/judgement", decision="approve")

    assert answer.status_code == 303
    assert "You wrote this wording yourself" in desk.qian.get(address, headers={"Accept-Language": "en"}).text
    assert desk.state("q")[0] == "in_review"
    post(desk.feng, f"/bank/items/{desk.id('q')}/judgement", decision="approve")
    assert desk.state("q")[0] == "ready"


def test_the_queue_is_in_the_order_of_handing_in(desk: Desk) -> None:
    """
    The longest waiting first, whatever its reference; after deciding one stands before the next.
    """
    for ref in ("c", "a", "b"):
        desk.move(ref, SUBMIT, by="zhao")
    assert queue(desk.feng.get("/bank/review").text) == ["c", "a", "b"]

    after = post(desk.feng, f"/bank/items/{desk.id('c')}/judgement", decision="approve").location
    assert after == f"/bank/review/items/{desk.id('a')}"
    assert f"/bank/review/items/{desk.id('b')}" in desk.feng.get(after).text
    after = post(desk.feng, f"/bank/items/{desk.id('b')}/judgement", decision="try").location
    assert after == f"/bank/review/items/{desk.id('a')}"
    assert post(desk.feng, f"/bank/items/{desk.id('a')}/judgement", decision="approve").location == "/bank/review"
    assert desk.state("b") == ("trial", 1, 1, "")


def test_the_queue_is_filtered(desk: Desk) -> None:
    """
    By pool, subject and author; nonsense in the address filters nothing out but what it names.
    """
    desk.add(single("p", subject="penalty"), by="qian")
    for ref in ("a", "p"):
        desk.move(ref, SUBMIT, by="zhao")
    for query, seen in (
        (f"pool={desk.pool.public_id}", ["a", "p"]),
        ("pool=nonsense", []),
        ("subject=penalty", ["p"]),
        ("subject=nonsense", ["a", "p"]),
        (f"author={desk.cast.qian.public_id}", ["p"]),
        ("author=nonsense", []),
        ("kind=law", []),
    ):
        assert queue(desk.feng.get(f"/bank/review?{query}").text) == seen, query


def test_many_are_decided_at_once(desk: Desk) -> None:
    """
    Ticked ones are approved, own ones stay; sent back together they need words.
    """
    desk.add(single("q"), by="qian")
    for ref in ("a", "b", "q"):
        desk.move(ref, SUBMIT, by="zhao")
    token = csrf(desk.qian)

    def decide(decision: str, *refs: str, comment: str = "") -> None:
        form = {"csrf_token": token, "decision": decision, "comment": comment, "item": [desk.id(ref) for ref in refs]}
        assert desk.qian.post("/bank/review/many", data=form).status_code == 303

    decide("send_back", "a", "b")
    assert [desk.state(ref)[0] for ref in "abq"] == ["in_review"] * 3
    decide("approve", "a", "q")
    assert [desk.state(ref)[0] for ref in "abq"] == ["ready", "in_review", "in_review"]
    decide("send_back", "b", "q", comment="条文已改")
    assert [desk.state(ref)[0] for ref in "abq"] == ["ready", "draft", "draft"]


def test_a_changed_law_is_cleared_by_a_reviewer(desk: Desk) -> None:
    """
    Suspended questions stand in a list of their own; checked, papers may hold them again.
    """
    desk.move("a", SUBMIT, APPROVE)
    desk.move("a", Move.SUSPEND)
    assert queue(desk.feng.get("/bank/review?kind=law").text) == ["a"]
    assert queue(desk.feng.get("/bank/review").text) == []
    assert post(desk.zhao, f"/bank/items/{desk.id('a')}/judgement", decision="clear").status_code == 403
    post(desk.feng, f"/bank/items/{desk.id('a')}/judgement?kind=law", decision="clear")

    assert desk.state("a") == ("ready", 1, 1, "")


def test_what_is_typed_late_is_refused_with_the_reason(desk: Desk) -> None:
    """
    Two reviewers at once: the second is told that the state has changed, and nothing is done twice.
    """
    desk.move("a", SUBMIT, APPROVE)
    answer = post(desk.feng, f"/bank/items/{desk.id('a')}/judgement", decision="send_back", comment="晚了")

    assert answer.status_code == 303
    assert 'class="alert alert-bad"' in desk.feng.get(answer.location).text
    assert desk.state("a")[0] == "ready"


def test_comments_are_for_those_who_edit_or_review(desk: Desk) -> None:
    """
    Both sides speak; an empty comment is none; whoever only sees the pool is told nothing is there.
    """
    address = f"/bank/items/{desk.id('a')}/comment"
    post(desk.zhao, address, comment="请看选项乙")
    post(desk.feng, address, comment="看过了", back="review")
    post(desk.feng, address, comment="  ")
    with desk.app.app_context(), writing() as session:
        sharing.share(session, desk.pool, desk.cast.lin.id, "view", by=desk.cast.zhao.id)
    assert post(sign_in(desk.app.test_client(), desk.cast.lin), address, comment="我也要说").status_code == 403

    page = desk.zhao.get(f"/bank/items/{desk.id('a')}").text
    assert page.index("请看选项乙") < page.index("看过了")
    assert page.count('class="said"') == 2


def test_a_comment_is_shown_as_it_was_typed(desk: Desk) -> None:
    """
    Markup in it stays words.
    """
    post(desk.zhao, f"/bank/items/{desk.id('a')}/comment", comment="<img src=x onerror=alert(1)>")
    for page in (desk.zhao.get(f"/bank/items/{desk.id('a')}"), desk.feng.get(f"/bank/review/items/{desk.id('a')}")):
        assert "<img src=x" not in page.text
        assert "&lt;img src=x" in page.text


@pytest.mark.parametrize("who", ["zhao", "feng"])
def test_strange_ids_find_nothing(desk: Desk, who: str) -> None:
    """
    Whatever stands in the address or the form: nothing is there, and nothing changes.
    """
    browser = desk.zhao if who == "zhao" else desk.feng
    before = [desk.state(ref) for ref in "abc"]
    for strange in ("x", "0", "%00", "a" * 300, desk.pool.public_id):
        for path in (f"items/{strange}/hand-in", f"items/{strange}/judgement", f"items/{strange}/comment"):
            answer = post(browser, f"/bank/{path}", decision="approve", comment="x")
            assert answer.status_code in (400, 403, 404), path
        assert browser.get(f"/bank/review/items/{strange}").status_code in (400, 403, 404)
    assert post(desk.feng, f"/bank/items/{desk.id('a')}/judgement", decision="retire").status_code == 404
    form = {"csrf_token": csrf(desk.feng), "decision": "approve", "item": [desk.id("a"), "nonsense"]}
    assert desk.feng.post("/bank/review/many", data=form).status_code == 404

    assert [desk.state(ref) for ref in "abc"] == before


def test_reviewers_and_authors_are_told_what_waits(desk: Desk) -> None:
    """
    On the page of the bank and on the first page, with the number.
    """
    for ref in ("a", "b"):
        desk.move(ref, SUBMIT, by="zhao")
    desk.move("a", SEND_BACK)
    for address in ("/bank/", "/"):
        assert "1 question waits for your review" in desk.feng.get(address, headers={"Accept-Language": "en"}).text
        assert "1 question of yours was sent back" in desk.zhao.get(address, headers={"Accept-Language": "en"}).text
    with desk.app.app_context():
        assert queries.pool_by_public_id(reading(), desk.pool.public_id) is not None


def test_pages_of_review_take_few_statements(desk: Desk) -> None:
    """
    However many wait, a page asks the database a fixed, small number of times.
    """
    counts: dict[str, set[int]] = {}
    for number in (3, 30):
        desk.add(*(single(f"n-{n}") for n in range(number)))
        for n in range(number):
            if desk.state(f"n-{n}")[0] == "draft":
                desk.move(f"n-{n}", SUBMIT, by="zhao")
        pages = {
            "queue": (desk.feng, "/bank/review"),
            "item": (desk.feng, f"/bank/review/items/{desk.id('n-1')}"),
            "own": (desk.zhao, f"/bank/items/{desk.id('n-1')}"),
            "returned": (desk.zhao, "/bank/returned"),
        }
        for name, (browser, address) in pages.items():
            with statements(desk.app) as sent:
                assert browser.get(address).status_code == 200
            assert len(sent) <= MOST_STATEMENTS, (name, sent)
            counts.setdefault(name, set()).add(len(sent))

    assert all(len(found) == 1 for found in counts.values()), counts
