"""Claims of the demonstration: learning elsewhere in every state, each with a file of evidence that shows something."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from flask import Flask
from PIL import Image, ImageDraw, ImageFont
from sqlalchemy.orm import Session

from courseware.facts import Channel, Level
from courseware.hours import Hours
from lms.accounts.policy import Grant, Role, Viewer
from lms.accounts.queries import PersonRow
from lms.claims import evidence, policy, service
from lms.claims.models import Claim
from lms.claims.service import Learning
from lms.clock import BUREAU_ZONE
from lms.database import writing
from lms.demo.clock import at
from lms.demo.learning import viewer_of
from lms.demo.organisation import Organisation
from lms.fonts import FOLDER
from lms.printing import Printer

NOTE = "演示材料：单位、人员和事项均为虚构。"
TEMPLATE = Path(__file__).parent / "notice.typ"
FONT = FOLDER / "NotoSerifSC-Regular.otf"


@dataclass(frozen=True, slots=True)
class Sample:
    """A claim: by whom (a place among the claimants), what, how many days ago it ended, and its steps in their order, each
    with its reason or hours.
    """

    who: int
    channel: Channel
    title: str
    organiser: str
    place: str
    ago: int
    half_days: int | None
    hours: str
    steps: tuple[tuple[str, str], ...] = ()
    level: Level | None = None
    minutes: int | None = None
    pdf: bool = False


SUBMITTED = (("submit", ""),)
CONFIRMED = (*SUBMITTED, ("confirm", ""))
SAMPLES = (
    Sample(0, Channel.TRIP, "赴南京学习智慧监管经验", "江城市委组织部", "南京市", 150, 6, "18", (*CONFIRMED, ("approve", "18")), pdf=True),
    Sample(0, Channel.ARTICLE, "论基层食品安全监管的协同机制", "《江城市场监管》", "", 64, None, "12", CONFIRMED, Level.CITY),
    Sample(0, Channel.LECTURING, "特种设备安全法实务（主讲）", "东湖分局", "江城市", 21, None, "10", (*SUBMITTED, ("return", "请补充授课通知和签到表。")), minutes=90),
    Sample(0, Channel.UNIVERSITY, "公共管理自主选学班", "江城大学继续教育学院", "江城市", 4, 4, "12"),
    Sample(1, Channel.CLASS, "全省网络交易监管业务班", "省市场监督管理局", "省委党校", 12, 10, "30", SUBMITTED, pdf=True),
    Sample(2, Channel.STUDY_GROUP, "党组理论学习中心组学习（第三季度）", "东湖分局党组", "江城市", 33, None, "3", SUBMITTED, minutes=180),
    Sample(3, Channel.ARTICLE, "《论基层食品安全监管的协同机制》", "《江城市场监管》", "", 60, None, "12", SUBMITTED, Level.CITY),
    Sample(4, Channel.IN_HOUSE, "食品快速检测操作内训", "东湖分局食品科", "江城市", 45, 1, "3", CONFIRMED),
    Sample(5, Channel.ABROAD, "食品安全治理境外培训", "省外事办公室", "新加坡", 210, 20, "48", (*CONFIRMED, ("approve", "48"), ("correct", "42"))),
    Sample(6, Channel.LECTURING, "知识产权保护讲座（主讲）", "江城市图书馆", "江城市", 80, None, "5", (*CONFIRMED, ("approve", "5")), minutes=120),
    Sample(1, Channel.OTHER, "江城半程马拉松志愿服务", "江城市体育局", "江城市", 95, 1, "3", (*SUBMITTED, ("refuse", "与岗位职责和学习培训无关。"))),
    Sample(2, Channel.TRIP, "赴兄弟单位参观交流", "东湖分局", "西山区", 8, 1, "3", (*SUBMITTED, ("withdraw", ""))),
)  # fmt: skip


def build(app: Flask, made: Organisation, learner: PersonRow, *, now: datetime) -> None:
    """Let people of the first branch claim, its manager confirm and the manager of all approve; `learner` has four claims."""
    branch = made.branches[0]
    near = _manager(made.people[branch.id][2], branch.path)
    above = _manager(made.people[made.bureau.id][18], "/")
    people = [learner, *(made.people[office.id][4] for office in made.offices[:6])]
    printer = Printer(TEMPLATE)
    for sample in SAMPLES:
        claimant = viewer_of(people[sample.who])
        last = (now - timedelta(days=sample.ago)).astimezone(BUREAU_ZONE).date()
        said = _learning(sample, last)
        with at(app, now - timedelta(days=sample.ago - 1)):
            claim = _begin(claimant, said, sample, printer)
        for place, (kind, told) in enumerate(sample.steps):
            with at(app, now - timedelta(days=sample.ago * (len(sample.steps) - place) / (len(sample.steps) + 1))):
                _step(claim, kind, told, claimant if kind in OWN else above if kind in ABOVE else near)


def _manager(person: PersonRow, path: str) -> Viewer:
    return replace(viewer_of(person), grants=(Grant(Role.TRAINING_MANAGER, unit_path=path),))


def _learning(sample: Sample, last: date) -> Learning:
    days = ((sample.half_days or 1) + 1) // 2
    return Learning(
        sample.channel, sample.title, sample.organiser, sample.place, last - timedelta(days=days - 1), last, sample.half_days,
        sample.minutes, sample.level, Hours.of(sample.hours),
    )  # fmt: skip


def _begin(claimant: Viewer, said: Learning, sample: Sample, printer: Printer) -> str:
    """A draft with its evidence; its public id."""
    with writing() as session:
        public_id = service.begin(session, claimant, said)
        number = policy.access_own(session, claimant, public_id).id
    name, data = ("通知.pdf", _notice(said, printer)) if sample.pdf else ("证明.png", _picture(said))
    file = evidence.take(number, public_id, name, io.BytesIO(data))
    with writing() as session:
        service.add_file(session, policy.access_own(session, claimant, public_id, lock=True), file)
    return public_id


def _notice(said: Learning, printer: Printer) -> bytes:
    body = f"兹定于{said.starts_on:%Y年%m月%d日}至{said.ends_on:%Y年%m月%d日}在{said.place}举办“{said.title}”，请按时参加。"
    paper = {"title": f"关于举办{said.title}的通知", "organiser": said.organiser, "body": body, "note": NOTE}
    return printer.draw(paper | {"day": f"{said.starts_on - timedelta(days=7):%Y年%m月%d日}"})


def _picture(said: Learning) -> bytes:
    """A sheet with a frame as a scanned proof looks."""
    sheet = Image.new("L", (720, 480), 252)
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((24, 24, 696, 456), outline=90, width=3)
    lines = (
        (90, 40, "证 明"),
        (190, 24, said.title),
        (250, 20, said.organiser),
        (300, 20, f"{said.ends_on:%Y年%m月%d日}"),
        (420, 14, NOTE),
    )
    for height, size, text in lines:
        pen.text((360, height), text, font=ImageFont.truetype(FONT, size), fill=40, anchor="mm")
    target = io.BytesIO()
    sheet.save(target, "PNG", optimize=False)
    return target.getvalue()


def _step(public_id: str, kind: str, told: str, by: Viewer) -> None:
    """Take one step of a claim."""
    with writing() as session:
        if kind in OWN:
            OWN[kind](session, policy.access_own(session, by, public_id, lock=True), by)
            return
        claim, person = policy.access_at_desk(session, by, public_id, lock=True)
        DECISIONS[kind](session, claim, person, by, told)


def _confirm(session: Session, claim: Claim, person: PersonRow, by: Viewer, _told: str) -> None:
    service.confirm(session, claim, person, by)


def _approve(session: Session, claim: Claim, person: PersonRow, by: Viewer, told: str) -> None:
    service.approve(session, claim, person, by, Hours.of(told))


def _correct(session: Session, claim: Claim, person: PersonRow, by: Viewer, told: str) -> None:
    service.correct(session, claim, person, by, hours=Hours.of(told), reason="按实际出勤核减。")


Decision = Callable[[Session, Claim, PersonRow, Viewer, str], None]
OWN: Mapping[str, Callable[[Session, Claim, Viewer], None]] = {"submit": service.submit, "withdraw": service.withdraw}
DECISIONS: Mapping[str, Decision] = {
    "confirm": _confirm, "return": service.send_back, "refuse": service.refuse, "approve": _approve, "correct": _correct,
}  # fmt: skip
#: what the manager who stands above decides
ABOVE = ("approve", "correct")
