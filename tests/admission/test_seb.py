"""Safe Exam Browser: the Config Key of a configuration and the proof of a key."""

import gzip
import hashlib
import json
import os
from pathlib import Path
from time import perf_counter

import pytest

from lms.admission import seb
from question_bank.errors import UnreadableFile

CORPORA = Path(os.environ.get("SHUYUAN_CORPORA", Path(__file__).parents[3] / "shared" / "corpora")) / "seb"
HEAD = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" '
    b'"http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n'
)
KEY = "0f" * 32
PAGE = "https://study.example/sitting/exam/AbC/start"


def plist(inner: str, *, head: bytes = HEAD) -> bytes:
    """A configuration with these settings."""
    return head + f'<plist version="1.0"><dict>{inner}</dict></plist>'.encode()


def reason(data: bytes) -> str:
    """Why it is not read."""
    with pytest.raises(UnreadableFile) as caught:
        seb.config_key(data)
    return str(caught.value.facts["reason"])


def test_the_normal_form() -> None:
    """
    Keys in order without regard to case, the lower case first where they differ in it alone; no white space, nothing
    escaped, numbers as the browser writes them; no originatorVersion and no empty dictionary.
    """
    inner = (
        '<key>originatorVersion</key><string>SEB_Win_3</string><key>b</key><string>a\\b "c" 甲 &amp;</string>'
        "<key>B</key><true/><key>A</key><false/><key>aa</key><real>3.0</real><key>Ab</key><integer>007</integer>"
        "<key>d</key><data> AQ\n ID </data><key>c</key><date>1940-10-09T22:13:56Z</date><key>none</key><dict/>"
        "<key>E</key><array><dict><key>z</key><string/><key>Y</key><array/></dict><integer>-1</integer></array>"
    )
    expected = (
        '{"A":false,"aa":3,"Ab":7,"b":"a\\b "c" 甲 &","B":true,"c":"1940-10-09T22:13:56Z","d":"AQID",'
        '"E":[{"Y":[],"z":""},-1]}'
    )

    assert seb.normal_form(plist(inner)) == expected
    assert seb.config_key(plist(inner)) == hashlib.sha256(expected.encode()).hexdigest()


def test_where_the_file_is_from_makes_no_difference() -> None:
    """
    With or without a declaration, a mark of the encoding, a package around it, a package within: the same key.
    """
    inner = "<key>allowQuit</key><true/>"
    plain = plist(inner)
    ways = [
        plain, b"\xef\xbb\xbf" + plain, plist(inner, head=b""), gzip.compress(plain),
        gzip.compress(b"plnd" + gzip.compress(plain)), b"plnd" + gzip.compress(plain), gzip.compress(b"plnd" + plain),
        plist(inner + "<key>originatorVersion</key><string>x</string>"),
    ]  # fmt: skip

    assert {seb.config_key(way) for way in ways} == {hashlib.sha256(b'{"allowQuit":true}').hexdigest()}


@pytest.mark.parametrize("kind", [b"pswd", b"pwcc", b"pkhs", b"phsk"])
def test_an_encrypted_configuration_is_named(kind: bytes) -> None:
    """
    Nobody wonders why the key does not fit: what is encrypted is refused as that, packed or not.
    """
    assert reason(kind + os.urandom(64)) == "encrypted"
    assert reason(gzip.compress(kind + os.urandom(64))) == "encrypted"


def test_what_is_no_configuration() -> None:
    """
    Another list, a key without a value, a key twice, a value of no kind or with another in it: refused.
    """
    for inner in (
        "<key>a</key>", "<true/><key>a</key>", "<key>a</key><true/><key>a</key><false/>", "<key>a</key><blob/>",
        "<key>a</key><integer>x</integer>", "<key>a</key><integer>1.5</integer>", "<key>a</key><real>nan</real>",
        "<key>a</key><real>1e999</real>", "<key>a</key><string>x<true/></string>",
    ):  # fmt: skip
        assert reason(plist(inner)) == "not_seb", inner
    assert reason(b"<plist><array/></plist>") == "not_seb"
    assert reason(b"<html/>") == "not_seb"
    assert reason(b"") == "empty"
    assert reason(b"\x89PNG\r\n") == "xml_damaged"
    assert reason(gzip.compress(plist(""))[:-9]) == "not_seb"
    assert reason(b"\x1f\x8bno package") == "not_seb"


