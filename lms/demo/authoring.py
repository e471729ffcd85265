"""The course workshop of the demonstration: a draft in review, one that is being written, a unit that comes after another."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from flask import Flask
from sqlalchemy.orm import Session

from courseware.hours import Hours
from courseware.packages.native import made_page
from courseware.record import digest
from courseware.unit import Check, Origin, Source, Unit
from lms.accounts.policy import Viewer
from lms.accounts.queries import PersonRow
from lms.authoring import drafts, service
from lms.authoring.models import CourseDraft
from lms.courses import telling
from lms.database import writing
from lms.demo.clock import at
from lms.demo.learning import viewer_of

CASE = (
    "某超市在促销海报上写明“原价 39.9 元，现价 19.9 元”，经查，该商品近七日内从未以 39.9 元售出。\n\n"
    "先问三件事：\n\n"
    "- 标示的“原价”有没有成交记录；\n"
    "- 消费者会不会据此误以为得到了实惠；\n"
    "- 经营者能不能说明价格的来源。\n\n"
    "> 提示：核对销售小票和收银系统记录，比只看海报更可靠。\n\n"
    "把结论写进检查笔录时，应当写明查看了哪些记录、起止日期，以及在场人员。"
    "记录要当场交被检查人核对，有异议的写明异议内容；拒绝签名的，注明情况，由两名执法人员签名。"
    "回到所里以后，还要把海报照片、小票复印件和系统截图按形成时间排列，逐一注明来源。\n"
)


def build(app: Flask, author: PersonRow, reviewer: PersonRow, *, now: datetime) -> None:
    """Let two training managers write and review. Units that the installation lacks are left out."""
    writer, head = viewer_of(author), viewer_of(reviewer)
    media = app.extensions["config"].media
    with at(app, now), writing() as session:
        draft = _draft(session, "pricing-02", writer)
        if draft is not None:
            unit = drafts.unit_of(draft)
            drafts.keep(session, draft, replace(unit, prerequisites=("pricing-01",)), writer)
            service.submit(session, draft, writer)
            seen = digest(drafts.unit_of(draft))
            service.approve(session, draft, head, words="先后顺序合理，同意。", seen=seen, media=media)
    with at(app, now - timedelta(days=2)), writing() as session:
        draft = _draft(session, "pricing-01", writer)
        if draft is not None:
            _revise(session, draft, writer)
            service.comment(session, draft, writer, "按今年的检查情况补了一个案例。")
            service.submit(session, draft, writer)
    with at(app, now - timedelta(hours=5)), writing() as session:
        drafts.begin_new(session, _bought(now), writer)


def _draft(session: Session, code: str, viewer: Viewer) -> CourseDraft | None:
    held = telling.by_code(session, code)
    return drafts.begin(session, held.unit, viewer) if held else None


def _revise(session: Session, draft: CourseDraft, viewer: Viewer) -> None:
    """A page more, and a sentence more on the first one."""
    unit = drafts.unit_of(draft)
    first = unit.pages[0]
    words = f"{first.markdown.strip()}\n\n检查时，先看价签，再看系统，最后看小票：三者一致，才算标价清楚。\n"
    drafts.save_page(session, draft, first.key, (first.title, words), viewer, seen=drafts.mark(first))
    key = drafts.add_page(session, draft, "案例：促销海报上的“原价”", viewer)
    empty = made_page(key, "案例：促销海报上的“原价”", "")
    drafts.save_page(session, draft, key, (empty.title, CASE), viewer, seen=drafts.mark(empty))


def _bought(now: datetime) -> Unit:
    """A unit of a supplier whose settings are still being filled in."""
    return Unit(
        code="office-20",
        title="执法记录仪使用规范",
        title_en="Using body-worn recorders",
        summary="什么时候必须录、录下来怎样保存、谁可以调阅。",
        summary_en="",
        subject="office",
        hours=Hours.of("1"),
        check=Check((), Fraction(3, 5)),
        pages=(made_page("page-1", "什么时候必须录", "到达现场、出示证件之前就应当开机。\n"),),
        source=Source(Origin.BOUGHT, "华文培训服务有限公司", (now + timedelta(days=45)).date(), Decimal("12800.00")),
        objectives=("说出应当全程记录的情形",),
    )
