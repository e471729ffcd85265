"""axe-core finds no violation of WCAG 2.2 A and AA on any page, in either language, light and dark."""

import threading
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from lms.accounts.policy import Role
from tests.crawl import crawl
from tests.demonstration import Demonstration, begin_something

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
#: language, colours and width of the window
VIEWS = {"zh-light-wide": ("zh-CN", "light", 1366), "en-dark-phone": ("en-US", "dark", 390)}
OPEN_TO_ALL = ("/sign-in", "/nowhere", "/verify/nothing")


@pytest.fixture(scope="module")
def address(demonstration: Demonstration) -> Iterator[str]:
    """Where the demonstration is served."""
    server = make_server("127.0.0.1", 0, demonstration.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture(params=sorted(VIEWS))
def page(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    """A window of one language, colour scheme and width."""
    locale, colours, width = VIEWS[request.param]
    context = browser.new_context(
        base_url=address,
        locale=locale,
        color_scheme="dark" if colours == "dark" else "light",
        viewport={"width": width, "height": 800},
        reduced_motion="reduce",
    )
    yield context.new_page()
    context.close()


def violations(page: Page, path: str) -> list[str]:
    """What axe says of a page: rule, and the first element that breaks it."""
    page.goto(path)
    answer = Axe().run(page, options=RULES).response
    assert len(answer["passes"]) > 5, f"axe looked at nothing on {path}"
    found = answer["violations"]
    sideways = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [f"{path} {one['id']}: {one['nodes'][0]['html'][:160]}" for one in found] + (
        [f"{path} scrolls sideways"] if sideways else []
    )


@pytest.mark.parametrize("role", list(Role))
def test_every_page_of_a_role(demonstration: Demonstration, address: str, page: Page, role: Role) -> None:
    """
    Every kind of page that a role reaches by links: no violation, and nothing scrolls sideways.
    """
    client = demonstration.client(role)
    begin_something(client, role)
    cookie = client.get_cookie(demonstration.app.extensions["accounts.cookie"])
    assert cookie is not None
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": address}])
    paths = [path for _endpoint, path in crawl(client, per_endpoint=1) if client.get(path).mimetype == "text/html"]

    assert len(paths) > 5
    assert [one for path in paths for one in violations(page, path)] == []


def test_pages_that_need_no_sign_in(page: Page) -> None:
    """
    The door, what is not there, and a code that confirms nothing.
    """
    assert [one for path in OPEN_TO_ALL for one in violations(page, path)] == []
