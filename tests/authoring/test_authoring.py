"""Writing units in the browser: drafts, review, versions, archives, what learners see of it."""

import io
import re
from collections.abc import Mapping

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from lms.accounts import service as accounts
from lms.accounts.policy import Role
from lms.accounts.queries import PersonRow
from lms.authoring.models import CourseDraft, CourseEvent
from lms.courses import service as courses
from lms.courses.models import CourseUnit, CourseUnitVersion, Progress
from lms.database import reading, writing
from question_bank.formats.package import packed
from tests.academy import ITEMS, PAGES, PROSE, SVG, UNIT, Academy
from tests.cast import Cast, csrf, post, sign_in
from tests.conftest import TestClock
from tests.courses.test_courses import read_pages, right_answers


def browser(app: Flask, person: PersonRow) -> FlaskClient:
    """A browser in English in which somebody is signed in."""
    client = app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return sign_in(client, person)


@pytest.fixture
def author(app: Flask, cast: Cast, academy: Academy) -> FlaskClient:
    """Qian's browser, who writes."""
    return browser(app, cast.qian)


@pytest.fixture
def reviewer(app: Flask, cast: Cast, academy: Academy) -> FlaskClient:
    """Zhao's browser, who is a training manager here, too, and reviews."""
    with app.app_context(), writing() as session:
        accounts.grant_role(session, cast.zhao.id, Role.TRAINING_MANAGER, reason="测试", by=None)
    return browser(app, cast.zhao)


def draft_of(client: FlaskClient, academy: Academy) -> str:
    """The address of a draft of the academy's unit."""
    answer = post(client, f"/authoring/units/{academy.unit}/draft")
    assert answer.status_code == 303
    return str(answer.location)


def save(client: FlaskClient, address: str, **fields: str) -> TestResponse:
    """What the form at an address shows, with other words in these fields, as its button sends it."""
    return client.post(address, data=filled(client, address) | fields)


def filled(client: FlaskClient, address: str) -> dict[str, str]:
    """The fields of the form that is written in, by name."""
    page = client.get(address).text
    form = page[page.index("data-writing-form") :]
    values = {"csrf_token": csrf(client)}
    for tag in re.findall(r"<input[^>]*>", form):
        named = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if named.get("type") not in ("file", None) and "name" in named:
            values.setdefault(named["name"], named.get("value", ""))
    for name, text in re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>(.*?)</textarea>', form, re.S):
        values[name] = (
            text.strip().replace("&#34;", '"').replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        )
    for name, options in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', form, re.S):
        values[name] = next(iter(re.findall(r'<option selected value="([^"]*)"', options)), "")
    return values


def send(client: FlaskClient, files: Mapping[str, bytes], *, folder: str = "penalty-01/") -> TestResponse:
    """Send an archive of these files."""
    data = packed({f"{folder}{name}": content for name, content in files.items()})
    return send_bytes(client, data)


def send_bytes(client: FlaskClient, data: bytes) -> TestResponse:
    """Send these bytes as an archive."""
    return client.post("/authoring/imports/", data={"csrf_token": csrf(client), "file": (io.BytesIO(data), "单元.zip")})


def unit_files(**changed: str) -> dict[str, bytes]:
    """The files of the academy's unit, with other texts in these (`unit` for the settings, `scope` the first page)."""
    pages = {f"{key}.md": f"# {title}\n\n{PROSE}\n\n![流程](flow.svg)\n" for key, title in PAGES.items()}
    texts = {"unit.toml": UNIT} | pages
    names = {"unit": "unit.toml", "scope": "01-scope.md"}
    texts |= {names[key]: text for key, text in changed.items()}
    return {name: text.encode() for name, text in texts.items()} | {"flow.svg": SVG}


