"""Proofs and packages: an independent library verifies them, and no byte of a package can be changed."""

import base64
import gzip
import io
import zipfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courseware.evidence import archive, keys, package, paper, proof, status
from courseware.evidence.canonical import canonical, read
from tests.courseware.evidence.signing import CREATED, PUBLIC, sign, verify

DOCUMENT: dict[str, Any] = {"@context": [status.V2], "name": "䶮𠮷", "credits": 1.5}
FILES = {"verify.html": b"<!doctype html>", "transcript.pdf": b"%PDF-1.7", "credentials/A-1.json": b""}


def signed(document: dict[str, Any]) -> dict[str, Any]:
    return proof.signed(document, created=CREATED, public=PUBLIC, sign=sign)


def a_package(head: dict[str, Any] | None = None) -> bytes:
    """A small one."""
    files = {**FILES, "credentials/A-1.json": canonical(signed(DOCUMENT))}
    named = {"number": "A", "issuer": {"id": keys.did(PUBLIC)}, "keys": [{"id": keys.did(PUBLIC)}]}
    return package.packed({**named, **(head or {})}, files, created=CREATED, public=PUBLIC, sign=sign)


#: Data Integrity EdDSA Cryptosuites v1.0, appendix B.3
STANDARD: dict[str, Any] = {
    "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential", "AlumniCredential"],
    "name": "Alumni Credential",
    "description": "A minimum viable example of an Alumni Credential.",
    "issuer": "https://vc.example/issuers/5678",
    "validFrom": "2023-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
}
VECTOR: dict[str, Any] = {
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-jcs-2022",
    "created": "2023-02-24T23:36:38Z",
    "verificationMethod": "did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2#z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2",
    "proofPurpose": "assertionMethod",
    "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
    "proofValue": "z2HnFSSPPBzR36zdDgK8PbEHeXbR56YF24jwMpt3R1eHXQzJDMWS93FCzpvJpwTWd3GAVFuUfjoJdcnTMuVor51aX",
}


def test_the_test_vector_of_the_standard_holds() -> None:
    """
    Its credential, signed by somebody else with its own software, as eddsa-jcs-2022.
    """
    assert proof.check(STANDARD, VECTOR, verify) == ""
    assert proof.check({**STANDARD, "name": "Alumnus"}, VECTOR, verify) == "forged"


def test_the_key_of_the_standard_is_written_as_it_shows() -> None:
    """
    Data Integrity EdDSA Cryptosuites v1.0, appendix B: the public key of its test vectors, both ways.
    """
    name = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
    public = keys.key_of(name)

    assert keys.key_name(public) == name
    assert keys.method(public) == f"did:key:{name}#{name}"
    assert keys.key_of_method(keys.method(public)) == public


@given(st.binary(max_size=70))
@settings(max_examples=60, deadline=None)
def test_base58_reads_back(data: bytes) -> None:
    """
    Leading zeros too.
    """
    assert keys.from_base58(keys.base58(data)) == data


@pytest.mark.parametrize(
    "name",
    ["", "z", "z0", "x6Mk", "did:key:z6Mk", "z" + "1" * 300, None, "z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc"],
)
def test_what_is_no_key_is_refused(name: object) -> None:
    """
    Other characters, other lengths, keys of another kind (the last is of X25519).
    """
    with pytest.raises(keys.NoKey):
        keys.key_of(name)


def test_a_proof_holds_for_its_document_alone() -> None:
    """
    By an independent library: any change of the document, of the proof or of the key is found.
    """
    whole = signed(DOCUMENT)
    held = whole["proof"]
    changed: list[tuple[dict[str, Any], object]] = [
        ({**whole, "name": "䶮"}, held), ({**whole, "more": 1}, held), (whole, {**held, "created": "2026-03-02T01:00:01Z"}),
        (whole, {**held, "verificationMethod": keys.method(bytes(range(1, 33)))}), (whole, {**held, "more": 1}),
        (whole, {**held, "@context": []}), (whole, {**held, "proofPurpose": "authentication"}),
        (whole, {**held, "proofValue": held["proofValue"][:-1]}), (whole, None), ({**whole, "name": "\ud800"}, held),
        (whole, {**held, "cryptosuite": "eddsa-rdfc-2022"}),
    ]  # fmt: skip

    assert proof.check(whole, held, verify) == ""
    assert [proof.check(document, one, verify) for document, one in changed] == [
        "forged", "forged", "forged", "forged", "forged", "forged", "malformed", "malformed", "unsupported", "malformed",
        "unsupported",
    ]  # fmt: skip


