"""Learning elsewhere in the browser: claimed with evidence, confirmed, approved, and in the transcript."""

from contextlib import suppress
from pathlib import Path

from playwright.sync_api import expect

from lms.accounts import service
from lms.accounts.errors import AlreadyGranted
from lms.accounts.policy import Role
from lms.database import writing
from tests.browser.conftest import Enter, House
from tests.claims.test_claims import TRIP, picture


def test_a_claim_is_approved(house: House, enter: Enter, language: str, tmp_path: Path) -> None:
    """
    A cadre claims a trip with a picture of the certificate, the branch's manager confirms, one above approves; the hours
    stand in the transcript.
    """
    title, file = f"赴外地考察 {language}", tmp_path / "证书.png"
    file.write_bytes(picture())
    with house.app.app_context(), suppress(AlreadyGranted), writing() as session:  # both languages live in one house
        service.grant_role(session, house.cast.chen.id, Role.TRAINING_MANAGER, reason="测试", by=None)
    lin = enter(house.cast.lin)
    lin.goto("/claims/")
    lin.select_option("#channel", "trip")
    for name, value in (TRIP | {"title": title}).items():
        if name not in ("channel", "level"):
            lin.fill(f"#{name}", value)
    with lin.expect_navigation():
        lin.locator("form.form .actions button").click()
    claim = lin.url.rsplit("/", 1)[1]
    lin.locator("input[type=file]").set_input_files(file)
    with lin.expect_navigation():
        lin.locator("form[enctype] .actions button").click()
    for page, address, action in (
        (lin, f"/claims/{claim}", "submit"),
        (enter(house.cast.qian), f"/claim-desk/{claim}", "confirm"),
        (enter(house.cast.chen), f"/claim-desk/{claim}", "approve"),
    ):
        page.goto(address)
        page.locator(f"form[action*='/{action}'] button").first.click()
        with page.expect_navigation():
            page.locator("#confirm-dialog button[value=yes]").click()

    entry = lin.locator("tr", has_text=title)
    for _look in range(20):
        lin.goto("/transcripts/")
        if entry.count():
            break
        lin.wait_for_timeout(500)
    expect(entry).to_contain_text("15")
