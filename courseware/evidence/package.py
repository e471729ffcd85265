"""The package of evidence: files, and a signed manifest that lists each with its SHA-256.

`verify` is the twin of the verifier in the package, which does the same in a browser (lms/evidence/verifier).
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from courseware.evidence import archive, chain, proof
from courseware.evidence.archive import BadZip
from courseware.evidence.canonical import NotCanonical, canonical, read

MANIFEST, FORMAT = "manifest.json", "shuyuan-evidence-1"
CREDENTIALS = "credentials/"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a package: `faults` (what failed, each with its place; none when it holds), its files, its manifest."""

    faults: tuple[tuple[str, str], ...]
    manifest: Mapping[str, Any]
    files: Mapping[str, bytes]

    @property
    def holds(self) -> bool:
        """Whether nothing failed."""
        return not self.faults


@dataclass(frozen=True, slots=True)
class Listed:
    """A file as the manifest lists it: its name, its bytes counted, their SHA-256 in hexadecimal."""

    name: str
    size: int
    sha256: str


def listed(name: str, data: bytes) -> Listed:
    """What the manifest says of a file."""
    return Listed(name, len(data), hashlib.sha256(data).hexdigest())


def manifest(
    head: Mapping[str, Any], files: Iterable[Listed], *, created: str, public: bytes, sign: proof.Sign
) -> bytes:
    """The signed manifest: `head`, the files in the order of their names, the proof."""
    names = [asdict(one) for one in sorted(files, key=lambda one: one.name)]
    whole = {"format": FORMAT, **head, "files": names}
    return canonical(proof.signed(whole, created=created, public=public, sign=sign))


def packed(
    head: Mapping[str, Any], files: Mapping[str, bytes], *, created: str, public: bytes, sign: proof.Sign
) -> bytes:
    """The zip: the manifest first, then the files in the order of their names."""
    first = manifest(head, map(listed, files.keys(), files.values()), created=created, public=public, sign=sign)
    return archive.write({MANIFEST: first, **{name: files[name] for name in sorted(files)}})


def verify(data: bytes, check: proof.Verify) -> Verdict:
    """What is wrong with a package: pairs of a code and its place.

    "zip": not one byte for byte; "manifest": not canonical, or of another format; "list": files and list differ; "sum": a file
    is not as it was; "proof": the manifest's signature; "credential": that of another JSON file, of which none is unsigned; "key":
    signed by a key that the manifest does not name; "chain": the statement that a key is vouched for by the one before does not hold.
    """
    try:
        files = archive.read(data)
        held = read(files.get(MANIFEST, b""))
    except (BadZip, NotCanonical):
        return Verdict((("zip", ""),), {}, {})
    rest = {name: content for name, content in files.items() if name != MANIFEST}
    if not _is_manifest(held) or canonical(held) != files[MANIFEST]:
        return Verdict((("manifest", MANIFEST),), {}, rest)
    faults = [] if next(iter(files)) == MANIFEST else [("zip", MANIFEST)]
    faults += _unlisted(held["files"], rest)
    if proof.check(held, held.get("proof"), check):
        faults.append(("proof", MANIFEST))
    faults += _unknown_keys(MANIFEST, held, held)
    faults += _false_statements(held, check)
    for name in filter(_is_signed, rest):
        document = _stands(rest[name], check)
        faults += [("credential", name)] if document is None else _unknown_keys(name, document, held)
    return Verdict(tuple(faults), held, rest)


def _is_manifest(manifest: object) -> bool:
    return isinstance(manifest, dict) and manifest.get("format") == FORMAT and isinstance(manifest.get("files"), list)


def _unlisted(listed: list[Any], files: Mapping[str, bytes]) -> list[tuple[str, str]]:
    if [one.get("name") if isinstance(one, dict) else None for one in listed] != list(files):
        return [("list", MANIFEST)]
    return [
        ("sum", one["name"])
        for one in listed
        if one.get("sha256") != hashlib.sha256(files[one["name"]]).hexdigest()
        or one.get("size") != len(files[one["name"]])
    ]


def _false_statements(manifest: Mapping[str, Any], check: proof.Verify) -> list[tuple[str, str]]:
    """A key of the manifest may bring the statement by which another vouches for it."""
    listed = manifest.get("keys")
    for one in listed if isinstance(listed, list) else []:
        said = one.get("vouched") if isinstance(one, dict) else None
        found = None if said is None else chain.link(said, check)
        if said is not None and (found is None or found.new != one.get("id")):
            return [("chain", MANIFEST)]
    return []


def _is_signed(name: str) -> bool:
    return name.endswith(".json")


def _stands(data: bytes, check: proof.Verify) -> dict[str, Any] | None:
    """A signed document, None where its proof does not hold."""
    try:
        document = read(data)
    except NotCanonical:
        return None
    return document if isinstance(document, dict) and not proof.check(document, document.get("proof"), check) else None


def _unknown_keys(name: str, document: Mapping[str, Any], manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The manifest names the keys that sign in the package; its own is that of its issuer."""
    issuer, listed = manifest.get("issuer"), manifest.get("keys")
    known = [one.get("id") for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    held = document.get("proof")
    signer = str(held.get("verificationMethod")).partition("#")[0] if isinstance(held, dict) else ""
    is_issuer = name != MANIFEST or (isinstance(issuer, dict) and issuer.get("id") == signer)
    return [] if signer in known and is_issuer else [("key", name)]
