"""Data Integrity proofs of the cryptosuite eddsa-jcs-2022 (W3C, Data Integrity EdDSA Cryptosuites v1.0, section 3.3).

Signing and verifying Ed25519 are arguments: this package knows no key.
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from courseware.evidence.canonical import NotCanonical, canonical
from courseware.evidence.keys import SIGNATURE_BYTES, NoKey, from_multibase, key_of_method, method, multibase

TYPE, SUITE, PURPOSE = "DataIntegrityProof", "eddsa-jcs-2022", "assertionMethod"
#: makes the 64 bytes of a signature over a message
Sign = Callable[[bytes], bytes]
#: whether a signature (third) over a message (second) was made with a public key (first)
Verify = Callable[[bytes, bytes, bytes], bool]


def signed(document: Mapping[str, Any], *, created: str, public: bytes, sign: Sign) -> dict[str, Any]:
    """The document with its proof; `created` is an ISO moment with its zone. Raises NotCanonical."""
    config: dict[str, Any] = {
        "type": TYPE,
        "cryptosuite": SUITE,
        "created": created,
        "verificationMethod": method(public),
        "proofPurpose": PURPOSE,
    }
    if "@context" in document:
        config["@context"] = document["@context"]
    value = multibase(sign(_hashed(document, config)))
    return {**document, "proof": {**config, "proofValue": value}}


def check(document: Mapping[str, Any], proof: object, verify: Verify) -> str:
    """What is wrong with one proof of a document (its other members), "" when it holds.

    "unsupported": another kind of proof, of which nothing is known; "malformed"; "forged": the signature is not over
    this document by this key.
    """
    if not isinstance(proof, Mapping) or proof.get("type") != TYPE or proof.get("cryptosuite") != SUITE:
        return "unsupported"
    if proof.get("proofPurpose") != PURPOSE:
        return "malformed"
    unsigned = {name: value for name, value in document.items() if name != "proof"}
    config = {name: value for name, value in proof.items() if name != "proofValue"}
    if "@context" in config and not _begins(unsigned.get("@context"), config["@context"]):
        return "malformed"
    try:
        key, signature = key_of_method(proof.get("verificationMethod")), from_multibase(proof.get("proofValue"))
        if len(signature) != SIGNATURE_BYTES:
            return "malformed"
        return "" if verify(key, _hashed(unsigned, config), signature) else "forged"
    except (NoKey, NotCanonical):
        return "malformed"


def _hashed(document: Mapping[str, Any], config: Mapping[str, Any]) -> bytes:
    """What is signed: SHA-256 of the canonical proof without its value, then of the canonical document."""
    return b"".join(hashlib.sha256(canonical(dict(part))).digest() for part in (config, document))


def _begins(whole: object, first: object) -> bool:
    """Whether the contexts of a document begin with those of its proof (section 3.3.2, step 4)."""
    listed = [part if isinstance(part, list) else [part] for part in (whole, first)]
    return listed[0][: len(listed[1])] == listed[1]
