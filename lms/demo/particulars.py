"""Personnel files of the demonstration: those of the bureau and of the first branch, and a file of changes that waits to be taken."""

from datetime import date, datetime, timedelta

from lms.accounts.queries import PersonRow
from lms.clock import BUREAU_ZONE
from lms.database import writing
from lms.demo.organisation import FOUNDED, Organisation
from lms.particulars import service
from lms.particulars.queries import ParticularsRow, Political
from lms.particulars.service import Change
from lms.roster import service as roster
from question_bank.chance import Chance

#: how many of a hundred are what to the party
PARTY = (
    (62, Political.MEMBER), (66, Political.PROBATIONARY), (74, Political.LEAGUE), (79, Political.DEMOCRATIC), (100, Political.NONE),
)  # fmt: skip
SCHOOLS = (("大学本科", "法学学士"), ("大学本科", "管理学学士"), ("研究生", "公共管理硕士"), ("大学专科", None))
CATEGORIES = ("综合管理类", "行政执法类", "行政执法类", "专业技术类")
HEADER = "工号,姓名,政治面貌,学历,学位,自何日起,事由\n"


def build(made: Organisation, manager: PersonRow, chance: Chance, *, now: datetime) -> None:
    """Record what the files say; the manager of the first branch has sent a file with good rows and bad ones."""
    office = made.offices[:7]
    people = [person for unit in (made.bureau, made.branches[0], *office) for person in made.people[unit.id]]
    with writing() as session:
        changes = [(person, Change(_said(chance), FOUNDED, "建档")) for person in people]
        service.record_changes(session, changes, by=None)
    day = (now - timedelta(days=10)).astimezone(BUREAU_ZONE).date()
    with writing() as session:
        upload = roster.Upload(roster.FILES, "年度信息采集.csv", _sheet(made.people[office[0].id], day).encode())
        path = made.branches[0].path
        roster.begin(session, upload, paths=[path], by=manager.id, owner=manager.public_id)


def _said(chance: Chance) -> ParticularsRow:
    born = f"{1966 + chance.below(32)}-{1 + chance.below(12):02}"
    drawn = chance.below(100)
    political = next(kind for below, kind in PARTY if drawn < below)
    education, degree = SCHOOLS[chance.below(len(SCHOOLS))]
    appointed = FOUNDED - timedelta(days=chance.below(1500))
    category = CATEGORIES[chance.below(len(CATEGORIES))]
    gender = "female" if chance.below(100) < 42 else "male"
    return ParticularsRow(gender, born, "汉族", political, education, degree, category, appointed)


def _sheet(people: list[PersonRow], day: date) -> str:
    """Three good rows, a wrong name, an unknown number, and a value that is no choice."""
    first, second, third, fourth, fifth, *_rest = people
    rows = (
        f"{first.staff_number},{first.name},,研究生,法律硕士,{day},取得学位",
        f"{second.staff_number},{second.name},中共预备党员,,,{day},入党",
        f"{third.staff_number},{third.name},,研究生,工商管理硕士,{day},取得学位",
        f"{fourth.staff_number},{fifth.name},中共党员,,,{day},",
        f"JC99999,{fifth.name},中共党员,,,{day},",
        f"{fifth.staff_number},{fifth.name},党外,,,{day},",
    )
    return HEADER + "\n".join(rows) + "\n"
