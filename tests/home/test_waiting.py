"""What waits for those who manage others' learning, on their home page; each number is that of the list it opens."""

import re

from flask import Flask
from flask.testing import FlaskClient

from tests.academy import Academy
from tests.cast import Cast, sign_in
from tests.classes.school import School
from tests.conftest import TestClock
from tests.plans.academy import make_course, opened
from tests.statements import statements


def counted(client: FlaskClient) -> dict[str, int]:
    """Numbers of the home page by the address they lead to."""
    page = client.get("/").text
    return {
        address.replace("&amp;", "&"): int(number)
        for address, number in re.findall(r'<p><a href="([^"]+)">(\d+) [^<]*</a></p>', page)
    }


def test_home_says_what_waits(app: Flask, cast: Cast, academy: Academy, clock: TestClock) -> None:
    """
    A class that is over for its manager, its closing for whoever stands above, late people for both; nothing for a cadre.
    """
    school = School(app, cast)
    at, second = school.approved([cast.lin]), school.approved([cast.lin], name="第二个班")
    opened(app, school.qian, make_course(school.qian, [academy.unit]))
    clock.advance(days=40)
    school.enter()
    school.all_present(at)
    school.step(at, "propose")
    below, above = counted(school.qian), counted(school.feng)
    listed = [school.feng.get(address).text for address in above if address.startswith("/classes/")]
    with statements(app) as asked:
        school.qian.get("/")
    mere = counted(sign_in(app.test_client(), cast.wang))

    late = below["/my-unit/"]
    assert below == {"/my-unit/": late, "/classes/?state=over": 1}
    assert above == {"/my-unit/": late, "/classes/?state=over": 1, "/classes/?state=deciding": 1}
    assert late > 0
    assert [page.count("所长任职培训班") + page.count("第二个班") for page in listed] == [1, 1]
    assert second
    assert not mere
    assert len(asked) <= 12
