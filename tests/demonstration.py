"""The demonstration as `./run` makes it, built once for all tests that look at full pages."""

import fcntl
import io
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms import install, migrate
from lms.accounts import queries as accounts
from lms.accounts.policy import Role
from lms.app import create_app
from lms.config import Config
from lms.database import db, reading
from lms.demo.accounts import Account
from lms.demo.build import build
from lms.jobs import run_waiting
from tests.cast import csrf, post, sign_in
from tests.conftest import SECRET
from tests.crawl import crawl
from tests.question_bank.formats.workbooks import workbook


@dataclass(frozen=True, slots=True)
class Demonstration:
    """The installation and its accounts by role; of two holders of a role the one with the wider part."""

    app: Flask
    accounts: dict[Role, Account]

    def client(self, role: Role) -> FlaskClient:
        """A browser in which the holder of `role` is signed in."""
        with self.app.app_context():
            person = accounts.person_by_staff_number(reading(), self.accounts[role].staff_number)
            assert person is not None
        return sign_in(self.app.test_client(), person)


def make_demonstration(folder: Path) -> Demonstration:
    """The whole demonstration on SQLite in `folder`, with the bundled content; nothing is served."""
    config = _config(folder)
    migrate.upgrade(config)
    app = create_app(config)
    with app.app_context():
        install.load_content(app)
        made = build(app)
    run_waiting(app)
    return Demonstration(app, {account.role: account for account in made.accounts})


def _config(folder: Path) -> Config:
    return Config(data=folder, secret_key=SECRET, demonstration=True, second_factor="offered", testing=True)


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """The demonstration: built once for all processes of this run, and each has a copy of its own."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    note = shared / "demonstration.json"
    with (shared / "demonstration.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not note.exists():
            folder = tmp_path_factory.mktemp("demonstration")
            note.write_text(json.dumps([str(folder), _built(folder)]))
    found, accounts = json.loads(note.read_text())
    copy = tmp_path_factory.mktemp("demonstration") / "data"
    shutil.copytree(found, copy)
    app = create_app(_config(copy))
    yield Demonstration(app, {Role(each["role"]): Account(**each | {"role": Role(each["role"])}) for each in accounts})
    with app.app_context():
        db.engine.dispose()


def _built(folder: Path) -> list[dict[str, str]]:
    """Build it in `folder`; its accounts."""
    made = make_demonstration(folder)
    with made.app.app_context():
        db.engine.dispose()
    return [asdict(account) for account in made.accounts.values()]


def attempt_of(client: FlaskClient) -> str:
    """Begin the open exam in this window, or take it over from another; the address of the attempt."""
    links = dict(crawl(client, per_endpoint=1))
    begun = links.get("sitting.attempt") or post(client, f"{links['sitting.door']}/start").location
    post(client, f"{begun}/take-over")
    return begun


def begin_something(client: FlaskClient, role: Role) -> None:
    """An exam begun, a file on its way with good rows and bad ones: their pages are pages too."""
    if role is Role.CADRE:
        attempt_of(client)
    sheets = {
        Role.EXAMINER: ("/bank/imports/", [["题干", "选项A", "选项B", "答案"], ["一", "甲", "乙", "A"], ["二", "", "", "E"]]),
        Role.TRAINING_MANAGER: ("/roster/", [["工号", "姓名", "部门"], ["X1", "甲", "无此所"]]),
    }  # fmt: skip
    if role in sheets:
        path, rows = sheets[role]
        fields = {"csrf_token": csrf(client), "subject": "", "pool": "", "kind": "people"}
        client.post(path, data=fields | {"file": (io.BytesIO(workbook(文件=rows)), "文件.xlsx")})
        run_waiting(client.application)
