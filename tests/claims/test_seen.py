"""What is decided on is what was read, and what counts is what was approved."""

from decimal import Decimal

import pytest
from flask import Flask

from courseware.facts import Facts
from lms.database import reading
from lms.jobs import run_waiting
from lms.transcripts import queries as transcripts
from tests.cast import Cast, post, sign_in
from tests.claims.test_claims import TRIP, hours, submitted, top


def address(page: str, end: str) -> str:
    """The address of the form on a page that ends like this, whatever it asks behind a question mark."""
    return next(part for part in page.split('"') if part.split("?")[0].endswith(end))


def minutes(app: Flask, cast: Cast) -> list[int | None]:
    """The length that each entry of Lin's transcript says."""
    run_waiting(app)
    with app.app_context():
        rows = transcripts.all_entries(reading(), cast.lin.id)
        return [Facts.from_record(row.facts).minutes if row.facts else None for row in rows]


def test_a_claim_that_was_changed_meanwhile_is_not_confirmed_unread(app: Flask, cast: Cast) -> None:
    """
    Qian reads a claim; Zheng sends it back, Lin changes it and submits again: what Qian presses decides nothing, the page that she
    loads again does. The same for Zheng's approval.
    """
    claim, near, above = submitted(app, cast), sign_in(app.test_client(), cast.qian), top(app, cast)
    desk, lin = f"/claim-desk/{claim}", sign_in(app.test_client(), cast.lin)
    seen = address(near.get(desk).text, "/confirm")
    post(above, f"{desk}/no/return", reason="补日程")
    post(lin, f"/claims/{claim}", **TRIP | {"title": "另一件事", "hours": "900"})
    post(lin, f"/claims/{claim}/submit")
    told = near.get(post(near, seen).location).text
    assert "该申报已有新进展" in told
    post(near, address(near.get(desk).text, "/confirm"))
    approval = address(above.get(desk).text, "/approve")
    post(above, f"{desk}/no/return", reason="再补")
    post(lin, f"/claims/{claim}", **TRIP | {"title": "第三件事"})
    post(lin, f"/claims/{claim}/submit")
    post(near, address(near.get(desk).text, "/confirm"))
    post(above, approval, hours="900")
    assert hours(app, cast) == []
    post(above, address(above.get(desk).text, "/approve"), hours="15")
    assert hours(app, cast) == [(Decimal(15), 1, True)]


@pytest.mark.parametrize(("said", "approved", "counts"), [("900", "2", 90), ("90", "10", 90), ("", "2", None)])
def test_rules_count_no_more_than_was_approved(
    app: Flask, cast: Cast, said: str, approved: str, counts: int | None
) -> None:
    """
    A length of 900 minutes of which 2 hours are approved is one of 90 for the rules of hours, and less after a correction; a length
    that is shorter than the hours stays, one that nobody said is not made up.
    """
    claim, above = submitted(app, cast, minutes=said), top(app, cast)
    post(sign_in(app.test_client(), cast.qian), f"/claim-desk/{claim}/confirm")
    post(above, f"/claim-desk/{claim}/approve", hours=approved)
    assert minutes(app, cast) == [counts]
    post(above, f"/claim-desk/{claim}/correct", hours="1", reason="只算一学时")
    assert minutes(app, cast) == [None if counts is None else 45]


def test_no_more_minutes_than_the_days_have(app: Flask, cast: Cast) -> None:
    """
    Three days have 4320 minutes.
    """
    lin = sign_in(app.test_client(), cast.lin)

    assert post(lin, "/claims/", **TRIP | {"minutes": "4320"}).status_code == 303
    refused = post(lin, "/claims/", **TRIP | {"minutes": "4321"})
    assert refused.status_code == 422
    assert "分钟数多于" in refused.text


def test_a_title_is_what_it_looks_like(app: Flask, cast: Cast) -> None:
    """
    Marks of direction and characters without width do not come into a title, which stands on papers and in lists.
    """
    lin = sign_in(app.test_client(), cast.lin)
    claim = post(lin, "/claims/", **TRIP | {"title": "考察\u202e时学\u200b五\u2066十\u0007"}).location

    assert "考察时学五十" in lin.get(claim).text
