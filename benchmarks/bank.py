"""A question bank of ten thousand items: `./run bench bank [--json] [--items N]`.

Files of that many questions are imported through the forms an examiner uses and read by the job; then the pages that
examiners work with are asked for, and their CPU time is taken within the server. Without a network: the application is
called in this process.
"""

import argparse
import io
import json
import re
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from lms import migrate
from lms.accounts import service as accounts
from lms.accounts import sessions
from lms.accounts.models import LoginSession
from lms.accounts.policy import Role
from lms.app import create_app
from lms.bank import health, queries
from lms.config import Config
from lms.database import db, reading, writing
from lms.jobs import run_waiting
from lms.jobs.models import Job
from question_bank.formats import json_items, workbook
from question_bank.interactions.options import Option, Options
from question_bank.item import Citation, ItemVersion

SECRET = "a-secret-of-the-benchmark-that-nobody-else-uses"
TOKEN = "benchmark-token"
ROUNDS = 15
SUBJECTS = ("food", "penalty", "advertising", "pricing", "quality", "ip")
WORDS = ("登记", "检查", "处罚", "许可", "备案", "召回", "公示", "告知", "听证", "复议")


def main(words: Sequence[str]) -> None:
    """Measure and print; with `--json` the last line is one JSON object."""
    options = _options(words)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        app, browser = _house(Path(folder))
        items = [_item(number) for number in range(options.items)]
        found: dict[str, Any] = {"items": options.items}
        files = {"excel": ("题库.xlsx", workbook.write(items, pictures={}))}
        files["json"] = ("题库.json", json_items.write(items, pictures={}))
        del items
        found["rss_before_mb"] = _rss()
        found["import_s"] = {key: _imported(app, browser, *file) for key, file in files.items()}
        found["rss_mb"] = _rss()
        with app.app_context():
            pool = queries.own_pool_by_name(reading(), "题库 excel")
        if pool is None:
            raise RuntimeError("the pool just made is not there")
        found["pages"] = _pages(app, browser, pool.public_id)
        found["health_s"] = _health(app, pool.public_id)
    _say(found, as_json=options.json)


def _options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench bank", description=__doc__)
    parser.add_argument("--items", type=int, default=10_000, help="questions in the pool")
    parser.add_argument("--folder", help="where the installation is made, e.g. on the disk that is to be measured")
    parser.add_argument("--json", action="store_true", help="last line: one JSON object")
    return parser.parse_args(words)


def _house(folder: Path) -> tuple[Flask, FlaskClient]:
    """An installation with one examiner, who is signed in."""
    config = Config(data=folder, secret_key=SECRET, second_factor="offered", log_level="WARNING")
    migrate.upgrade(config)
    app = create_app(config)
    moment = datetime.now(UTC)
    with app.app_context(), writing() as session:
        person = accounts.add_person(session, staff_number="E1", name="出题人", unit_id=None)
        accounts.grant_role(session, person.id, Role.EXAMINER, reason="measuring", by=None)
        session.add(
            LoginSession(
                person_id=person.id,
                token_hash=sessions.hash_of(TOKEN),
                created_at=moment,
                last_seen_at=moment,
                ends_at=moment + timedelta(hours=12),
                address="127.0.0.1",
                user_agent="benchmark",
            )
        )
    browser = app.test_client()
    browser.set_cookie("sid", TOKEN)
    return app, browser


