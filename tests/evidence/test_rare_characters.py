"""Characters of names that most fonts lack: printed from the program's own fonts, whatever the machine has."""

import re
import time

import pypdfium2
import pytest

from lms.evidence.drawing import TEMPLATE, draw
from lms.fonts import RARER, covered, writable
from lms.printing import Printer

#: the characters of the Table of General Standard Chinese Characters (2013) beyond the first 65,536
STANDARD = (
    "𠅤𠙶𠳐𡎚𡐓𣗋𣲗𣲘𣸣𤧛𤩽𤫉𥔲𥕢𥖨𥻗𦈡𦒍𦙶𦝼𦭜𦰡𧿹𨐈𨙸𨚕𨟠𨭉𨱇𨱏𨱑𨱔𨺙𩽾𩾃𩾌𪟝𪣻𪤗𪨰𪨶𪩘𪾢𫄧𫄨𫄷𫄸𫇭𫌀"
    "𫍣𫍯𫍲𫍽𫐄𫐐𫐓𫑡𫓧𫓯𫓶𫓹𫔍𫔎𫔶𫖮𫖯𫖳𫗧𫗴𫘜𫘝𫘦𫘧𫘨𫘪𫘬𫚕𫚖𫚭𫛭𫞩𫟅𫟦𫟹𫟼𫠆𫠊𫠜𫢸𫫇𫭟𫭢𫭼𫮃𫰛𫵷𫶇𫷷"
    "𫸩𬀩𬀪𬂩𬃊𬇕𬇙𬇹𬉼𬊈𬊤𬌗𬍛𬍡𬍤𬒈𬒔𬒗𬕂𬘓𬘘𬘡𬘩𬘫𬘬𬘭𬘯𬙂𬙊𬙋𬜬𬜯𬞟𬟁𬟽𬣙𬣞𬣡𬣳𬤇𬤊𬤝𬨂𬨎𬩽𬪩𬬩𬬭𬬮"
    "𬬱𬬸𬬹𬬻𬬿𬭁𬭊𬭎𬭚𬭛𬭤𬭩𬭬𬭯𬭳𬭶𬭸𬭼𬮱𬮿𬯀𬯎𬱖𬱟𬳵𬳶𬳽𬳿𬴂𬴃𬴊𬶋𬶍𬶏𬶐𬶟𬶠𬶨𬶭𬶮𬷕𬸘𬸚𬸣𬸦𬸪𬹼𬺈𬺓"
)
NAMES = (
    "䶮",
    "𠮷",
    "㛃",
    "𫖯",
    "𬭚",
    "𡋯",
    "镕",
    "堃",
    "喆",
    "𠅤",
    "𤩲",
    "𣇉",
    "𡛕",
    "𨨏",
    "𤋮",
    "𤥻",
    "𤨎",
    "𣘼",
    "𡸷",
    "𪚥",
)
#: nobody's name, and in none of the fonts
NOWHERE = "\U0002a6a7\U000f0000"


def certificate(**words: str) -> dict[str, str]:
    """What a certificate says, all words short but these."""
    paper = dict.fromkeys(("name", "number", "unit", "title", "day", "outcome", "issuer", "issued", "key"), "甲")
    return paper | {"kind": "exam", "url": "https://study.example/verify/X", "sealed": "e1.A"} | words


def words_of(pdf: bytes) -> str:
    """The words of a PDF as they are copied and searched, without its line breaks."""
    document = pypdfium2.PdfDocument(pdf)
    return re.sub(r"\s", "", "".join(page.get_textpage().get_text_range() for page in document))


def test_every_standard_character_and_those_of_names_print_and_can_be_copied() -> None:
    """
    Each of them is read back from the PDF, which carries its fonts and looks at none of the machine; what no font has is named
    by its number.
    """
    pdf = draw(certificate(name="".join(NAMES[:-1]), title=STANDARD, unit=NOWHERE), "0" * 16, invented=False)
    words = words_of(pdf)

    assert len(STANDARD) == len(set(STANDARD)) == 196
    assert STANDARD in words
    assert "".join(NAMES[:-1]) in words
    assert "<U+2A6A7><U+F0000>" in words
    assert pdf.count(b"/FontFile") >= 3


@pytest.mark.parametrize(
    ("char", "held"), [*((char, True) for char in NAMES[:-1]), (NAMES[-1], False), (NOWHERE, False)]
)
def test_what_is_drawn_and_what_is_named(char: str, held: bool) -> None:
    """
    A character that is held stands as it is; of any other its number does, in Unicode's way of writing.
    """
    assert (writable(char) == char) is held
    assert held or re.fullmatch(r"(<U\+[0-9A-F]{5}>)+", writable(char))


def test_rare_characters_cost_no_time() -> None:
    """
    A name with them is drawn as fast as one without, by the printer that draws many.
    """
    printer = Printer(TEMPLATE)

    def seconds(name: str) -> float:
        begin = time.perf_counter()
        for number in range(5):
            printer.draw(
                certificate(name=f"{name}{number}", heading="合格证书", code="0", invented="", english=""),
                qr="<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>",
            )
        return time.perf_counter() - begin

    seconds("王")
    plain = min(seconds("王") for _ in range(3))

    assert min(seconds("𠮷") for _ in range(3)) < 3 * plain + 0.05


def test_our_fonts_carry_their_licence() -> None:
    """
    Beside them lies the licence that their makers gave them; they hold more than two thousand characters that the other
    font lacks, and stay small.
    """
    licence = (RARER / "OFL.txt").read_text(encoding="utf-8")

    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert all(file.name in licence for file in RARER.glob("Shuyuan*"))
    assert sum(file.stat().st_size for file in RARER.iterdir()) < 1_200_000
    assert len(covered()) > 33_000
