"""Claims of learning elsewhere: made with evidence, confirmed, approved by another manager above, corrected, taken back."""

import io
import os
from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.exc import DatabaseError

from lms import jobs
from lms.accounts import service as accounts
from lms.accounts.policy import Role
from lms.claims.models import ClaimStep
from lms.database import reading, writing
from lms.jobs import run_waiting
from lms.transcripts import queries as transcripts
from tests.cast import Cast, csrf, post, sign_in
from tests.conftest import TestClock

TRIP = {
    "channel": "trip", "title": "赴外地考察智慧监管", "organiser": "市委组织部", "place": "南京", "starts_on": "2026-02-02",
    "ends_on": "2026-02-04", "days": "2.5", "minutes": "", "level": "", "hours": "15", "remark": "",
}  # fmt: skip


def picture() -> bytes:
    """A small PNG."""
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(out, "PNG")
    return out.getvalue()


def add(browser: FlaskClient, claim: str, name: str, data: bytes) -> int:
    """Add a file of evidence; the status."""
    form = {"csrf_token": csrf(browser), "file": (io.BytesIO(data), name)}
    return browser.post(f"{claim}/files", data=form).status_code


def submitted(app: Flask, cast: Cast, **changes: str) -> str:
    """Lin's claim with evidence, submitted; its public id."""
    browser = sign_in(app.test_client(), cast.lin)
    claim = post(browser, "/claims/", **TRIP | changes).location
    assert add(browser, claim, "证书.png", picture()) == 303
    assert post(browser, f"{claim}/submit").status_code == 303
    return claim.rsplit("/", 1)[1]


def top(app: Flask, cast: Cast) -> FlaskClient:
    """Zheng, training manager of the whole organisation."""
    with app.app_context(), writing() as session:
        accounts.grant_role(session, cast.zheng.id, Role.TRAINING_MANAGER, reason="测试", by=None)
    return sign_in(app.test_client(), cast.zheng)


def hours(app: Flask, cast: Cast) -> list[tuple[Decimal, int, bool]]:
    """Hours, revision and whether it counts, of the entries of Lin's transcript."""
    run_waiting(app)
    with app.app_context():
        return [(row.hours, row.revision, row.passed) for row in transcripts.all_entries(reading(), cast.lin.id)]


def test_a_claim_goes_through_two_hands_and_stays_correctable(app: Flask, cast: Cast) -> None:
    """
    The branch's manager confirms, the one above approves fewer hours: they stand in the transcript with the unit of that day.
    A correction and the taking back are further revisions with their reasons, and the steps cannot be altered.
    """
    claim, above, near = submitted(app, cast), top(app, cast), sign_in(app.test_client(), cast.qian)
    desk = f"/claim-desk/{claim}"
    assert "赴外地考察智慧监管" in near.get("/claim-desk/").text
    post(near, f"{desk}/confirm")
    assert "赴外地考察智慧监管" not in near.get("/claim-desk/").text
    assert "赴外地考察智慧监管" in above.get("/claim-desk/").text

    post(above, f"{desk}/approve", hours="12.5")
    assert hours(app, cast) == [(Decimal("12.5"), 1, True)]
    post(above, f"{desk}/correct", hours="10", reason="有半天请假")
    assert hours(app, cast) == [(Decimal(10), 2, True)]
    post(above, f"{desk}/no/take-back", reason="材料不实")
    assert hours(app, cast) == [(Decimal(0), 3, False)]
    with app.app_context():
        (row,) = transcripts.all_entries(reading(), cast.lin.id)
        assert (row.unit_name, row.channel, row.why) == ("朝阳门所", "trip", "材料不实")
        with pytest.raises(DatabaseError), writing() as session:
            session.query(ClaimStep).update({"kind": "approved"})


def test_the_two_levels_are_different_people_and_nobody_decides_on_their_own(app: Flask, cast: Cast) -> None:
    """
    Who confirmed cannot approve, a second manager of the same subtree cannot either, a manager does not even find a claim of
    their own at the desk, and a manager of another branch finds none.
    """
    claim, near = submitted(app, cast), sign_in(app.test_client(), cast.qian)
    with app.app_context(), writing() as session:
        for who, unit in (("chen", cast.branch_a), ("wang", cast.branch_b), ("lin", cast.bureau)):
            accounts.grant_role(session, cast[who].id, Role.TRAINING_MANAGER, reason="测试", by=None, unit_id=unit.id)
    beside, other, own = (sign_in(app.test_client(), cast[who]) for who in ("chen", "wang", "lin"))

    assert post(own, f"/claim-desk/{claim}/confirm").status_code == 404
    assert other.get(f"/claim-desk/{claim}").status_code == 404
    post(near, f"/claim-desk/{claim}/approve", hours="15")
    post(near, f"/claim-desk/{claim}/confirm")
    for browser in (near, beside):
        post(browser, f"/claim-desk/{claim}/approve", hours="15")
    assert hours(app, cast) == []
    post(top(app, cast), f"/claim-desk/{claim}/approve", hours="15")
    assert hours(app, cast) == [(Decimal(15), 1, True)]


