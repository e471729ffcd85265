"""Pages as people read them: tables, tiles, links, and all pages of the list that a link opens."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urljoin

import lxml.html
from flask.testing import FlaskClient

#: pages of a list that are followed
MOST = 40


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table or a tile: its words without small print, where its first link leads ("" nowhere), what it is called."""

    text: str
    href: str
    head: str
    small: str = ""

    @property
    def number(self) -> Decimal:
        """Its first word as a number, nothing as 0."""
        return Decimal(self.text.split()[0].replace("–", "0").replace("-", "0"))

    @property
    def share(self) -> tuple[int, ...]:
        """The numerator and denominator that stand in small print beside a percentage."""
        return tuple(int(one) for one in re.findall(r"[0-9]+", self.small)) or (0, 0)

    @property
    def is_number(self) -> bool:
        """Whether it is a number and nothing else."""
        return self.text.replace(".", "", 1).isdigit()


@dataclass(frozen=True, slots=True)
class Table:
    """A table by the name of its region; each row begins with its label."""

    name: str
    rows: list[tuple[str, list[Cell]]]

    def row(self, label: str) -> list[Cell]:
        """The row with this label."""
        return next(cells for name, cells in self.rows if name == label)

    def column(self, head: str) -> list[Cell]:
        """The cells below a head, top down."""
        return [cell for _label, cells in self.rows for cell in cells if cell.head == head]


class Shown:
    """A page that was answered."""

    def __init__(self, client: FlaskClient, address: str) -> None:
        answer = client.get(address, headers={"Accept-Language": "en"})
        assert answer.status_code == 200, (address, answer.status_code)
        self.client, self.address = client, address
        self.main = lxml.html.fromstring(answer.text).xpath("//main")[0]
        for sign in self.main.xpath(".//sup"):  # of a footnote
            sign.drop_tree()

    def tables(self) -> dict[str, Table]:
        """Its tables by name."""
        return {name: Table(name, list(self._rows(table))) for name, table in self._named()}

    def _named(self) -> Iterator[tuple[str, Any]]:
        for table in self.main.xpath(".//table"):
            yield table.getparent().get("aria-label") or "", table

    def _rows(self, table: Any) -> Iterator[tuple[str, list[Cell]]]:
        heads = [_words(cell) for cell in table.xpath("./thead//th")]
        for row in table.xpath("./tbody/tr|./tfoot/tr"):
            cells = [self._cell(cell, head) for cell, head in zip(row, heads, strict=True)]
            yield cells[0].text, cells

    def tiles(self) -> dict[str, Cell]:
        """Its tiles of figures by what they are called."""
        return {
            _words(tile.xpath("./dt")[0]): self._cell(tile.xpath("./dd")[0], _words(tile.xpath("./dt")[0]))
            for tile in self.main.xpath(".//dl[@class='stats']/div")
        }

    def _cell(self, cell: Any, head: str) -> Cell:
        links = cell.xpath(".//a")
        small = " ".join(_words(one) for one in cell.xpath(".//small|.//*[contains(@class, 'small')]"))
        address = urljoin(self.address, links[0].get("href")) if links else ""
        return Cell(_words(cell).removesuffix(small).strip(), address, head, small)

    def following(self) -> str:
        """The next page of the list, "" on the last one."""
        links = self.main.xpath(".//a[@rel='next']")
        return urljoin(self.address, links[0].get("href")) if links else ""

    def figures(self) -> list[Cell]:
        """Every number of its tables and tiles."""
        cells = [cell for table in self.tables().values() for _label, row in table.rows for cell in row]
        return [one for one in [*self.tiles().values(), *cells] if one.is_number]


def opened(client: FlaskClient, address: str, name: str = "") -> list[list[Cell]]:
    """The rows of the list at an address, over all of its pages: of the table of that name, else of the last one."""
    rows: list[list[Cell]] = []
    for _page in range(MOST):
        page = Shown(client, address)
        lists = [table for key, table in page.tables().items() if name in ("", key)]
        rows += [cells for _label, cells in lists[-1].rows] if lists else []
        address = page.following()
        if not address:
            return rows
    raise AssertionError(f"more than {MOST} pages: {address}")


def total(rows: list[list[Cell]], head: str) -> Decimal:
    """The sum of a column."""
    return sum((cell.number for row in rows for cell in row if cell.head == head), Decimal(0))


def _words(element: Any) -> str:
    return " ".join(element.text_content().split())
