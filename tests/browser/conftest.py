"""A real server and a real browser: Debian's Chromium driven by Playwright.

Where no browser can be had these tests skip and say so; in CI (SHUYUAN_CI=1) they fail instead.
"""

import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from lms import migrate, server
from lms.accounts.queries import PersonRow
from lms.app import create_app
from lms.clock import system_clock
from lms.config import Config
from tests.academy import Academy, make_academy
from tests.cast import PASSWORD, Cast, make_cast
from tests.conftest import IN_CI, SECRET
from tests.exam_day import ExamDay, make_exam_day

ROOT = Path(__file__).parent.parent.parent
CHROMIUM = os.environ.get("LMS_CHROMIUM") or next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-quic",
    "--disable-component-update",
]
LANGUAGES = {"zh": "zh-CN", "en": "en-US"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@dataclass
class House:
    """A served installation and what is needed to look into it."""

    app: Flask
    config: Config
    cast: Cast
    exam_day: ExamDay
    academy: Academy
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where it is served."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start the production server and wait until it answers."""
        environ = os.environ | {
            "LMS_DATA": str(self.config.data),
            "LMS_SECRET_KEY": SECRET,
            "LMS_DATABASE_URL": self.config.database_url,
            "LMS_SECOND_FACTOR": "offered",
            "LMS_LOG_LEVEL": "WARNING",
            "PYTHONPATH": str(ROOT),
        }
        words = server.command(self.config, host="127.0.0.1", port=self.port)
        self.process = subprocess.Popen(words, env=environ, cwd=ROOT, start_new_session=True)
        wait_for(self.address + "/healthz")

    def kill(self) -> None:
        """kill -9 of the server and all its workers."""
        if self.process:
            os.killpg(self.process.pid, 9)
            self.process.wait()
            self.process = None


def wait_for(address: str, seconds: float = 30) -> None:
    """Until the address answers; fails after `seconds`."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except (OSError, urllib.error.URLError):
            time.sleep(0.1)
    pytest.fail(f"{address} did not answer within {seconds} s")


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def make_house(folder: Path, url: str = "") -> House:
    """A migrated installation with the cast and the exam day's bank, not served yet."""
    config = Config(data=folder, database_url=url, secret_key=SECRET, second_factor="offered", log_level="WARNING")
    migrate.upgrade(config)
    app = create_app(config)
    cast = make_cast(app)
    return House(app, config, cast, make_exam_day(app, cast, system_clock()), make_academy(app), free_port())


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One served installation for all browser tests of this process."""
    made = make_house(tmp_path_factory.mktemp("house"))
    made.start()
    yield made
    made.kill()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, or a skip that says why."""
    if CHROMIUM is None:
        if IN_CI:
            pytest.fail("CI must have a browser: install chromium")
        pytest.skip("no Chromium found: install the package chromium or set LMS_CHROMIUM")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(params=sorted(LANGUAGES))
def language(request: pytest.FixtureRequest) -> str:
    """Each journey is made in Chinese and in English, but for those that look at no words: they say in which."""
    return str(request.param)


Enter = Callable[..., Page]


@pytest.fixture
def enter(house: House, browser: Browser, language: str) -> Iterator[Enter]:
    """Sign somebody of the cast in, in a browser window of their own; gives the page."""
    contexts: list[BrowserContext] = []

    def sign_in(person: PersonRow, *, width: int = 1366, height: int = 768, touch: bool = False) -> Page:
        context = browser.new_context(
            locale=LANGUAGES[language],
            viewport={"width": width, "height": height},
            has_touch=touch,
            base_url=house.address,
        )
        contexts.append(context)
        page = context.new_page()
        page.goto("/sign-in")
        page.fill("input[name=staff_number]", person.staff_number)
        page.fill("input[name=password]", PASSWORD)
        page.click("main form button[type=submit]")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    yield sign_in
    for context in contexts:
        context.close()
