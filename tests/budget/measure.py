"""What pages cost: statements sent and CPU, on the demonstration."""

from dataclasses import dataclass

from flask.testing import FlaskClient

from lms.accounts.policy import Role
from tests import pace
from tests.crawl import crawl
from tests.demonstration import Demonstration, begin_something
from tests.statements import statements

MOST_QUERIES = 12
MOST_CPU = 0.050
PER_ENDPOINT = 2
RUNS = 3


@dataclass(frozen=True, slots=True)
class Visit:
    """One page as one role saw it: statements sent and seconds of CPU."""

    role: Role
    endpoint: str
    path: str
    status: int
    queries: int
    cpu: float


def visits(demonstration: Demonstration, role: Role, *, allowed: float = 0.0) -> list[Visit]:
    """Every kind of page that `role` reaches by links, twice each at most."""
    client = demonstration.client(role)
    begin_something(client, role)
    return [
        measured(demonstration, client, role, endpoint, path, allowed)
        for endpoint, path in crawl(client, per_endpoint=PER_ENDPOINT)
    ]


def measured(
    demonstration: Demonstration, client: FlaskClient, role: Role, endpoint: str, path: str, allowed: float
) -> Visit:
    """Open a page once warm, then with the clock running: the best of some times, or the first that takes no more seconds
    than `allowed`.
    """
    client.get(path)
    best = 9.0
    with statements(demonstration.app) as sent:
        answer = client.get(path)
    for _ in range(RUNS):
        if best <= allowed:
            break
        with pace.spent_cpu(allowed) as spent:
            client.get(path)
        best = min(best, spent.seconds)
    return Visit(role, endpoint, path, answer.status_code, len(sent), best)