def decide(client: FlaskClient, draft: str, decision: str, words: str = "") -> TestResponse:
    """Decide on a draft as the review page shows it."""
    page = client.get(f"{draft}/review").text
    seen = re.search(r'name="seen" value="(\w+)"', page)
    return post(client, f"{draft}/decision", decision=decision, words=words, seen=seen[1] if seen else "")


def complete(client: FlaskClient, unit: str) -> None:
    """Read every page and pass the check."""
    read_pages(client, Academy(unit, ""), list(PAGES))
    page = client.get(f"/courses/{unit}/check").text
    answer = client.post(f"/courses/{unit}/check", data={"csrf_token": csrf(client), **right_answers(page)})
    assert answer.status_code == 200


def test_a_draft_becomes_the_next_version_and_progress_is_kept(
    app: Flask, cast: Cast, academy: Academy, author: FlaskClient, reviewer: FlaskClient
) -> None:
    """
    A page is reworded and renamed, one taken out, one added; the reviewer sees all of it and what it means; approved it is
    version 2, who completed the unit stays complete, who is under way keeps the pages that stay.
    """
    done, under_way = browser(app, cast.lin), browser(app, cast.wang)
    complete(done, academy.unit)
    read_pages(under_way, academy, ["01-scope", "02-steps"])
    draft = draft_of(author, academy)

    assert (
        save(author, f"{draft}/pages/01-scope", title="新的范围", markdown=PROSE + "另有规定的除外。").status_code
        == 303
    )
    assert post(author, f"{draft}/pages/04-errors/remove").status_code == 303
    added = post(author, f"{draft}/pages", title="听取陈述").location
    assert added is not None
    assert added.endswith("/pages/page-1")
    assert save(author, added, markdown=PROSE).status_code == 303
    assert save(author, f"{draft}/settings", hours="2").status_code == 303
    assert post(author, f"{draft}/steps/submit").status_code == 303
    page = reviewer.get(f"{draft}/review").text
    for words in ("新的范围", "听取陈述", "<ins>", "另有规定的除外", "1 person has completed", "1 person is under way", "1 new page is unseen", "1 page is gone"):  # fmt: skip
        assert words in page, words
    assert decide(reviewer, draft, "approve", "写得清楚。").status_code == 303

    with app.app_context():
        row = reading().scalars(select(CourseUnit)).one()
        numbers = list(reading().scalars(select(CourseUnitVersion.number).order_by(CourseUnitVersion.number)))
        acts = list(reading().scalars(select(CourseEvent.act).order_by(CourseEvent.id)))
        states = set(reading().scalars(select(CourseDraft.state)))
        completed = reading().scalars(select(Progress.completed_at).where(Progress.person_id == cast.lin.id)).one()
    assert (row.newest, row.authored, str(row.hours), row.pages) == (2, True, "2", 4)
    assert (numbers, acts, states) == ([1, 2], ["begin", "submit", "approve"], {"approved"})
    assert completed is not None
    assert "Completed" in done.get(f"/courses/{academy.unit}").text
    assert "2 of 4 pages" in under_way.get(f"/courses/{academy.unit}").text
    assert "新的范围" in under_way.get(f"/courses/{academy.unit}/pages/01-scope").text
    with app.app_context(), writing() as session:  # what was written here is not overwritten by a release
        assert courses.load_bundled(session, media=app.extensions["config"].media)["changed"] == 0


