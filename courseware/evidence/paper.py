"""The few facts of a paper, signed, small enough for the code that is printed on it: who scans it can check them offline.

They follow the address behind a `#`, so that one code serves both: browsers do not send that part to a server. Layout: 32 bytes of
public key, 64 of signature, then canonical JSON; base64url. The signature is over a mark of this use and that JSON.
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from courseware.evidence.canonical import NotCanonical, canonical, read
from courseware.evidence.keys import KEY_BYTES, SIGNATURE_BYTES
from courseware.evidence.proof import Sign, Verify

MARK = b"shuyuan-paper-1\0"
_FOUND = re.compile(r"#e1\.([A-Za-z0-9_-]{100,2000})\Z")


@dataclass(frozen=True, slots=True)
class Sealed:
    """Facts of a paper and the public key that vouches for them."""

    public: bytes
    facts: Mapping[str, Any]


def sealed(facts: Mapping[str, str], *, public: bytes, sign: Sign) -> str:
    """The words behind the `#`."""
    said = canonical(dict(facts))
    whole = public + sign(MARK + said) + said
    return "e1." + base64.urlsafe_b64encode(whole).rstrip(b"=").decode()


def opened(text: str, verify: Verify) -> Sealed | None:
    """What the code of a paper says, None when no key vouches for it."""
    found = _FOUND.search(text.strip())
    if found is None:
        return None
    words = found[1]
    try:
        whole = base64.b64decode(words + "=" * (-len(words) % 4), altchars=b"-_", validate=True)
        public, signature = whole[:KEY_BYTES], whole[KEY_BYTES : KEY_BYTES + SIGNATURE_BYTES]
        said = whole[KEY_BYTES + SIGNATURE_BYTES :]
        return Sealed(public, read(said)) if verify(public, MARK + said, signature) else None
    except (ValueError, NotCanonical):
        return None
