"""Drawing a certificate as PDF, its printed code with the signed facts."""

import io
from collections.abc import Mapping
from pathlib import Path

import segno

from lms import printing
from lms.fonts import writable
from lms.transcripts.service import grouped

TEMPLATE = Path(__file__).parent / "certificate.typ"
TITLES = {"exam": "合格证书", "class": "结业证书"}
TITLES_EN = {"exam": "Certificate of Examination", "class": "Certificate of Completion"}
INVENTED = "演示环境：人员、单位和成绩均为虚构。"


def draw(paper: Mapping[str, str], code: str, *, invented: bool) -> bytes:
    """The PDF of a certificate from what was frozen of it; one of a demonstration says that it is none."""
    said = {name: writable(text) for name, text in paper.items()}
    title = said.get("title_en", "")  # certificates of earlier releases have none
    english = f"{TITLES_EN[paper['kind']]}: {title}" if title else ""
    page = said | {
        "heading": TITLES[paper["kind"]],
        "english": english,
        "code": grouped(code),
        "invented": INVENTED if invented else "",
    }
    return printing.printed(TEMPLATE, page, qr=_qr(f"{paper['url']}#{paper['sealed']}"))


def _qr(text: str) -> str:
    out = io.BytesIO()
    segno.make(text, error="l", micro=False).save(out, kind="svg", border=2, xmldecl=False)
    return out.getvalue().decode()