def _item(number: int) -> ItemVersion:
    """A single choice of ordinary length, different from every other."""
    word, other = WORDS[number % 10], WORDS[number // 10 % 10]
    options = tuple(
        Option(f"第 {number} 种情形下依法{word}，期限为 {days} 日", days == 15, f"{days} 日的规定见他条")
        for days in (7, 15, 30, 60)
    )
    return ItemVersion(
        ref=f"bench-{number:06}",
        type="single_choice",
        subject=SUBJECTS[number % len(SUBJECTS)],
        stem=f"情形 {number}：市场监督管理部门{word}、{other}以后，当事人应当在多少日内提出？",
        body=Options(options),
        explanation=f"依照{word}的一般规定，自收到之日起计算，情形 {number}。",
        point=f"{word}期限",
        difficulty=("easy", "medium", "hard")[number % 3],
        citations=(Citation("中华人民共和国行政处罚法", f"第{'一二三四五六七八九十'[number % 10]}条"),),
    )


def _imported(app: Flask, browser: FlaskClient, name: str, data: bytes) -> dict[str, float]:
    """Seconds until a file is read, and until its questions stand in a pool; and the longest that a writer waited."""
    token = _token(browser, "/bank/imports/")
    form = {"csrf_token": token, "subject": "", "pool": "", "format": "", "file": (io.BytesIO(data), name)}
    begun = time.perf_counter()
    address = _led(browser.post("/bank/imports/", data=form))
    run_waiting(app)
    read = time.perf_counter()
    key = "excel" if name.endswith("xlsx") else "json"
    form = {"csrf_token": token, "pool": "", "name": f"题库 {key}", "which": "all"}
    _led(browser.post(f"{address}/take", data=form))
    run_waiting(app)
    _refuse_failed(app)
    taken = time.perf_counter()
    return {"read": round(read - begun, 2), "take": round(taken - read, 2), "all": round(taken - begun, 2)}


def _token(browser: FlaskClient, address: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', browser.get(address).text)
    if found is None:
        raise RuntimeError(f"{address} has no form: is the examiner signed in?")
    return found[1]


def _led(answer: Any) -> str:
    if answer.status_code != 303:
        raise RuntimeError(f"status {answer.status_code}: {answer.text[:300]}")
    return str(answer.location)


def _refuse_failed(app: Flask) -> None:
    with app.app_context():
        failed = reading().scalars(select(Job.error).where(Job.state != "done")).all()
    if failed:
        raise RuntimeError(f"jobs failed: {failed}")


def _pages(app: Flask, browser: FlaskClient, pool: str) -> dict[str, dict[str, float]]:
    """CPU milliseconds (median) and statements of each page."""
    home = f"/bank/pools/{pool}"
    addresses = {
        "list": home,
        "last_page": f"{home}?page=200",
        "filter": f"{home}?subject=food&type=single_choice&difficulty=hard",
        "search": f"{home}?q=听证",
        "search_nothing": f"{home}?q=不存在的词语",
        "by_article": f"{home}?law=行政处罚法",
        "sorted": f"{home}?sort=newest&order=desc",
        "coverage": f"{home}/coverage",
        "pools": "/bank/",
    }
    return {name: _page(app, browser, address) for name, address in addresses.items()}


def _page(app: Flask, browser: FlaskClient, address: str) -> dict[str, float]:
    sent: list[str] = []

    def noted(*arguments: Any) -> None:
        sent.append(arguments[2])

    with app.app_context():
        engine = db.engine
    if browser.get(address).status_code != 200:
        raise RuntimeError(f"{address} does not open")
    event.listen(engine, "before_cursor_execute", noted)
    browser.get(address)
    event.remove(engine, "before_cursor_execute", noted)
    return {"cpu_ms": round(_median_ms(lambda: browser.get(address)), 1), "statements": len(sent)}


def _median_ms(call: Callable[[], object]) -> float:
    taken = []
    for _round in range(ROUNDS):
        begun = time.process_time()
        call()
        taken.append((time.process_time() - begun) * 1000)
    return statistics.median(taken)


def _health(app: Flask, public_id: str) -> float:
    """Seconds of the health report."""
    with app.app_context(), writing() as session:
        pool = queries.pool_by_public_id(session, public_id)
        if pool is not None:
            health.ask(session, pool, owner="")
    begun = time.perf_counter()
    run_waiting(app)
    _refuse_failed(app)
    return round(time.perf_counter() - begun, 2)


def _rss() -> float:
    """The most memory this process has had so far, in megabytes."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def _say(found: dict[str, Any], *, as_json: bool) -> None:
    for name, value in found.items():
        print(f"{name}: {value}")
    if as_json:
        print(json.dumps(found))
