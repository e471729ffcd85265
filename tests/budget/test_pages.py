"""No page takes more than twelve queries or 50 ms of CPU on the demonstration data, whoever opens it."""

import html
import re
import time
from collections import Counter
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient

from lms.accounts.policy import Role
from tests.demonstration import Demonstration
from tests.statements import statements

MOST_QUERIES = 12
MOST_CPU = 0.050
PER_ENDPOINT = 2
LINK = re.compile(r'<a\s[^>]*href="(/[^"#]*)')


@dataclass(frozen=True, slots=True)
class Visit:
    """One page as one role saw it: statements sent and seconds of CPU, the best of three."""

    role: Role
    endpoint: str
    path: str
    status: int
    queries: int
    cpu: float


def crawl(demonstration: Demonstration, role: Role) -> list[Visit]:
    """Every kind of page that `role` can reach by links from home, twice each at most."""
    client, app = demonstration.client(role), demonstration.app
    waiting, seen, counts, visits = ["/"], {"/"}, Counter[str](), list[Visit]()
    while waiting:
        path = waiting.pop(0)
        endpoint, _values = app.url_map.bind("localhost").match(path.partition("?")[0])
        if counts[endpoint] >= PER_ENDPOINT or endpoint in ("static", "courses.media"):
            continue
        counts[endpoint] += 1
        visit, text = measure(demonstration, client, role, endpoint, path)
        visits.append(visit)
        for link in LINK.findall(text):
            target = html.unescape(link)
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return visits


def measure(
    demonstration: Demonstration, client: FlaskClient, role: Role, endpoint: str, path: str
) -> tuple[Visit, str]:
    """Open a page once warm, then three times with the clock running."""
    client.get(path)
    best = 9.0
    with statements(demonstration.app) as sent:
        answer = client.get(path)
    for _ in range(3):
        start = time.process_time()
        client.get(path)
        best = min(best, time.process_time() - start)
    return Visit(
        role, endpoint, path, answer.status_code, len(sent), best
    ), answer.text if answer.is_json is False else ""


@pytest.mark.parametrize("role", list(Role))
def test_no_page_is_dear(demonstration: Demonstration, role: Role) -> None:
    """
    Every page a role reaches by links answers, within its budget of queries and CPU.
    """
    visits = crawl(demonstration, role)

    assert len(visits) > 5
    assert [visit for visit in visits if visit.status >= 400] == []
    assert [visit for visit in visits if visit.queries > MOST_QUERIES] == []
    assert [visit for visit in visits if visit.cpu > MOST_CPU] == []
