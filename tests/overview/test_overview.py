"""The year of one's units in the browser: figures, and the rows behind each."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.bank.models import ItemVersion, Statistic
from lms.database import writing
from lms.transcripts import service
from question_bank.analysis.versions import Figures
from tests.cast import Cast, sign_in
from tests.exam_day import ExamDay

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)


def learn(app: Flask, person_id: int, source: str, **changes: object) -> None:
    """An exam of 2026, passed, unless said otherwise."""
    word = {
        "person_id": person_id, "kind": "exam", "source": source, "revision": 1, "title": "年度考试", "title_en": None,
        "subject": None, "hours": "2", "score": "80", "maximum": "100", "passed": True, "happened_at": NOW.isoformat(),
    }  # fmt: skip
    with app.app_context(), writing() as session:
        service.enter(session, [{**word, **changes}])


@pytest.fixture
def year(database: str, app: Flask, cast: Cast) -> Cast:
    """Lin (branch A) sat two exams, one failed, and finished a unit; Wang (branch B) sat one; each something else in 2025."""
    learn(app, cast.lin.id, "a")
    learn(app, cast.lin.id, "b", passed=False, hours="0", happened_at=(NOW - timedelta(days=40)).isoformat())
    learn(app, cast.lin.id, "c", kind="unit", subject="food", score=None, maximum=None, hours="1.25")
    learn(app, cast.wang.id, "d")
    for person in (cast.lin, cast.wang):
        learn(app, person.id, f"old-{person.id}", happened_at=datetime(2025, 5, 5, tzinfo=UTC).isoformat())
    return cast


def words(client: FlaskClient, address: str) -> str:
    """A page without its tags, white space folded."""
    response = client.get(address)
    assert response.status_code == 200, address
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.get_data(as_text=True))))


def test_a_manager_sees_her_units_alone(app: Flask, client: FlaskClient, year: Cast) -> None:
    """Figures are of branch A; the other branch is not among them, nor can its unit be asked for."""
    sign_in(client, year.qian)
    page = words(client, "/overview/?year=2026")

    assert "参训人数 1 " in page
    assert "参训人次 3 2025 年：1" in page
    assert "学时 3.25" in page
    assert "合格率 50.0 % 考试和培训班 2 人次中 1 人次合格" in page
    assert "西单所" not in page
    other = words(client, f"/overview/?year=2026&unit={year.branch_b.public_id}")
    assert "参训人次 3 " in other


@pytest.mark.parametrize(
    ("address", "found", "missing"),
    [
        ("entries?year=2026", ["3 人次，3.25 学时", "林晓"], ["王磊"]),
        ("entries?year=2026&kind=unit", ["1 人次，1.25 学时"], ["80 / 100"]),
        ("entries?year=2026&month=1", ["1 人次，0 学时", "不合格"], []),
        ("entries?year=2026&passed=no", ["不合格"], ["1.25"]),
        ("entries?year=2026&month=13&kind=nonsense&subject=x&page=-3", ["3 人次"], []),
        ("entries?year=1492", ["林晓"], []),
        ("entries?year=2024", ["没有相符的记录"], ["林晓"]),
        ("people?year=2026", ["林晓", "3.25"], ["王磊"]),
        ("people?year=2024", ["没有相符的记录"], ["林晓"]),
        ("?year=2024", ["尚无学习记录"], []),
        ("points?year=2026&subject=nonsense&point=x", ["没有相符的记录"], []),
    ],
)
def test_figures_open_their_rows(
    client: FlaskClient, year: Cast, address: str, found: list[str], missing: list[str]
) -> None:
    """What an address asks for is shown and nothing else; nonsense counts as not asked."""
    sign_in(client, year.qian)
    page = words(client, f"/overview/{address}")

    assert all(one in page for one in found), page
    assert not any(one in page.split("筛选")[-1] for one in missing)


def _pointed(version: ItemVersion, point: str, subject: str) -> ItemVersion:
    """A further version of an item that names its knowledge point."""
    return ItemVersion(
        item_id=version.item_id, number=version.number + 1, type=version.type, subject=subject, point=point,
        record=version.record, stem_text=version.stem_text, sha256=version.sha256, created_at=NOW,
    )  # fmt: skip


def test_weakest_points_come_from_the_exams(app: Flask, client: FlaskClient, exam_day: ExamDay, cast: Cast) -> None:
    """Points with the least share of the marks first, weighed by answers; too few answers say nothing."""
    exams = [[(40, 0.9), (60, 0.4)], [(50, 0.5)], [(10, 0.1)]]
    with app.app_context(), writing() as session:
        held = list(session.scalars(select(ItemVersion).order_by(ItemVersion.id).limit(len(exams))))
        subject, names = held[0].subject, ("罚款", "听证", "没收")
        versions = [_pointed(one, name, subject) for one, name in zip(held, names, strict=True)]
        session.add_all(versions)
        session.flush()
        for version, found in zip(versions, exams, strict=True):
            for number, (attempts, facility) in enumerate(found):
                record = Figures(attempts, facility=facility).to_record()
                session.add(
                    Statistic(
                        item_version_id=version.id, source=f"exam-{number}", label=f"第{number}次考试", exposure=1,
                        attempts=attempts, figures=record, computed_at=NOW,
                    )
                )  # fmt: skip
    sign_in(client, cast.qian)
    page = words(client, "/overview/?year=2026")
    rows = words(client, f"/overview/points?year=2026&subject={subject}&point=罚款")

    assert re.search(r"听证 \S+ 50 50 % .*罚款 \S+ 100 60 %", page)
    assert "没收" not in page
    assert "第0次考试 40 90 %" in rows
    assert "第1次考试 60 40 %" in rows
    assert "合计 100" in rows
