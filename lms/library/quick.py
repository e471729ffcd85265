"""What pages that thousands open at once ask of the library, by constant statements."""

from lms.direct import ask

_EDITION = "SELECT count(*), max(changed_at) FROM ref_document"


def edition() -> tuple[object, ...]:
    """Another one after documents came, went or were changed: links that are kept in memory go by it."""
    return tuple(ask(_EDITION)[0])