def test_a_package_is_a_zip_that_anybody_opens_and_holds() -> None:
    """
    Python's own reader finds every file whole; the verdict is good, and the files are the ones that went in.
    """
    data = a_package()
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        assert opened.testzip() is None
        assert opened.namelist() == ["manifest.json", *sorted(FILES)]
    verdict = package.verify(data, verify)

    assert verdict.holds
    assert verdict.files["transcript.pdf"] == FILES["transcript.pdf"]
    assert verdict.manifest["number"] == "A"


def test_no_byte_of_a_package_can_be_changed() -> None:
    """
    At every place of the file one bit, or all of them, turned; a byte taken away, doubled or added: never does it hold.
    """
    data = a_package()
    turned = (bytes([*data[:at], data[at] ^ mask, *data[at + 1 :]]) for at in range(len(data)) for mask in (1, 255))
    cut = (data[:at] + data[at + 1 :] for at in range(0, len(data), 7))
    doubled = (data[:at] + data[at : at + 1] + data[at:] for at in range(0, len(data), 7))
    holding = [
        one
        for some in (turned, cut, doubled, (data + b"\0", b"", data[:20]))
        for one in some
        if package.verify(one, verify).holds
    ]

    assert len(data) > 1500
    assert holding == []


def test_a_package_put_together_anew_is_found_out() -> None:
    """
    With another file, one more, one less, in another order, another number in the manifest, or a credential of somebody else.
    """
    files = archive.read(a_package())
    manifest = read(files["manifest.json"])
    other = canonical({**signed(DOCUMENT), "name": "别人"})
    cases = {
        "sum": {**files, "transcript.pdf": b"%PDF-1.6"},
        "list": {**files, "more.txt": b""},
        "proof": {**files, "manifest.json": canonical({**manifest, "number": "B"})},
        "manifest": {**files, "manifest.json": canonical(manifest) + b" "},
        "credential": {**files, "credentials/A-1.json": other},
        "zip": dict(reversed(files.items())),
    }
    found = {
        code: [fault[0] for fault in package.verify(archive.write(case), verify).faults] for code, case in cases.items()
    }

    assert {code for code, faults in found.items() if code not in faults} == set()


@pytest.mark.parametrize(
    "head",
    [
        {"issuer": {"id": "did:key:z6Mk"}},
        {"issuer": None},
        {"keys": []},
        {"keys": 5},
        {"keys": [{"id": "did:key:z6Mk"}]},
    ],
)
def test_a_key_that_the_package_does_not_name_signs_nothing(head: dict[str, Any]) -> None:
    """
    The issuer of a package is whose key signs it, and every key that signs in it is named.
    """
    assert ("key", "manifest.json") in package.verify(a_package(head), verify).faults


def test_the_words_in_the_code_of_a_paper() -> None:
    """
    They open with the key that sealed them, whatever address stands before them; changed, cut or by another key they do not.
    """
    facts = {"c": "ABCD", "n": "䶮𠮷", "t": "年度考试"}
    text = f"https://study.example/verify/ABCD#{paper.sealed(facts, public=PUBLIC, sign=sign)}"

    assert paper.opened(text, verify) == paper.Sealed(PUBLIC, facts)
    assert paper.opened(text[:-2] + ("AA" if text[-2:] != "AA" else "BB"), verify) is None
    assert [paper.opened(other, verify) for other in ("", "#e1.", text[:-40], text.replace("#e1.", "#e1.A"))] == [
        None
    ] * 4


@pytest.mark.parametrize("name", ["../x", "/x", "a//b", "", "文件", "a" * 101, "a b", "./x"])
def test_no_file_has_a_name_that_leads_elsewhere(name: str) -> None:
    """
    Names are ASCII and stay below the folder in which they are unpacked.
    """
    with pytest.raises(archive.BadZip):
        archive.write({name: b""})


@given(st.sets(st.integers(0, status.BITS - 1), max_size=9))
@settings(max_examples=25, deadline=None)
def test_a_list_of_bits_reads_back(places: set[int]) -> None:
    """
    By gzip of the standard library too: exactly the places that were set are set.
    """
    text = status.encoded(places)
    bits = gzip.decompress(base64.urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4)))

    assert len(bits) * 8 == status.BITS
    assert {at * 8 + bit for at, byte in enumerate(bits) if byte for bit in range(8) if byte & 0x80 >> bit} == places
    assert all(status.is_set(text, place) for place in places)
    assert not any(status.is_set(text, place) for place in {0, 77, status.BITS - 1} - places)


@pytest.mark.parametrize("text", ["", "z", "u", "u!!", "uAAAA", None, "u" + "A" * 2_000_000])
def test_what_is_no_list_of_bits_is_refused(text: object) -> None:
    """
    Nor is a place outside of one.
    """
    with pytest.raises(status.BadList):
        status.is_set(text, 0)
    with pytest.raises(status.BadList):
        status.is_set(status.encoded([]), status.BITS)