def test_the_claim_of_somebody_retired_or_moved_goes_to_whoever_answers_for_them_now(app: Flask, cast: Cast) -> None:
    """
    Retired from branch A, a claim is still decided on by its manager, and the one above; after a move to branch B those of A do
    not find it any more, whether it was confirmed or not.
    """
    claim, above, near = submitted(app, cast), top(app, cast), sign_in(app.test_client(), cast.qian)
    with app.app_context(), writing() as session:
        accounts.grant_role(
            session, cast.wang.id, Role.TRAINING_MANAGER, reason="测试", by=None, unit_id=cast.branch_b.id
        )
        accounts.retire_person(session, cast.lin.id, on=date(2026, 3, 1))
    other, desk = sign_in(app.test_client(), cast.wang), f"/claim-desk/{claim}"
    found = {who: "赴外地考察" in page.get("/claim-desk/").text for who, page in (("near", near), ("other", other))}
    lists = near.get("/claim-desk/").text
    own = near.get(desk).text
    post(near, f"{desk}/confirm")
    post(above, f"{desk}/approve", hours="15")

    assert found == {"near": True, "other": False}
    assert "朝阳门所" in lists
    assert "朝阳门所" in own
    assert other.get(desk).status_code == 404
    assert hours(app, cast) == [(Decimal(15), 1, True)]
    with app.app_context(), writing() as session:
        accounts.post_person(session, cast.lin.id, unit_id=cast.office_b1.id)
    assert [page.get(desk).status_code for page in (near, other)] == [404, 200]


def test_sent_back_it_is_mended_and_refused_it_ends(app: Flask, cast: Cast) -> None:
    """
    The claimant reads the reason at home and on the claim, mends it and submits again; a refusal ends it.
    """
    claim, near, lin = submitted(app, cast), sign_in(app.test_client(), cast.qian), sign_in(app.test_client(), cast.lin)
    post(near, f"/claim-desk/{claim}/no/return", reason="请补充日程")

    assert "有 1 项学分申报被退回" in lin.get("/").text
    assert "请补充日程" in lin.get(f"/claims/{claim}").text
    assert post(lin, f"/claims/{claim}", **TRIP | {"hours": "14"}).status_code == 303
    post(lin, f"/claims/{claim}/submit")
    assert "有 1 项学分申报待您处理" in near.get("/").text
    post(near, f"/claim-desk/{claim}/no/refuse", reason="与工作无关")
    assert "与工作无关" in lin.get(f"/claims/{claim}").text
    assert post(lin, f"/claims/{claim}/withdraw").status_code == 409


def test_the_same_twice_is_shown(app: Flask, cast: Cast) -> None:
    """
    Whoever decides sees earlier claims of the same days and of the same article, whatever its signs and width.
    """
    submitted(app, cast)
    article = {"channel": "article", "level": "city", "days": "", "starts_on": "2026-01-05", "ends_on": "2026-01-05"}
    submitted(app, cast, **article, title="论食品安全监管")
    again = submitted(
        app, cast, **article | {"starts_on": "2026-02-03", "ends_on": "2026-02-03"}, title="《论食品安全监管》"
    )

    page = sign_in(app.test_client(), cast.qian).get(f"/claim-desk/{again}").text
    assert "可能重复申报" in page
    assert ["日期重叠" in page, "同一内容已申报" in page] == [True, True]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"hours": "0.3"}, "0.25"),
        ({"hours": "0"}, "至少为 0.25"),
        ({"days": "9"}, "天数多于"),
        ({"days": "0.7"}, "半天"),
        ({"days": ""}, "天数或分钟"),
        ({"ends_on": "2026-01-01"}, "结束日期"),
        ({"ends_on": "2027-01-01"}, "结束日期"),
        ({"channel": "article"}, "级别"),
    ],
)
def test_what_cannot_be_is_refused(app: Flask, cast: Cast, changes: dict[str, str], word: str) -> None:
    """
    Each impossible claim is answered with the sentence at its field, and nothing is kept.
    """
    browser = sign_in(app.test_client(), cast.lin)
    answer = post(browser, "/claims/", **TRIP | changes)

    assert answer.status_code == 422
    assert word in answer.text


def test_evidence_is_what_its_name_says(app: Flask, cast: Cast) -> None:
    """
    Without evidence nothing is submitted; a file that is not what it is called is refused; one's own file comes back, to
    nobody else.
    """
    browser = sign_in(app.test_client(), cast.lin)
    claim = post(browser, "/claims/", **TRIP).location
    post(browser, f"{claim}/submit")
    assert "草稿" in browser.get(claim).text

    assert [add(browser, claim, name, data) for name, data in (
        ("a.exe", b"MZ"), ("a.pdf", picture()), ("a.png", b""), ("a.png", picture()),
    )] == [422, 422, 422, 303]  # fmt: skip
    file = next(part for part in browser.get(claim).text.split('"') if part.startswith(f"{claim}/files/"))
    assert browser.get(file).data.startswith(b"\x89PNG")
    assert sign_in(app.test_client(), cast.wang).get(file).status_code == 404


def test_evidence_that_no_row_names_is_gone_after_a_day(app: Flask, cast: Cast, clock: TestClock) -> None:
    """
    Files of an upload that broke off after they were on disk stay a day, then the daily job removes them with their copies; what
    a row names stays however old.
    """
    claim = submitted(app, cast)
    folder = app.extensions["config"].claims / claim
    kept = {path.name for path in folder.iterdir()}
    broken, beside = "a" * 64, app.extensions["config"].claims / "AnotherOne"
    beside.mkdir()
    left = [folder / broken, folder / f"{broken}.copy", beside / broken, folder / ".0.part"]
    for path in left:
        path.write_bytes(b"%PDF-")
    for path in (*left, *folder.iterdir()):
        os.utime(path, (clock.moment.timestamp(),) * 2)

    counts = []
    for _run in range(2):
        with app.app_context(), writing() as session:
            jobs.enqueue(session, "claims.sweep", {})
        run_waiting(app)
        counts.append([path.exists() for path in left])
        clock.advance(days=2)

    assert counts == [[True] * 4, [False] * 4]
    assert {path.name for path in folder.iterdir()} == kept
    assert not beside.exists()
