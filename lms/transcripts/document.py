"""Drawing a printed transcript as PDF."""

import io
from pathlib import Path

import segno

from lms import printing
from lms.fonts import writable
from lms.transcripts.code import grouped
from lms.transcripts.printed import Line, Printed

TEMPLATE = Path(__file__).parent / "transcript.typ"
INVENTED = "演示环境：人员、单位和成绩均为虚构。"


def draw(printed: Printed, code: str, *, invented: bool = False) -> bytes:
    """The PDF of a printed transcript; one of a demonstration (`invented`) says on every page that it is none."""
    return drawn_by(printing.Printer(TEMPLATE), printed, code, invented=invented)


def drawn_by(printer: printing.Printer, printed: Printed, code: str, *, invented: bool, sealed: str = "") -> bytes:
    """The same by a printer that draws many, made with TEMPLATE. `sealed` is said of its signature below."""
    paper = _paper(printed, code, invented=invented) | {"sealed": writable(sealed)}
    return printer.draw(paper, qr=_qr(printed.url))


def _paper(printed: Printed, code: str, *, invented: bool) -> dict[str, object]:
    facts = [
        ("姓名", printed.name),
        ("工号", printed.staff_number),
        ("单位", printed.unit),
        ("职务职级", printed.post),
        ("出具时间", printed.issued),
        ("核验码", grouped(code)),
    ]
    return {
        "title": "学习档案",
        "bureau": writable(printed.bureau),
        "facts": [[name, writable(value)] for name, value in facts if value],
        "heads": ["日期", "类别", "名称", "当时单位", "学时", "成绩", "结果"],
        "rows": [_row(line) for line in printed.lines],
        "total": f"共 {len(printed.lines)} 项，累计 {printed.hours} 学时（每学时 45 分钟）",
        "note": f"本档案由系统出具。请扫描二维码，或打开 {printed.url} ，核对网页内容与本页是否一致。",
        "footer": f"{INVENTED if invented else ''}核验码 {grouped(code)}",
        "url": printed.url,
        "sealed": "",
    }


def _row(line: Line) -> list[str]:
    return [
        writable(text) for text in (line.day, line.kind, line.title, line.unit, line.hours, line.marks, line.outcome)
    ]


def _qr(url: str) -> str:
    out = io.BytesIO()
    segno.make(url, error="m", micro=False).save(out, kind="svg", border=2, xmldecl=False)
    return out.getvalue().decode()