def test_a_unit_from_nothing_is_reviewed_by_somebody_else(
    app: Flask, cast: Cast, academy: Academy, author: FlaskClient, reviewer: FlaskClient
) -> None:
    """
    What is missing keeps it from review; whoever wrote in it decides nothing, nothing is sent back without a reason, and
    what was sent back can be submitted again.
    """
    made = post(author, "/authoring/new", title="当场收缴", code="penalty-20", subject="penalty")
    draft = str(made.location)
    assert post(author, "/authoring/new", title="又一个", code="penalty-20", subject="penalty").status_code == 422
    assert post(author, "/authoring/new", title="又一个", code="penalty-01", subject="penalty").status_code == 422
    assert post(author, "/authoring/new", title="又一个", code="Penalty", subject="penalty").status_code == 422
    assert "is wrong or missing" in author.get(draft).text.replace("are wrong", "is wrong")

    post(author, f"{draft}/steps/submit")
    assert "Something is still wrong" in author.get(draft).text
    for number in range(1, 5):
        address = str(post(author, f"{draft}/pages", title=f"第{number}页").location)
        save(author, address, markdown=PROSE)
    save(
        author,
        f"{draft}/settings",
        title_en="Fines",
        summary="摘要",
        summary_en="Summary",
        hours="1",
        objectives="一\n二",
    )
    for ref in ITEMS:
        assert post(author, f"{draft}/check", add=ref).status_code == 303
    assert post(author, f"{draft}/check", add="nowhere-001").status_code == 303
    assert decide(author, draft, "approve").status_code == 403
    assert post(author, f"{draft}/steps/submit").status_code == 303
    assert post(author, f"{draft}/pages/page-1", title="x", markdown="y").status_code == 409
    assert decide(reviewer, draft, "send_back").status_code == 422
    assert decide(reviewer, draft, "send_back", "第二页太短。").status_code == 303
    assert "第二页太短。" in author.get(draft).text
    assert decide(reviewer, draft, "approve").status_code == 409
    post(author, f"{draft}/steps/submit")
    assert post(reviewer, f"{draft}/decision", decision="approve", words="", seen="0" * 64).status_code == 409

    assert decide(reviewer, draft, "approve").status_code == 303
    with app.app_context():
        unit = reading().scalars(select(CourseUnit).where(CourseUnit.code == "penalty-20")).one()
    learner = browser(app, cast.lin)
    assert "Fines" in learner.get("/courses/").text
    assert learner.get(f"/courses/{unit.public_id}/pages/page-1").status_code == 200
    assert post(author, f"{draft}/steps/drop").status_code == 303
    assert "approved" in author.get(draft).text


def test_nothing_is_written_over_unseen(
    app: Flask, academy: Academy, author: FlaskClient, reviewer: FlaskClient
) -> None:
    """
    Two people write one page: the second is shown both texts and decides; other pages and the settings are not concerned.
    A script is told the same and keeps quiet.
    """
    draft = draft_of(author, academy)
    page = f"{draft}/pages/01-scope"
    theirs = filled(reviewer, page)
    settings = filled(reviewer, f"{draft}/settings")
    save(author, page, markdown="甲写的话。")

    by_script = reviewer.post(page, data=theirs | {"markdown": "乙写的话。"}, headers={"Accept": "application/json"})
    by_hand = reviewer.post(page, data=theirs | {"markdown": "乙写的话。"})
    again = reviewer.post(page, data=theirs | {"markdown": "甲写的话。"})
    other = reviewer.post(f"{draft}/settings", data=settings | {"title": "新题目"})

    assert (by_script.status_code, by_hand.status_code, again.status_code, other.status_code) == (409, 409, 303, 303)
    assert "甲写的话。" in by_hand.text
    assert "乙写的话。" in by_hand.text
    seen = re.search(r'name="seen"[^>]*value="(\w+)"', by_hand.text)
    assert seen is not None
    assert reviewer.post(page, data=theirs | {"markdown": "乙写的话。", "seen": seen[1]}).status_code == 303
    stale = author.post(f"{draft}/settings", data=settings | {"title": "别的题目", "csrf_token": csrf(author)})
    assert stale.status_code == 409
    assert "新题目" in stale.text


