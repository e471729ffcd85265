"""The hash chain of the audit log: what each entry's hash covers."""

import hashlib
from datetime import datetime
from typing import Any

from lms.audit.models import AuditEntry
from lms.database import dumps

#: what the first entry follows
START = bytes(32)


def digest(entry: AuditEntry) -> bytes:
    """SHA-256 over the previous hash and the canonical JSON of every other column."""
    return hashlib.sha256(entry.previous + dumps(_content(entry)).encode()).digest()


def _content(entry: AuditEntry) -> list[Any]:
    return [
        entry.number,
        _canonical_moment(entry.at),
        entry.actor,
        entry.act,
        entry.thing,
        entry.thing_id,
        entry.before,
        entry.after,
        entry.result,
        entry.address,
        entry.request_id,
    ]


def _canonical_moment(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")
