"""Which credentials are revoked: W3C Bitstring Status List v1.0, as a list that a program without any library can read.

The bits are packed by gzip without compressing them (stored blocks of DEFLATE): valid for everybody, and read by the verifier in a
package in a few lines.
"""

import base64
import struct
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

#: bits of a list: what the standard demands at least, so that a place says nothing of whom it is (section 6.1)
BITS = 131_072
MOST_BYTES = 1024 * 1024
LIST_TYPE, ENTRY_TYPE, PURPOSE = "BitstringStatusList", "BitstringStatusListEntry", "revocation"
V2 = "https://www.w3.org/ns/credentials/v2"


class BadList(ValueError):
    """Not a list of bits."""


def encoded(revoked: Iterable[int]) -> str:
    """The list with these places set: multibase base64url (`u`) of the gzip of the bits, the first bit the highest."""
    bits = bytearray(BITS // 8)
    for place in revoked:
        if not 0 <= place < BITS:
            raise BadList(str(place))
        bits[place // 8] |= 0x80 >> place % 8
    data = bytes(bits)
    block = b"\x01" + struct.pack("<HH", len(data), len(data) ^ 0xFFFF) + data
    packed = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff" + block + struct.pack("<II", zlib.crc32(data), len(data))
    return "u" + base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def is_set(text: object, place: int) -> bool:
    """Whether a place of a list (as `encoded` or anybody else writes it) is set; raises BadList for no list, or a place outside."""
    if not isinstance(text, str) or not text.startswith("u") or len(text) > MOST_BYTES:
        raise BadList("no list")
    try:
        packed = base64.b64decode(text[1:] + "=" * (-len(text[1:]) % 4), altchars=b"-_", validate=True)
        reader = zlib.decompressobj(wbits=31)
        bits = reader.decompress(packed, MOST_BYTES)
    except (ValueError, zlib.error) as error:
        raise BadList(str(error)) from error
    if not reader.eof or not 0 <= place < 8 * len(bits):
        raise BadList("outside the list")
    return bool(bits[place // 8] & 0x80 >> place % 8)


def entry(address: str, place: int) -> dict[str, Any]:
    """The member `credentialStatus` of a credential: its place in the list at an address."""
    return {
        "id": f"{address}#{place}",
        "type": ENTRY_TYPE,
        "statusPurpose": PURPOSE,
        "statusListIndex": str(place),
        "statusListCredential": address,
    }


def list_credential(
    address: str, issuer: Mapping[str, Any] | str, revoked: Iterable[int], *, valid_from: str
) -> dict[str, Any]:
    """The credential, unsigned, that says which places of a list are revoked."""
    return {
        "@context": [V2],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": valid_from,
        "credentialSubject": {
            "id": f"{address}#list",
            "type": LIST_TYPE,
            "statusPurpose": PURPOSE,
            "encodedList": encoded(revoked),
        },
    }
