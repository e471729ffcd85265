"""A small academy for tests: a bundled pool of five items, a unit of four pages with its check, two documents."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from courseware.packages.native import read as read_unit
from lms.bank import queries as bank
from lms.bank import service as bank_service
from lms.courses import service as courses
from lms.courses.models import CourseUnit
from lms.database import reading, writing
from lms.library import service as library
from lms.library.models import Document
from lms.library.source import Source, read
from question_bank.interactions.options import Option, Options
from question_bank.item import ItemVersion
from tests.cast import Cast

ITEMS = tuple(f"penalty-00{number}" for number in range(1, 6))
PROSE = "案件事实清楚、证据确凿的，执法人员可以当场作出决定，并当场交付当事人。" * 12
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 30"><rect width="90" height="30" fill="#245"/></svg>'
UNIT = """format = 1
code = "penalty-01"
title = "简易程序怎么用"
title_en = "Using the summary procedure"
summary = "什么案件可以当场处罚，怎样做才合法。"
summary_en = "Which cases may be decided on the spot, and how."
subject = "penalty"
source = "self-made"
hours = "1.5"
objectives = ["说出适用条件"]
terms = [{ term = "当场处罚", meaning = "在现场作出并交付决定" }]
check = { items = ["penalty-001", "penalty-002", "penalty-003", "penalty-004", "penalty-005"], pass = "0.6" }
references = [{ source = "中华人民共和国行政处罚法", article = "第五十一条" }]
pages = ["01-scope.md", "02-steps.md", "03-papers.md", "04-errors.md"]
"""
PAGES = {"01-scope": "适用范围", "02-steps": "步骤", "03-papers": "文书", "04-errors": "常见差错"}
GUIDE = """+++
title = "当场处罚办理指引"
subject = "penalty"
kind = "guide"
author = "书院编写组"
issued = 2026-11-01
status = "current"
sources = ["中华人民共和国行政处罚法"]
+++
## 适用条件

违法事实确凿并有法定依据的，可以当场作出行政处罚决定。

## 告知

作出决定之前，应当告知当事人拟作出的内容、事实、理由与依据。
"""


@dataclass(frozen=True, slots=True)
class Academy:
    """What was stored: public ids of the unit and of the document."""

    unit: str
    document: str


def academy_files() -> dict[str, bytes]:
    """The files of the unit's folder."""
    files = {"unit.toml": UNIT.encode(), "flow.svg": SVG}
    table = "| 步骤 | 期限 |\n|---|---|\n| 备案 | 2 日 |\n\n![当场处罚的流程](flow.svg)\n"
    for key, title in PAGES.items():
        files[f"{key}.md"] = f"# {title}\n\n{PROSE}\n\n{table}".encode()
    return files


def make_academy(app: Flask) -> Academy:
    """Put the small academy into the database of `app`."""
    files = academy_files()
    unit = read_unit(files).unit
    document = read(GUIDE.encode(), file_name="guide.md")
    assert unit is not None
    assert isinstance(document, Source)
    with app.app_context():
        with writing() as session:
            pool = bank_service.create_pool(session, name="书院题库", purpose=None, owner_path="/", by=None)
            bank_service.store_items(session, pool, [_item(ref) for ref in ITEMS], None)
            media: Path = app.extensions["config"].media
            courses.store_unit(session, unit, files, media=media)
            library.store_document(session, document, origin="bundled:penalty/guide.md")
        found = reading().scalars(select(CourseUnit.public_id)).one()
        shelf = reading().scalars(select(Document.public_id)).one()
        assert len(bank.ready_by_refs(reading(), ITEMS)) == len(ITEMS)
        return Academy(found, shelf)


def _item(ref: str) -> ItemVersion:
    options = Options(tuple(Option(text, text.startswith("对")) for text in ("对的做法", "错的做法", "别的做法")))
    return ItemVersion(
        ref=ref,
        type="single_choice",
        subject="penalty",
        stem=f"{ref}：应当怎样做？",
        body=options,
        explanation="因为如此。",
    )


@pytest.fixture
def academy(app: Flask, cast: Cast) -> Academy:
    """The small academy on the database of this test."""
    return make_academy(app)
