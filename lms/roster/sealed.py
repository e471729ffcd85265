"""Cells that must not lie open in the database while a file is on its way: numbers of identity cards."""

from base64 import b64decode, b64encode
from collections.abc import Mapping

from lms.particulars import service as particulars

COLUMN = "id_number"


def closed(cells: Mapping[str, str]) -> dict[str, str]:
    """Cells as they are kept."""
    return _with(cells, b64encode(particulars.sealed(cells.get(COLUMN, "").encode())).decode())


def opened(cells: Mapping[str, str]) -> dict[str, str]:
    """Cells as they came."""
    return _with(cells, particulars.opened(b64decode(cells.get(COLUMN, ""))).decode())


def hidden(cells: Mapping[str, str]) -> dict[str, str]:
    """Cells, given as they came, as a page shows them."""
    return _with(cells, particulars.hidden_number(cells.get(COLUMN, "")))


def _with(cells: Mapping[str, str], value: str) -> dict[str, str]:
    return {**cells, COLUMN: value} if cells.get(COLUMN) else dict(cells)