def test_a_hostile_configuration_is_refused_quickly() -> None:
    """
    Entities, files of the server, a package of zeros without end and a bottomless nesting cost nothing.
    """
    entities = b'<!DOCTYPE plist [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    files = b'<!DOCTYPE plist [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    inner = "<key>a</key><string>&a;</string>"
    both = HEAD.rstrip(b">\n") + b' [<!ENTITY a "x"><!ENTITY b "y">]>'
    began = perf_counter()

    for head in (entities, files, both):
        assert reason(plist(inner, head=head)) == "xml_doctype"
    assert reason(gzip.compress(bytes(200 * 1024 * 1024), 1)) == "too_large"
    assert reason(b"plnd" + gzip.compress(gzip.compress(bytes(200 * 1024 * 1024), 1), 1)) == "xml_damaged"
    assert reason(bytes(seb.MAX_BYTES + 1)) == "too_large"
    assert reason(plist("<key>a</key>" + "<array>" * 5000 + "</array>" * 5000)) in {"xml_deep", "xml_damaged"}
    assert perf_counter() - began < 10


def test_the_proof_is_for_one_address() -> None:
    """
    The SHA-256 of the address and the key; another page, host, scheme or query is another proof, a fragment is not.
    """
    proof = hashlib.sha256((PAGE + KEY).encode()).hexdigest()
    others = ["ab" * 32, KEY]

    assert seb.proves(proof, PAGE, others)
    assert seb.proves(proof.upper(), PAGE, others)
    assert seb.proves(proof, PAGE + "#question", others)
    for wrong in (
        PAGE + "/", PAGE + "?a=1", PAGE.replace("https", "http"), PAGE.replace("example", "example:443"),
        PAGE.replace("AbC", "abc"), "",
    ):  # fmt: skip
        assert not seb.proves(proof, wrong, others)
    assert not seb.proves(proof, PAGE, ["ab" * 32])
    assert not seb.proves(proof, PAGE, [])
    assert not seb.proves(KEY, PAGE, others)  # the key itself proves nothing
    for nothing in ("", "x" * 64, "证" * 64):
        assert not seb.proves(nothing, PAGE, others)


def test_keys_are_read_as_they_are_pasted() -> None:
    """
    With spaces around and in capitals; anything that is no SHA-256 is none.
    """
    assert seb.read_key(f"  {KEY.upper()}\n") == KEY
    for wrong in ("", KEY[:-1], KEY + "0", "g" * 64, KEY + "\n" + KEY):
        assert seb.read_key(wrong) is None


@pytest.mark.corpora
def test_keys_of_configurations_that_the_browser_made() -> None:
    """
    S15: every vector of the reference data: Config Keys, the whole normal form, numbers; every configuration that is not
    encrypted has a key, every one that is says so.
    """
    if not CORPORA.is_dir():
        pytest.skip("no configurations: set SHUYUAN_CORPORA")
    expected = json.loads((CORPORA / "EXPECTED.json").read_text(encoding="utf-8"))
    for name, key in expected["config_key_sha256"].items():
        data = plist("") if name.startswith("empty") else (CORPORA / name).read_bytes()
        assert seb.config_key(data) == key, name
    written = (CORPORA / expected["canonical_json_of_mac_001"]).read_text(encoding="utf-8").strip()
    assert seb.normal_form((CORPORA / "moodle-seb" / "unencrypted_mac_001.seb").read_bytes()) == written
    numbers = next(value for name, value in expected.items() if name.startswith("doubles"))
    sums = {"0.1+0.2": 0.1 + 0.2, "1/3": 1 / 3}
    assert {text: seb.real(repr(sums.get(text, text)).strip("'")) for text in numbers} == numbers
    met = 0
    for path in sorted(path for path in CORPORA.rglob("*") if path.suffix in {".seb", ".xml"}):
        met += 1
        if path.name.startswith("encrypted"):
            assert reason(path.read_bytes()) == "encrypted"
        else:
            assert seb.config_key(path.read_bytes()) == seb.config_key(gzip.compress(path.read_bytes())), path.name
    assert met >= 6
