"""The form of credentials: held against the cases of W3C and 1EdTech, and what we issue ourselves."""

import csv
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from courseware.evidence import status
from courseware.evidence.structure import Fault, examine, moment

CORPORA = Path(os.environ.get("SHUYUAN_CORPORA", Path(__file__).parents[4] / "shared" / "corpora"))
W3C, EDTECH = CORPORA / "credentials" / "w3c-vc-2.0-inputs", CORPORA / "credentials" / "1edtech-validator-vc"
NOW = datetime(2026, 11, 30, tzinfo=UTC)
corpora = pytest.mark.corpora

#: cases of 1EdTech that say nothing of the form of a credential: the first words of the name, and why
ELSEWHERE = {
    "ob20/": "Open Badges 2.0: another format, which is not issued and not read here",
    "ob30/simple-jwt": "a credential in a JWT within a picture, signed by RSA: only proofs in the credential are read",
    "ob30/velocity.jwt": "a credential in a JWT, signed by RSA",
    "ob30/credential-status-revoked.json": "revoked by a list that only the network knows",
    "ob30/simple-err-proof-value.json": "a signature over RDF (eddsa-rdfc-2022): needs contexts from the network; test_proof "
    "shows that such a proof is never called good",
}


def load(path: Path) -> Any:
    """A case, the words of W3C's runner for moments replaced as it does."""
    text = path.read_text(encoding="utf-8")
    return json.loads(text.replace("PAST DATE", "2020-01-01T00:00:00Z").replace("FUTURE DATE", "2096-01-01T00:00:00Z"))


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.json")) if folder.is_dir() else []


def demand(folder: Path) -> None:
    if not folder.is_dir():
        pytest.skip("no corpora: set SHUYUAN_CORPORA")


@corpora
def test_the_inputs_of_w3c_are_judged_as_their_names_say() -> None:
    """
    They are given to an issuer, so that issuer and proof may be missing: those that end in -ok have no fault, those in
    -fail have one. (One that may be refused or mended is refused; one without a verdict in its name is right.)
    """
    demand(W3C)
    verdicts = {name: not examine(load(W3C / name), now=NOW, draft=True) for name in names(W3C)}
    wrong = {name: good for name, good in verdicts.items() if good == ("-fail" in name)}

    assert len(verdicts) == 63
    assert wrong == {}


@corpora
def test_the_cases_of_1edtech_are_judged_as_its_validator_does() -> None:
    """
    Every case of Open Badges 3.0 about the form of a credential has the verdict that the table of 1EdTech gives; those that are
    about something else are named above, with the reason.
    """
    demand(EDTECH)
    with (CORPORA / "credentials" / "EXPECTED_1edtech.tsv").open(encoding="utf-8") as file:
        expected = {row[0]: row[1] == "true" for row in list(csv.reader(file, delimiter="\t"))[1:]}
    judged = {name: good for name, good in expected.items() if not name.startswith(tuple(ELSEWHERE))}
    found = {name: examine(load(EDTECH / name), now=NOW) for name in judged}

    assert {name: faults for name, faults in found.items() if bool(faults) == judged[name]} == {}
    assert len(judged) == 24


@corpora
def test_a_list_of_bits_of_1edtech_is_read() -> None:
    """
    Place 23 of it is set, as the name of the case that points there says (its table counts that case as valid: its flag is
    only of the form), and no other near it.
    """
    demand(EDTECH)
    listed = load(EDTECH / "ob30/bit-string-list/testlist")["credentialSubject"]["encodedList"]
    place = load(EDTECH / "ob30/bit-string-list/credential-status-revoked-blank-nodes.json")["credentialStatus"]

    assert status.is_set(listed, int(place["statusListIndex"]))
    assert not any(status.is_set(listed, other) for other in (22, 24, 0, 131_071))


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("2026-03-02T09:00:00Z", True), ("2026-03-02T09:00:00.5+08:00", True), ("2026-03-02T09:00:00", False),
        ("2026-02-30T09:00:00Z", False), ("2026-03-02", False), (None, False), (20260302, False),
    ],
)  # fmt: skip
def test_moments_have_a_zone(text: object, fits: bool) -> None:
    """
    A moment without its zone could mean any of 24 hours.
    """
    assert (moment(text) is not None) is fits


@pytest.mark.parametrize("hostile", [None, 3, [], "text", {}, {"type": {}}, {"@context": 5, "type": [[]]}])
def test_whatever_comes_is_judged(hostile: object) -> None:
    """
    What is no credential has faults, and raises nothing.
    """
    assert examine(hostile, now=NOW)


def test_a_fault_names_its_place() -> None:
    """
    Who is told what is wrong can find it.
    """
    document = {"@context": [status.V2], "type": ["VerifiableCredential"], "credentialSubject": {"id": "did:x:1"}}

    assert examine({**document, "id": "no address"}, now=NOW, draft=True) == (Fault("id", "no_address"),)