def test_pages_are_moved_taken_out_and_brought_back(app: Flask, academy: Academy, author: FlaskClient) -> None:
    """
    With buttons and by a list; a page that was taken out comes back where it stood, and its key is not given again.
    """
    draft = draft_of(author, academy)

    def keys() -> list[str]:
        with app.app_context():
            return [page[0] for page in reading().scalars(select(CourseDraft)).one().record["pages"]]

    post(author, f"{draft}/order", move="down:01-scope")
    assert keys() == ["02-steps", "01-scope", "03-papers", "04-errors"]
    listed = author.post(
        f"{draft}/order",
        data={"csrf_token": csrf(author), "page": ["04-errors", "01-scope", "nowhere"]},
        headers={"Accept": "application/json"},
    )
    assert listed.status_code == 200
    assert keys() == ["04-errors", "01-scope", "02-steps", "03-papers"]
    post(author, f"{draft}/pages/01-scope/remove")
    assert keys() == ["04-errors", "02-steps", "03-papers"]
    assert "Bring back" in author.get(draft).text
    post(author, f"{draft}/pages/01-scope/restore")

    assert keys() == ["04-errors", "01-scope", "02-steps", "03-papers"]
    assert post(author, f"{draft}/pages/nowhere/remove").status_code == 404
    assert post(author, f"{draft}/pages/nowhere/restore").status_code == 404
    for number in range(36):
        assert post(author, f"{draft}/pages", title=f"页{number}").status_code == 303
    assert post(author, f"{draft}/pages", title="太多").status_code == 422
    assert len(set(keys())) == 40


PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


@pytest.mark.parametrize(
    ("name", "data", "status", "kept"),
    [
        ("图 1.PNG", PNG, 200, "1.png"),
        ("流程.png", PNG, 200, "picture.png"),
        ("flow.svg", SVG.replace(b"245", b"246"), 200, "flow-2.svg"),
        ("flow.svg", SVG, 200, "flow.svg"),
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', 422, ""),
        ("a.png", SVG, 422, ""),
        ("a.mp4", b"0000ftyp", 422, ""),
        ("a.png", PNG + b"0" * (4 * 1024 * 1024), 422, ""),
        ("a.png", b"", 422, ""),
    ],
)  # fmt: skip
@pytest.mark.one_database
def test_pictures_are_what_their_bytes_say(
    academy: Academy, author: FlaskClient, name: str, data: bytes, status: int, kept: str
) -> None:
    """
    Kept under a name that is free and one on every system; scripts, other types and too large ones are refused; the
    same picture is kept once.
    """
    draft = draft_of(author, academy)
    answer = author.post(
        f"{draft}/pictures",
        data={"csrf_token": csrf(author), "file": (io.BytesIO(data), name)},
        headers={"Accept": "application/json"},
    )

    assert answer.status_code == status
    assert (answer.get_json().get("name") or "") == kept
    if kept and kept != "flow.svg":
        assert kept in author.get(draft).text
        assert post(author, f"{draft}/pictures/remove", name=kept).status_code == 303
        assert kept not in author.get(draft).text
    assert post(author, f"{draft}/pictures/remove", name="flow.svg").status_code == 409


def test_a_unit_is_withdrawn_and_opened_again(app: Flask, cast: Cast, academy: Academy, author: FlaskClient) -> None:
    """
    Learners no longer find or open it, who completed it reads on; opened again everybody goes on where they were.
    """
    done, under_way = browser(app, cast.lin), browser(app, cast.wang)
    complete(done, academy.unit)
    read_pages(under_way, academy, ["01-scope"])
    address = f"/authoring/units/{academy.unit}"
    assert post(author, f"{address}/withdraw").status_code == 422
    assert post(author, f"{address}/withdraw", reason="法条已改").status_code == 303

    assert done.get(f"/courses/{academy.unit}").status_code == 200
    assert under_way.get(f"/courses/{academy.unit}").status_code == 404
    assert academy.unit not in under_way.get("/courses/").text
    assert "法条已改" in author.get(address).text
    assert academy.unit in author.get("/authoring/?state=withdrawn").text
    assert post(author, f"{address}/reopen", reason="已更正").status_code == 303
    assert "1 of 4 pages" in under_way.get(f"/courses/{academy.unit}").text
    with app.app_context():
        assert list(reading().scalars(select(CourseEvent.act).order_by(CourseEvent.id))) == ["withdraw", "reopen"]


