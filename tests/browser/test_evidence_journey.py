"""The verifier of a package in a real browser with the network off: what holds, and that no byte may be changed."""

import json
import secrets
from pathlib import Path
from typing import Any

from nacl.signing import SigningKey
from playwright.sync_api import Browser, Page, expect

from courseware.evidence import chain, keys, package, status
from courseware.evidence.canonical import canonical
from courseware.evidence.paper import sealed
from courseware.evidence.proof import signed
from lms.database import writing
from lms.evidence import verifier
from lms.transcripts import service as transcripts
from tests.browser.conftest import Enter, House
from tests.courseware.evidence.signing import CREATED, PUBLIC, sign

RECORD = {"people": [{
    "name": "林晓䶮", "staffNumber": "T1001", "unit": "朝阳门所", "hours": "1.5", "entries": [{
        "kind": "exam", "title": "年度考试", "happenedAt": CREATED, "unit": "朝阳门所", "hours": "0", "score": "81.5",
        "maximum": "100", "passed": True, "earlier": [],
    }],
}]}  # fmt: skip


def a_package() -> bytes:
    """One with the real verifier and a PDF's worth of bytes."""
    head = {
        "number": "ABCD",
        "issued": CREATED,
        "issuer": {"id": keys.did(PUBLIC), "name": "局机关"},
        "keys": [{"id": keys.did(PUBLIC), "from": CREATED}],
    }
    record = canonical(signed(RECORD, created=CREATED, public=PUBLIC, sign=sign))
    files = {"verify.html": verifier.page(), "transcript.pdf": secrets.token_bytes(20_000), "evidence.json": record}
    return package.packed(head, files, created=CREATED, public=PUBLIC, sign=sign)


def choose(page: Page, data: bytes) -> str | None:
    """Give the page a package; its verdict."""
    page.evaluate("document.getElementById('result').replaceChildren()")
    page.locator("#files").set_input_files({"name": "evidence.zip", "mimeType": "application/zip", "buffer": data})
    expect(page.locator("#result [data-verdict]").first).to_be_visible()
    return page.locator("#result [data-verdict]").first.get_attribute("data-verdict")


def test_a_package_is_verified_offline(browser: Browser, tmp_path: Path) -> None:
    """
    Opened from the disk, no network: the package holds, its key and lines are shown; with one byte changed anywhere it does not; the
    code of a paper holds, and changed it does not. On a narrow screen nothing sticks out.
    """
    (tmp_path / "verify.html").write_bytes(verifier.page())
    context = browser.new_context(offline=True, viewport={"width": 390, "height": 844})
    page, data = context.new_page(), a_package()
    page.goto((tmp_path / "verify.html").as_uri())

    assert choose(page, data) == "good"
    expect(page.locator("#result")).to_contain_text(keys.fingerprint(PUBLIC))
    expect(page.locator("#result")).to_contain_text("林晓䶮")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for _ in range(36):
        at = secrets.randbelow(len(data))
        changed = bytes([*data[:at], data[at] ^ (1 + secrets.randbelow(255)), *data[at + 1 :]])
        assert choose(page, changed) == "bad", at
    text = "https://study.example/verify/ABCD#" + sealed({"c": "ABCD", "n": "林晓䶮"}, public=PUBLIC, sign=sign)
    for words, verdict in ((text, "good"), (text[:-1] + ("A" if text[-1] != "A" else "Q"), "bad")):
        page.locator("summary").click() if page.locator("details[open]").count() == 0 else None
        page.locator("#scanned").fill(words)
        page.locator("#check-paper").click()
        expect(page.locator(f'#result [data-verdict="{verdict}"]')).to_be_visible()
    context.close()


LIST = "https://study.example/evidence/status/1"
NEWER = SigningKey(bytes([7]) * 32)
NEWER_PUBLIC = bytes(NEWER.verify_key)


def listed(revoked: list[int], *, newer: bool = False) -> dict[str, Any]:
    """The list of revocations, signed by the key of the package or by a newer one."""
    public = NEWER_PUBLIC if newer else PUBLIC
    unsigned = status.list_credential(LIST, keys.did(public), revoked, valid_from=CREATED)
    by = (lambda message: NEWER.sign(message).signature) if newer else sign
    return signed(unsigned, created=CREATED, public=public, sign=by)


def of_several() -> bytes:
    """A package about two people, whose place in the list of revocations is the seventh."""
    second = {**RECORD["people"][0], "name": "王𠮷", "staffNumber": "T1002"}
    record = canonical(signed({"people": [*RECORD["people"], second]}, created=CREATED, public=PUBLIC, sign=sign))
    head = {
        "number": "EFGH", "issued": CREATED, "issuer": {"id": keys.did(PUBLIC), "name": "局机关"},
        "keys": [{"id": keys.did(PUBLIC), "from": CREATED, "vouched": None}], "credentialStatus": status.entry(LIST, 7),
    }  # fmt: skip
    return package.packed(head, {"evidence.json": record}, created=CREATED, public=PUBLIC, sign=sign)


