"""Questions made of strings that want to act: every field of every type, and files of every format we read."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from itertools import chain
from typing import Any
from xml.sax.saxutils import escape

from lms.bank.export import writable
from question_bank.interactions.file_answer import FileAsked
from question_bank.interactions.fill_in import Blank, Blanks
from question_bank.interactions.hotspot import Spot, Spots
from question_bank.interactions.inline_choice import Gap, Gaps
from question_bank.interactions.matching import Pairs
from question_bank.interactions.numeric import Number
from question_bank.interactions.options import Option, Options
from question_bank.interactions.ordering import Sequence as Lines
from question_bank.interactions.true_false import Statement
from question_bank.interactions.written import Point, Written
from question_bank.item import Citation, ItemVersion, Stimulus
from question_bank.text import to_markdown
from tests.question_bank.formats.workbooks import workbook
from tests.security.test_xss import payloads

#: each leaves by another door: an element, an attribute in single, double or no quotes, an address, a script's text,
#: a JSON island, a template's braces, a formula, Markdown, the sanitizer's own parser
OWN = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(2)>", "\"><img src=x onerror=alert(3)>",
    "'><svg onload=alert(4)>", "\" onfocus=alert(5) autofocus x=\"", "' onmouseover='alert(6)", " onload=alert(7) ",
    "</script><script>alert(8)</script>", "</title></textarea><img src=x onerror=alert(9)>", "javascript:alert(10)",
    "[x](javascript:alert(11))", "![x](javascript:alert(12))", "<iframe srcdoc='<script>parent.alert(13)</script>'>",
    "<svg><style><img src=x onerror=alert(14)>", "$\\href{javascript:alert(15)}{x}$",
    "$\\text{<img src=x onerror=alert(16)>}$", "</style><script>alert(17)</script>", "<base href=//elsewhere.example/>",
    "<meta http-equiv=refresh content='0;url=//elsewhere.example/'>", "<form action=//elsewhere.example/><button>x",
    "<details open ontoggle=alert(18)>x", "{{ 7*7 }}${alert(19)}", "<img src=//elsewhere.example/x.png>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(20)>", "&lt;img src=x onerror=alert(21)&gt;",
    "\\<img src=x onerror=alert(22)>", "<!--><img src=x onerror=alert(23)>", "]]><img src=x onerror=alert(24)>",
    "`\"><img src=x onerror=alert(25)>`", "<link rel=stylesheet href=//elsewhere.example/x.css>",
)  # fmt: skip
_UNSTORABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff]")


@cache
def corpus() -> tuple[str, ...]:
    """Strings of the corpus where it is at hand, as far as a database keeps them."""
    return tuple(_UNSTORABLE.sub("", one) for one in payloads())


class Speaker:
    """Gives words for fields: all of OWN each time, and the next strings of the corpus, round and round."""

    def __init__(self, strings: Sequence[str], share: int) -> None:
        self._strings, self._share, self._next = strings, share, 0

    def _more(self) -> Iterator[str]:
        for _ in range(self._share if self._strings else 0):
            yield self._strings[self._next % len(self._strings)]
            self._next += 1

    def plain(self) -> str:
        """On one line, for a field without markup; the longest string can begin it."""
        return " ".join(" ".join(chain(OWN, self._more())).split())

    def rich(self) -> str:
        """A paragraph each, and each once more as a spreadsheet's plain text."""
        said = [one.replace("[[", "[ [") for one in chain(OWN, self._more())]
        return "\n\n".join([*said, *map(to_markdown, said)])

    def inline(self) -> str:
        """Of an option, a line or a side: markup within a line."""
        return f"{self.plain()} {to_markdown(' '.join(OWN))}".replace("[[", "[ [")


def bodies(say: Speaker, picture: str) -> dict[str, tuple[Any, str]]:
    """A body of each type, and what its stem must begin with."""

    def options(right: int) -> Options:
        return Options(tuple(Option(f"{n}{say.inline()}", n < right, say.inline()) for n in range(4)))

    def guide() -> Written:
        return Written(say.rich(), (Point(say.plain(), Decimal(60)), Point(say.plain(), Decimal(40))))

    spots = (Spot(say.plain(), "rect", (1, 1, 2, 2), True), Spot(say.plain(), "circle", (4, 4, 1), False))
    return {
        "single_choice": (options(1), ""),
        "multiple_choice": (options(2), ""),
        "true_false": (Statement(True), ""),
        "fill_in": (Blanks((Blank((say.plain(), say.plain())),)), "[[1]]\n\n"),
        "inline_choice": (Gaps((Gap((say.plain(), f"乙{say.plain()}"), 0),)), "[[1]]\n\n"),
        "numeric": (Number(Decimal(5), Decimal(1), say.plain(), units=((say.plain(), Decimal(1)),)), ""),
        "ordering": (Lines(tuple(f"{n}{say.inline()}" for n in range(3))), ""),
        "matching": (
            Pairs(tuple((f"{n}{say.inline()}", f"{n}右{say.inline()}") for n in range(2)), (say.inline(),)),
            "",
        ),
        "hotspot": (Spots(f"picture:{picture}", 8, 6, spots), ""),
        "short_answer": (guide(), ""),
        "essay": (guide(), ""),
        "file_answer": (FileAsked(guide()), ""),
    }


