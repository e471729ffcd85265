"""The rights matrix: every route against every role, with the true thing behind the address (S4)."""

from pathlib import Path

import pytest

from tests.security.house import TO_SIGN_IN, House, Row, matrix

ROWS = matrix()
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
LEAST_ROUTES = 80


def test_the_matrix_has_exactly_the_routes(house: House) -> None:
    """
    A route without a row fails, and so does a row without a route.
    """
    routes = {
        f"{method} {rule.endpoint}"
        for rule in house.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }

    assert sorted(routes - {row.name for row in ROWS}) == []
    assert sorted({row.name for row in ROWS} - routes) == []
    assert len(routes) > LEAST_ROUTES


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_an_address_belongs_to_its_route(house: House, row: Row) -> None:
    """
    What a row asks for is answered by the endpoint it names.
    """
    path = house.address(row).partition("?")[0]
    endpoint, _values = house.app.url_map.bind("localhost").match(path, method=row.method)

    assert endpoint == row.endpoint


def answered(house: House, row: Row, who: str) -> int:
    """The status `who` gets; TO_SIGN_IN for the way to the page of signing in."""
    answer = house.ask(row, house.client(who))
    led = answer.status_code in (302, 303) and answer.location.startswith("/sign-in?")
    return TO_SIGN_IN if (led or answer.location == "/sign-in") and who not in row.let_in else answer.status_code


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_who_may_call_it(built: tuple[House, Path], house: House, row: Row) -> None:
    """
    Everybody gets the status of their cell; who is refused changes nothing.
    """
    before = house.state()
    refused = {who: answered(house, row, who) for who in row.statuses if who not in row.let_in}
    after = house.state()
    found = {}
    for who in row.let_in:
        if row.method in UNSAFE:
            house.back(built[1])
        found[who] = answered(house, row, who)

    assert refused | found == dict(row.statuses)
    assert after == before
