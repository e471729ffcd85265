"""The pictures of the documentation, taken from the demonstration: `python -m tests.browser.pictures`."""

import tempfile
import threading
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from lms.accounts.policy import Role
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.crawl import crawl
from tests.demonstration import Demonstration, make_demonstration

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
WIDE, PHONE = (1280, 800), (390, 844)
#: name -> role, kind of page, language, window, colours
PICTURES: dict[str, tuple[Role, str, str, tuple[int, int], str]] = {
    "home-zh": (Role.CADRE, "home.index", "zh-CN", WIDE, "light"),
    "home-phone": (Role.CADRE, "home.index", "zh-CN", PHONE, "light"),
    "courses-zh": (Role.CADRE, "courses.index", "zh-CN", WIDE, "light"),
    "unit-page-zh": (Role.CADRE, "courses.page", "zh-CN", WIDE, "light"),
    "library-zh": (Role.CADRE, "library.index", "zh-CN", WIDE, "light"),
    "transcript-en": (Role.CADRE, "transcripts.index", "en-US", WIDE, "light"),
    "result-zh": (Role.CADRE, "sitting.result", "zh-CN", WIDE, "light"),
    "question-en": (Role.EXAMINER, "bank.item", "en-US", WIDE, "light"),
    "exam-desk-dark": (Role.EXAMINER, "exams.show", "zh-CN", WIDE, "dark"),
}


def main() -> None:
    """Build the demonstration, serve it, take every picture, and one of an exam being sat."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        demonstration = make_demonstration(Path(folder))
        server = make_server("127.0.0.1", 0, demonstration.app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            for name, (role, endpoint, language, size, colours) in PICTURES.items():
                page = _window(browser, demonstration, address, role, language, size, colours)
                page.goto(_path(demonstration, role, endpoint))
                _take(page, name)
            _exam(_window(browser, demonstration, address, Role.CADRE, "zh-CN", WIDE, "light"))
            browser.close()
        server.shutdown()


def _window(
    browser: Browser,
    demonstration: Demonstration,
    address: str,
    role: Role,
    language: str,
    size: tuple[int, int],
    colours: str,
) -> Page:
    context = browser.new_context(
        base_url=address,
        locale=language,
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if colours == "dark" else "light",
        reduced_motion="reduce",
    )
    cookie = demonstration.client(role).get_cookie(demonstration.app.extensions["accounts.cookie"])
    if cookie is None:
        raise RuntimeError(f"{role} could not sign in")
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": address}])
    return context.new_page()


def _path(demonstration: Demonstration, role: Role, endpoint: str) -> str:
    """The last page of that kind that the role reaches: it holds more than the first."""
    paths = [path for kind, path in crawl(demonstration.client(role), per_endpoint=2) if kind == endpoint]
    return paths[0]


def _exam(page: Page) -> None:
    """Begin the exam that is open and answer some questions."""
    page.goto("/sitting/")
    page.locator('a[href^="/sitting/exam/"]').first.click()
    page.locator("main form button").click()
    page.wait_for_selector("html[data-player=ready]")
    for slot in (1, 2, 3, 5, 8):
        page.locator(f"#q-{slot} .option").nth(slot % 3).click()
    page.locator("#q-4 [data-flag]").click()
    page.wait_for_timeout(1500)
    page.evaluate("scrollTo(0, 0)")
    _take(page, "exam-zh")


def _take(page: Page, name: str) -> None:
    page.wait_for_timeout(300)
    page.screenshot(path=FOLDER / f"{name}.png")


if __name__ == "__main__":
    main()
