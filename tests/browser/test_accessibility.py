"""axe-core finds no violation of WCAG 2.2 A and AA on any page, in either language, light and dark.

A page is looked at where it is built otherwise than every page before it: two pages of the same elements, with the same
classes, roles and states, differ in their words alone, of which axe only asks whether there are any. So the pages that
all roles share are looked at once in each view, and what lies around them once for each role.
"""

import threading
from collections import Counter
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask.testing import FlaskClient
from lxml import html
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from lms.accounts.policy import Role
from tests.crawl import crawl
from tests.demonstration import Demonstration, begin_something

#: one element of each other kind of answer is told: all are not sent through the pipe
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
#: language, colours and width of the window
VIEWS = {"zh-light-wide": ("zh-CN", "light", 1366), "en-dark-phone": ("en-US", "dark", 390)}
OPEN_TO_ALL = ("/sign-in", "/nowhere", "/verify/nothing")
#: attributes whose value is an address, a number or words: that there is one is enough
WORDS = frozenset({"action", "aria-describedby", "aria-label", "aria-labelledby", "alt", "content", "d", "for", "formaction",
                   "height", "href", "id", "name", "placeholder", "points", "src", "srcset", "style", "title", "transform", "value",
                   "viewbox", "width", "x", "x1", "x2", "y", "y1", "y2"})  # fmt: skip
Built = tuple[object, ...]


@pytest.fixture(scope="module")
def address(demonstration: Demonstration) -> Iterator[str]:
    """Where the demonstration is served."""
    server = make_server("127.0.0.1", 0, demonstration.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture(scope="module")
def seen() -> set[Built]:
    """How the pages were built that were looked at."""
    return set()


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


def built(element: html.HtmlElement) -> tuple[str, ...]:
    """Of what elements something is built, in their order: tags, attributes, and whether there are words."""
    return tuple(
        " ".join([
            str(each.tag),
            *(f"{name}={bool(value) if name in WORDS or name.startswith('data-') else value}" for name, value in sorted(each.attrib.items())),
            "words" if (each.text or "").strip() else "",
        ])
        for each in element.iter()
        if isinstance(each.tag, str)
    )  # fmt: skip


def new_pages(client: FlaskClient, view: str, seen: set[Built]) -> tuple[list[str], int]:
    """Pages that the client reaches and that are built as none in `seen` (they are added), and how many it reaches."""
    found, count = [], 0
    for _endpoint, path in crawl(client, per_endpoint=1):
        answer = client.get(path, follow_redirects=True)
        if answer.mimetype != "text/html":
            continue
        count += 1
        root = html.fromstring(answer.text)
        inner = next(root.iter("main"), root)
        within = built(inner)
        around = frozenset((Counter(built(root)) - Counter(within)).items())
        if not {(view, within), (view, around)} <= seen:
            found.append(path)
        seen |= {(view, within), (view, around)}
    return found, count


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
def test_every_page_of_a_role(
    demonstration: Demonstration, address: str, page: Page, role: Role, seen: set[Built], request: pytest.FixtureRequest
) -> None:
    """
    Every kind of page that a role reaches by links: no violation, and nothing scrolls sideways.
    """
    client = demonstration.client(role)
    begin_something(client, role)
    cookie = client.get_cookie(demonstration.app.extensions["accounts.cookie"])
    assert cookie is not None
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": address}])
    paths, count = new_pages(client, request.node.callspec.params["page"], seen)

    assert count > 5
    assert paths
    assert [one for path in paths for one in violations(page, path)] == []


def test_pages_that_need_no_sign_in(page: Page) -> None:
    """
    The door, what is not there, and a code that confirms nothing.
    """
    assert [one for path in OPEN_TO_ALL for one in violations(page, path)] == []
