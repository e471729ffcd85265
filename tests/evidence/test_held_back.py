"""What was revoked by decision is not had again by asking; who answers for the retired sees what is issued about them."""

from datetime import date

from flask import Flask
from flask.testing import FlaskClient

from lms.accounts import service as accounts
from lms.database import reading, writing
from lms.evidence import queries
from lms.jobs import run_waiting
from tests.cast import Cast, post, sign_in
from tests.evidence.test_evidence import entry_of, issue, packed


def certificates(app: Flask, person: int) -> list[str]:
    """The codes of all certificates of somebody."""
    with app.app_context():
        documents = queries.documents_of(reading(), person)
        return [one.code for one in documents if one.kind == queries.CERTIFICATE]


def test_its_holder_does_not_get_another_one(app: Flask, cast: Cast, client: FlaskClient) -> None:
    """
    Neither by asking nor in a package, and the page says why; whoever may revoke issues it again, and then it holds.
    """
    code = issue(app, client, cast)
    qian = sign_in(app.test_client(), cast.qian)
    post(qian, f"/evidence/revoke/{code}", reason="替考查实")
    at = f"/evidence/people/{cast.lin.public_id}"
    asked = f"{at}/certificates/{entry_of(app, cast.lin.id)}"
    page, refused = client.get(at).text, post(client, asked)
    packed(app, client, cast)
    held = certificates(app, cast.lin.id)

    assert (refused.status_code, held) == (409, [code])
    assert asked not in page
    assert "已决定撤销" in page
    assert asked in qian.get(at).text
    again = post(qian, asked).location.rsplit("/", 1)[1]
    assert post(client, asked).location.endswith(again)
    assert set(certificates(app, cast.lin.id)) == {code, again}


def test_a_package_that_waits_is_not_made_twice(app: Flask, cast: Cast, client: FlaskClient) -> None:
    """
    A second press leads to the same work; once it is done another one can be had.
    """
    issue(app, client, cast)
    first, second = (post(client, f"/evidence/people/{cast.lin.public_id}/package").location for _press in range(2))
    run_waiting(app)
    later = post(client, f"/evidence/people/{cast.lin.public_id}/package").location

    assert first == second != later


def test_the_retired_are_still_answered_for(app: Flask, cast: Cast, client: FlaskClient) -> None:
    """
    The manager of the unit from which Lin retired opens the certificate and is told the whole by its code; another one is not.
    """
    code = issue(app, client, cast)
    with app.app_context(), writing() as session:
        accounts.retire_person(session, cast.lin.id, on=date(2026, 3, 1))
    seen = {}
    for who in ("qian", "wu"):
        browser = sign_in(app.test_client(), cast[who])
        told = cast.lin.staff_number in browser.get(f"/verify/{code}").text
        seen[who] = (browser.get(f"/evidence/certificates/{code}").status_code, told)

    assert seen == {"qian": (200, True), "wu": (404, False)}
