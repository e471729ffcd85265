"""A file of units or people as rows of known columns."""

from lms import tables
from lms.roster.columns import COLUMNS
from lms.tables import HEADER_WITHIN as HEADER_WITHIN
from lms.tables import REASON as REASON
from lms.tables import Row as Row
from lms.tables import Table as Table

#: rows of a file; personnel files are taken in one transaction, which keeps others waiting
MAX_ROWS = {"units": 60_000, "people": 60_000, "files": 2_000}
#: the sheet of our own template that explains; it has no header
EXPLANATION = "填写说明"


def read(data: bytes, *, name: str, kind: str) -> Table:
    """The rows of every sheet that has a header; never raises for what is in the file."""
    return tables.read(data, name=name, columns=COLUMNS[kind], most=MAX_ROWS[kind])