def test_the_check_waits_for_what_comes_first(
    app: Flask, cast: Cast, academy: Academy, author: FlaskClient, reviewer: FlaskClient
) -> None:
    """
    The pages may be read, the check opens once the prerequisite is completed; one that is withdrawn keeps nobody
    waiting; a circle keeps a draft from review.
    """
    files = unit_files(unit=UNIT.replace('"penalty-01"', '"penalty-02"').replace('hours = "1.5"', 'hours = "1.5"\nprerequisites = ["penalty-01"]'))  # fmt: skip
    draft = str(post(author, f"{send(author, files).location}/take").location)
    post(author, f"{draft}/steps/submit")
    assert decide(reviewer, draft, "approve").status_code == 303
    with app.app_context():
        unit = reading().scalars(select(CourseUnit.public_id).where(CourseUnit.code == "penalty-02")).one()
    learner = browser(app, cast.lin)
    read_pages(learner, Academy(unit, ""), list(PAGES))

    front, check = learner.get(f"/courses/{unit}").text, learner.get(f"/courses/{unit}/check").text
    refused = post(learner, f"/courses/{unit}/check")

    assert f"/courses/{academy.unit}" in front
    assert "its check opens once" in front
    assert "then the check opens" in check
    assert 'name="q1"' not in check
    assert refused.status_code == 409
    post(author, f"/authoring/units/{academy.unit}/withdraw", reason="暂停")
    assert 'name="q1"' in learner.get(f"/courses/{unit}/check").text
    post(author, f"/authoring/units/{academy.unit}/reopen", reason="恢复")
    complete(learner, academy.unit)
    assert 'name="q1"' in learner.get(f"/courses/{unit}/check").text
    circle = draft_of(author, academy)
    post(author, f"{circle}/check", first="penalty-02")
    assert "penalty-01 → penalty-02 → penalty-01" in author.get(circle).text
    post(author, f"{circle}/check", not_first="penalty-02")
    assert "→ penalty-02 →" not in author.get(circle).text


def test_a_draft_that_fell_behind_is_not_approved(
    app: Flask, academy: Academy, author: FlaskClient, reviewer: FlaskClient
) -> None:
    """
    A version that came meanwhile from elsewhere must be looked at before the draft is reviewed.
    """
    draft = draft_of(author, academy)
    save(author, f"{draft}/pages/01-scope", title="别的范围")
    with app.app_context(), writing() as session:
        session.execute(update(CourseUnit).values(newest=CourseUnit.newest))
        record = session.scalars(select(CourseUnitVersion.record)).one() | {"title": "来自别处"}
        session.add(CourseUnitVersion(unit_id=1, number=2, record=record, sha256="0" * 64, created_at=session.scalars(select(CourseUnitVersion.created_at)).one()))  # fmt: skip
        session.execute(update(CourseUnit).values(newest=2))

    post(author, f"{draft}/steps/submit")
    behind = author.get(draft).text
    post(author, f"{draft}/steps/catch-up")
    post(author, f"{draft}/steps/submit")

    assert "Version 2 has come into force" in behind
    assert "being written" in behind
    assert "来自别处" in reviewer.get(f"{draft}/review").text
    assert decide(reviewer, draft, "approve").status_code == 303