def version(say: Speaker, kind: str, body: Any, opening: str, *, ref: str) -> ItemVersion:
    """Every field of a question says it; what is read as one of several words cannot."""
    return ItemVersion(
        ref=ref,
        type=kind,
        subject="penalty",
        stem=opening + say.rich(),
        body=body,
        explanation=say.rich(),
        point=say.plain(),
        objective=say.plain(),
        enemies=say.plain(),
        difficulty="easy",
        derived=say.plain(),
        citations=(Citation(say.plain(), say.plain()), Citation("x", say.plain())),
        stimulus=Stimulus(f"case-{kind}", say.plain(), say.rich()),
    )


def wordings(say: Speaker, picture: str) -> list[ItemVersion]:
    """One of each type."""
    return [
        version(say, kind, body, opening, ref=f'{kind}"><img src=x onerror=alert(0)>')
        for kind, (body, opening) in bodies(say, picture).items()
    ]


def crowded(strings: Sequence[str], at_once: int) -> Iterator[ItemVersion]:
    """All strings, so many in each stem, explanation and option: for a page that shows many questions."""
    for start in range(0, len(strings), at_once):
        some = Speaker(strings[start : start + at_once], 0)
        part = strings[start : start + at_once]
        text = "\n\n".join(part)
        short = " ".join(" ".join(part).split())
        options = Options((Option(short, True, to_markdown(short)), Option(to_markdown(short), False, short)))
        made = version(some, "single_choice", options, "", ref=f"all-{start}")
        yield replace(made, stem=text, explanation=text, point=short, objective=short, enemies="", stimulus=None)


def _short(limit: int) -> list[str]:
    """OWN in pieces that fit a field."""
    pieces = [""]
    for one in OWN:
        if len(pieces[-1]) + len(one) + 1 > limit:
            pieces.append("")
        pieces[-1] = f"{pieces[-1]} {one}".strip()
    return pieces


def sound() -> list[ItemVersion]:
    """Questions that formats write: within every limit."""
    piece = _short(400)
    text = "\n\n".join(OWN)
    options = Options(
        tuple(Option(f"{n}{one}", n == 0, piece[(n + 1) % len(piece)]) for n, one in enumerate((*piece, *piece)[:6]))
    )
    return [
        ItemVersion(
            ref=f"sound-{n}",
            type="single_choice",
            subject="penalty",
            stem=f"{n} {spoken}",
            body=options,
            explanation=spoken,
            point=OWN[n][:80],
            objective=OWN[n + 2][:200],
            enemies=OWN[n + 3][:80],
            citations=(Citation(OWN[n], OWN[n + 1]),),
        )
        for n, spoken in enumerate((text, to_markdown(text)))
    ]


def files() -> Iterator[tuple[str, bytes]]:
    """A name and the bytes: what our writers make, and what others might, markup and all."""
    for one in writable():
        yield f"{one.key}{OWN[1]}{one.ending}", one.write(sound(), pictures={}) if one.write else b""
    joined = " ".join(OWN)
    flat = re.sub(r"\s+", " ", joined)
    rows = [
        ["题型", "题干", "选项A", "选项B", "正确答案", "解析", "知识点", "难度", OWN[1]],
        ["单选题", flat, OWN[1], OWN[0], "A", flat, OWN[2], "易", flat],
        *(["单选题", one, one, one, one, one, one, one, one] for one in OWN),
    ]
    yield f"{OWN[2]}.xlsx", workbook(**{"<svg onload=alert(1)>": rows})
    yield (
        "paste.txt",
        "\n".join(f"{n}. {one}\nA. {one}\nB. {one}b\n答案：A\n解析：{one}\n" for n, one in enumerate(OWN, 1)).encode(),
    )
    marked = re.sub(r"([~=#{}:\\])", r"\\\1", joined)
    yield "own.gift", f"::{marked}::[html]{marked}{{={marked} ~b{marked}#{marked} ####{marked}}}\n".encode()
    yield "own.xml", _moodle(joined).encode()
    yield "own.json", json.dumps([{"question": one, "options": [one, "b"], "answer": "A"} for one in OWN]).encode()
    for n, some in enumerate(_short(400)):
        yield f"qti{n}.xml", _qti(some).encode()


def _moodle(words: str) -> str:
    """Moodle's own form: HTML in CDATA, HTML escaped, names and tags."""
    html = f"<text><![CDATA[{words.replace(']]>', '')}]]></text>"
    return f"""<?xml version="1.0" encoding="UTF-8"?><quiz><question type="category"><category><text>{escape(words)}</text>
</category></question><question type="multichoice"><name><text>{escape(words)}</text></name>
<questiontext format="html">{html}</questiontext><generalfeedback format="html">{html}</generalfeedback>
<single>true</single><answer fraction="100" format="html">{html}<feedback format="html">{html}</feedback></answer>
<answer fraction="0" format="html"><text>b {escape(words)}</text></answer><tags><tag><text>{escape(words)}</text></tag></tags>
</question></quiz>"""


def _qti(words: str) -> str:
    """An item of QTI whose body has elements that act."""
    acting = '<img src="x" alt="x" onerror="alert(1)"/><script>alert(2)</script><a href="javascript:alert(3)">x</a>'
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="i1" title="{escape(words, {'"': "&quot;"})}"
 adaptive="false" timeDependent="false"><responseDeclaration identifier="RESPONSE" cardinality="single"
 baseType="identifier"><correctResponse><value>A</value></correctResponse></responseDeclaration>
<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>
<itemBody><p>{acting}{escape(words)}</p><choiceInteraction responseIdentifier="RESPONSE" shuffle="false" maxChoices="1">
<prompt>{escape(words)}</prompt><simpleChoice identifier="A">{acting}{escape(words)}</simpleChoice>
<simpleChoice identifier="B">b {escape(words)}</simpleChoice></choiceInteraction></itemBody>
<responseProcessing template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct"/></assessmentItem>"""