def test_several_people_lists_and_a_newer_key_offline(browser: Browser, tmp_path: Path) -> None:
    """
    Each person of a package is chosen by name. A list beside it says what is revoked as of its day; changed it is no list. One that a
    newer key signed is doubted, unless keys.json brings the statement by which the package's own key vouches for that key; a thief's
    statement does not.
    """
    (tmp_path / "verify.html").write_bytes(verifier.page())
    context = browser.new_context(offline=True, viewport={"width": 390, "height": 844})
    page, data = context.new_page(), of_several()
    page.goto((tmp_path / "verify.html").as_uri())
    said = chain.statement(NEWER_PUBLIC, PUBLIC, since=CREATED, sign=sign)
    forged = {**said, "from": "2027-01-01T00:00:00Z"}
    cases: tuple[tuple[list[Any], list[str]], ...] = (
        ([listed([8])], ["good", "good"]),
        ([listed([7, 9])], ["good", "bad"]),
        ([{**listed([7]), "validFrom": "2027-01-01T00:00:00Z"}], ["good", "bad"]),
        ([listed([8], newer=True)], ["good", "warn", "good"]),
        ([listed([8], newer=True), {"keys": [{"vouched": said}]}], ["good", "good", "good"]),
        ([listed([8], newer=True), {"keys": [{"vouched": forged}]}], ["good", "warn", "good"]),
    )

    for beside, verdicts in cases:
        page.evaluate("document.getElementById('result').replaceChildren()")
        page.locator("#files").set_input_files([
            {"name": "evidence.zip", "mimeType": "application/zip", "buffer": data},
            *({"name": f"{number}.json", "mimeType": "application/json", "buffer": json.dumps(one).encode()}
              for number, one in enumerate(beside)),
        ])  # fmt: skip
        expect(page.locator("#result [data-verdict]")).to_have_count(len(verdicts))
        found = page.locator("#result [data-verdict]").evaluate_all("all => all.map((one) => one.dataset.verdict)")
        assert found == verdicts
    expect(page.locator("#result")).not_to_contain_text("T1002 ·")
    page.locator("#person").select_option(index=1)
    expect(page.locator("#result")).to_contain_text("T1002 ·")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


#: RFC 8032, 7.1: public key, message and signature of the first three tests
RFC_8032 = (
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
)


def test_the_verifiers_signatures_are_those_of_the_standard(browser: Browser) -> None:
    """What RFC 8032 says is right is right, and with any one bit of message, key or signature changed it is not."""
    page = browser.new_page()
    for name in ("bytes.js", "curve.js"):
        page.add_script_tag(content=(verifier.FOLDER / name).read_text(encoding="utf-8"))
    ask = """([key, message, signature]) => {
      const bytes = (text) => Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
      return ed25519(bytes(key), bytes(message), bytes(signature));
    }"""
    for case in RFC_8032:
        assert page.evaluate(ask, list(case)) is True
        for place, text in enumerate(case):
            if text:
                wrong = f"{int(text[:2], 16) ^ 1:02x}{text[2:]}"
                assert page.evaluate(ask, [*case[:place], wrong, *case[place + 1 :]]) is False, (case[0], place)
    page.close()


def test_a_stranger_with_a_phone_checks_a_certificate(
    house: House, enter: Enter, browser: Browser, language: str
) -> None:
    """
    Lin has a certificate of an exam; somebody without an account opens the address of its code on a phone: it holds, her staff
    number is masked. The manager revokes it: the phone says so with the day, and neither her name nor the reason.
    """
    lin, title = house.cast.lin, f"执法资格考试 {language}"
    with house.app.app_context(), writing() as session:
        transcripts.enter(session, [{
            "person_id": lin.id, "kind": "exam", "source": f"stranger-{language}", "revision": 1, "title": title,
            "title_en": None, "subject": None, "hours": "0", "score": "88", "maximum": "100", "passed": True,
            "happened_at": CREATED,
        }])  # fmt: skip
    own = enter(lin)
    own.goto(f"/evidence/people/{lin.public_id}")
    row = own.locator("li", has_text=title)
    with own.expect_navigation():
        row.locator("button").click()
    code = own.url.rsplit("/", 1)[1]
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    phone = context.new_page()
    phone.goto(f"{house.address}/verify/{code}")

    expect(phone.locator("main")).to_contain_text(title)
    expect(phone.locator("main")).to_contain_text(lin.name)
    expect(phone.locator("main")).not_to_contain_text(lin.staff_number)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    manager = enter(house.cast.qian)
    manager.goto(f"/evidence/revoke/{code}")
    manager.fill("#reason", "成绩有误，另行处理")
    with manager.expect_navigation():
        manager.locator("main form button").click()
    phone.reload()
    expect(phone.locator("main")).not_to_contain_text(lin.name)
    expect(phone.locator("main")).not_to_contain_text("成绩有误")
    expect(phone.locator("main [role=alert], main .alert").first).to_be_visible()
    context.close()
