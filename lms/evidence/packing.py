"""Putting a package of evidence together: the record and the certificates of some people, signed, with all that is needed to
check them in twenty years.

Transcripts are drawn some at a time in a process of their own and lie on disk; the zip is written file by file.
"""

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from courseware.evidence import archive, package, proof
from courseware.evidence import keys as names
from courseware.evidence.archive import BadZip
from courseware.evidence.canonical import canonical
from lms.accounts.queries import PersonRow
from lms.clock import BUREAU_ZONE
from lms.config import Config
from lms.evidence import keys, queries, record, service, verifier
from lms.evidence.errors import TooLarge
from lms.evidence.keys import Signer
from lms.evidence.queries import CERTIFICATE, DocumentRow
from lms.evidence.service import Packed
from lms.transcripts import queries as transcripts
from lms.transcripts import service as printing
from lms.transcripts.service import ToDraw

#: DER of an Ed25519 public key before its 32 bytes (RFC 8410)
_DER = bytes.fromhex("302a300506032b6570032100")
#: transcripts drawn by one process
AT_ONCE = 20
#: told of every batch of transcripts that is drawn, how many are, of how many
Drawn = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which package: its code, the people, the address people reach us by, the moment."""

    code: str
    people: Sequence[PersonRow]
    site: str
    moment: datetime

    def paper(self, number: int) -> str:
        """The name in the package of the transcript of a person, who are counted from 1."""
        return "transcript.pdf" if len(self.people) == 1 else f"transcripts/{number:04}.pdf"


def write(session: Session, asked: Asked, work: Path, target: Path, *, told: Drawn) -> Packed:
    """Write the zip; what is entered of it. `work` is an empty folder for what is drawn. Reads the database only.

    Raises KeyLost where there is no key to sign with, TooLarge where a package cannot hold so much.
    """
    signer = keys.signer(session)
    vouching, at = service.issuer(session, signer, asked.site), service.free_place(session)
    issued, public = record.iso(asked.moment), signer.public
    files: dict[str, bytes | Path] = {
        **_small(session, asked, signer, at),
        **_drawn(session, asked, public, work, told),
    }
    for name in [name for name, held in files.items() if isinstance(held, Path)]:
        files[f"{name}.sig"] = signer.sign(_bytes(files[name]))
    head = {
        "number": asked.code,
        "issued": issued,
        "issuer": vouching.profile(),
        "keys": record.listed(keys.public_keys(session)),
        "credentialStatus": record.place(asked.site, *at),
    }
    listed = (package.listed(name, _bytes(held)) for name, held in files.items())
    first = package.manifest(head, listed, created=issued, public=public, sign=signer.sign)
    told(len(asked.people), len(asked.people))
    digest = _zipped(first, files, target)
    papers = [_printed(session, asked, asked.people[0]).to_record()] if len(asked.people) == 1 else []
    return Packed(asked.code, digest, target.stat().st_size, names.key_name(public), papers, at, asked.moment)


def _small(session: Session, asked: Asked, signer: Signer, at: tuple[int, int]) -> dict[str, bytes]:
    """What is not drawn: record, certificates, lists of revocations, and what is needed to read them."""
    vouching, issued = service.issuer(session, signer, asked.site), record.iso(asked.moment)
    said = proof.signed(
        _record(session, asked, vouching.profile()), created=issued, public=signer.public, sign=signer.sign
    )
    files = {
        "README.txt": _readme(asked, vouching.name, signer.public),
        "issuer-key.pem": _pem(signer.public),
        "verify.html": verifier.page(),
        "evidence.json": canonical(said),
    }
    held = _certificates(session, asked.people)
    files |= {f"{package.CREDENTIALS}{row.code}.json": canonical(row.content["credential"]) for row in held}
    for number in {at[0], *(row.status_list for row in held)}:
        files[f"status-{number}.json"] = canonical(service.status_list(session, number, site=asked.site))
    return files


def _drawn(session: Session, asked: Asked, public: bytes, work: Path, told: Drawn) -> dict[str, Path]:
    """The transcripts, drawn into files of the folder, under the names that they have in the package."""
    config: Config = current_app.extensions["config"]
    made: dict[str, Path] = {}
    numbered = list(enumerate(asked.people, 1))
    for first in range(0, len(numbered), AT_ONCE):
        some = numbered[first : first + AT_ONCE]
        told(len(made), len(asked.people))
        here = {asked.paper(number): work / f"{number:04}.pdf" for number, _person in some}
        printing.draw_files(
            [
                ToDraw(asked.code, _printed(session, asked, person), path, _sealed(name, public))
                for (name, path), (_number, person) in zip(here.items(), some, strict=True)
            ],
            invented=config.demonstration,
        )
        made |= here
    return made


def _printed(session: Session, asked: Asked, person: PersonRow) -> printing.Printed:
    return printing.paper(session, person, asked.code, asked.moment, site=asked.site)


def _bytes(held: bytes | Path) -> bytes:
    return held if isinstance(held, bytes) else held.read_bytes()


def _zipped(first: bytes, files: Mapping[str, bytes | Path], target: Path) -> str:
    """Write the zip; its SHA-256."""

    def contents() -> Iterator[tuple[str, bytes]]:
        yield package.MANIFEST, first
        for name in sorted(files):
            yield name, _bytes(files[name])

    digest = hashlib.sha256()
    try:
        with target.open("wb") as file:
            for piece in archive.pieces(contents()):
                digest.update(piece)
                file.write(piece)
    except BadZip as error:
        raise TooLarge from error
    return digest.hexdigest()


def _record(session: Session, asked: Asked, issuer: dict[str, Any]) -> dict[str, Any]:
    revisions = transcripts.revisions(session, [person.id for person in asked.people])
    return {
        "format": record.FORMAT,
        "number": asked.code,
        "issued": record.iso(asked.moment),
        "issuer": issuer,
        "people": record.people(
            asked.people, revisions, [asked.paper(number) for number in range(1, len(asked.people) + 1)]
        ),
    }


def _certificates(session: Session, people: Iterable[PersonRow]) -> list[DocumentRow]:
    """The certificates of people that hold."""
    found = [row for one in people for row in queries.documents_of(session, one.id) if row.kind == CERTIFICATE]
    revoked = queries.revocations(session, [row.code for row in found])
    return [row for row in found if row.code not in revoked]


def _sealed(name: str, public: bytes) -> str:
    return (
        f"本 PDF 的数字签名在证明材料包内（{name}.sig，Ed25519）。密钥指纹：{names.fingerprint(public)}。"
        f"核验程序 verify.html 的 SHA-256：{verifier.checksum()}。"
    )


def _readme(asked: Asked, issuer: str, public: bytes) -> bytes:
    text = (Path(verifier.FOLDER) / "readme.txt").read_text(encoding="utf-8")
    words = {
        "number": asked.code,
        "issuer": issuer,
        "issued": asked.moment.astimezone(BUREAU_ZONE).strftime("%Y-%m-%d %H:%M (UTC+8)"),
        "fingerprint": names.fingerprint(public),
        "site": asked.site,
        "checksum": verifier.checksum(),
        "paper": asked.paper(1),
    }
    for name, word in words.items():
        text = text.replace("{{" + name + "}}", word)
    return text.encode()


def _pem(public: bytes) -> bytes:
    text = base64.b64encode(_DER + public).decode()
    return f"-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n".encode()