def test_lists_are_narrowed(
    app: Flask, academy: Academy, author: FlaskClient, reviewer: FlaskClient, clock: TestClock
) -> None:
    """
    By words, subject, origin and the end of licences; a bought unit shows its supplier and what it cost.
    """
    draft = draft_of(author, academy)
    ends = clock().date().replace(day=28).isoformat()
    saved = save(author, f"{draft}/settings", origin="bought", supplier="某某公司", licence_end=ends, cost="12000.5")
    assert saved.status_code == 303
    post(author, f"{draft}/steps/submit")
    assert "1 waits for you" in reviewer.get("/authoring/").text
    decide(reviewer, draft, "approve")

    for query, shown in (
        ("", True), ("q=简易", True), ("q=penalty-01", True), ("q=食品", False), ("subject=food", False),
        ("origin=bought", True), ("origin=self-made", False), ("show=ending", True), ("show=law", False),
        ("state=withdrawn", False), ("state=nonsense&page=-3", True),
    ):  # fmt: skip
        assert (academy.unit in author.get(f"/authoring/?{query}").text) is shown, query
    page = author.get("/authoring/?show=ending").text
    assert "某某公司" in page
    assert "12000.50" in page
    assert "The licence of 1 unit ends" in author.get("/authoring/").text
    for query, shown in (("", True), ("state=approved", True), ("state=writing", False), ("q=简易", True), ("subject=food", False)):  # fmt: skip
        assert (draft.rpartition("/")[2] in author.get(f"/authoring/drafts/?{query}").text) is shown, query
    assert author.get(f"/authoring/units/{academy.unit}/versions/2").status_code == 200
    assert author.get(f"/authoring/units/{academy.unit}/versions/3").status_code == 404


@pytest.mark.one_database
def test_a_unit_holds_so_much_text(academy: Academy, author: FlaskClient) -> None:
    """
    A page that is too long, and a page with which the unit is, are refused with what was typed still there.
    """
    draft = draft_of(author, academy)
    address = f"{draft}/pages/01-scope"
    assert save(author, address, markdown="字" * 21_000).status_code == 422
    for key in ("01-scope", "02-steps", "03-papers"):
        assert save(author, f"{draft}/pages/{key}", markdown="字" * 20_000).status_code == 303

    answer = save(author, f"{draft}/pages/04-errors", markdown="字" * 20_000)

    assert answer.status_code == 422
    assert "字" * 20_000 in answer.text


def test_only_questions_for_practice_are_offered(app: Flask, academy: Academy, author: FlaskClient) -> None:
    """
    A question that is kept for exams is not found, and cannot be put in by its name.
    """
    draft = draft_of(author, academy)
    post(author, f"{draft}/check", remove=ITEMS[0])
    found = author.get(f"{draft}/check?q=应当怎样做").text
    nothing = author.get(f"{draft}/check?q=绝无此词").text
    post(author, f"{draft}/check", add="secret-001")

    assert f'value="{ITEMS[0]}"' in found
    assert f'value="{ITEMS[0]}"' not in nothing
    with app.app_context():
        assert reading().scalars(select(CourseDraft)).one().record["check"]["items"] == list(ITEMS[1:])


def test_the_preview_is_safe_and_says_what_is_wrong(academy: Academy, author: FlaskClient) -> None:
    """
    Markdown is rendered through the sanitizer, with the unit's pictures; raw HTML stays text and is complained of.
    """
    draft = draft_of(author, academy)
    text = "## 小节\n\n<img src=x onerror=alert(1)>\n\n![流程](flow.svg)\n\n[坏](javascript:alert(1))"
    answer = author.post(
        f"{draft}/look",
        data={"csrf_token": csrf(author), "title": "题", "markdown": text},
        headers={"Accept": "application/json"},
    ).get_json()

    assert answer["problems"] == 1
    assert "<img src=x" not in answer["html"]
    assert "/courses/media/" in answer["html"]
    assert 'href="javascript' not in answer["html"]
    save(author, f"{draft}/pages/01-scope", markdown=text)
    shown = author.get(f"{draft}/preview?page=01-scope").text
    assert "<img src=x" not in shown
    assert "/courses/media/" in shown
    assert author.get(f"{draft}/preview?page=nowhere").status_code == 200
