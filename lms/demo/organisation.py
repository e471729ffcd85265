"""The invented bureau of 江城: 22 branches, 149 offices, 2,000 cadres with posts and ranks."""

from dataclasses import dataclass
from datetime import date, timedelta

from faker import Faker
from sqlalchemy.orm import Session

from lms.accounts import service
from lms.accounts.queries import PersonRow, UnitRow
from question_bank.chance import Chance

PEOPLE = 2000
FOUNDED = date(2019, 1, 1)

BRANCHES = (
    "东湖", "西山", "南浦", "北苑", "清江", "白鹭", "青石", "望岳", "临川", "云台", "长亭",
    "金沙", "玉泉", "松岭", "梅园", "竹溪", "兰桥", "荷塘", "枫桥", "石门", "开发区", "高新区",
)  # fmt: skip
OFFICES = ("城关", "河西", "河东", "朝阳", "新区", "桥头", "集贤")
DEPARTMENTS = ("法规处", "登记注册处", "执法稽查局", "食品安全处", "质量发展处", "人事教育处")
BUREAU_POSTS = (("处长", "二级调研员"), ("副处长", "三级调研员"), ("科长", "一级主任科员"), ("科员", "三级主任科员"))
BRANCH_POSTS = (("分局长", "四级调研员"), ("副分局长", "一级主任科员"), ("科长", "二级主任科员"), ("科员", "一级科员"))
OFFICE_POSTS = (("所长", "一级主任科员"), ("副所长", "二级主任科员"), ("科员", "四级主任科员"), ("科员", "一级科员"))


@dataclass(frozen=True, slots=True)
class Organisation:
    """What was made: the bureau, branches, offices, and people by unit id."""

    bureau: UnitRow
    branches: tuple[UnitRow, ...]
    offices: tuple[UnitRow, ...]
    people: dict[int, list[PersonRow]]

    def everybody(self) -> list[PersonRow]:
        """All people in the order of their staff numbers."""
        return sorted((p for group in self.people.values() for p in group), key=lambda p: p.staff_number)


def build(session: Session, chance: Chance) -> Organisation:
    """Make units and people."""
    bureau = service.add_unit(session, code="JC", name="江城市市场监督管理局", kind="bureau", from_date=FOUNDED)
    branches, offices = [], []
    for number, name in enumerate(BRANCHES, 1):
        branch = service.add_unit(
            session,
            code=f"JC{number:02}",
            name=f"{name}分局",
            kind="branch",
            parent_id=bureau.id,
            sort_order=number,
            from_date=FOUNDED,
        )
        branches.append(branch)
        for place, office in enumerate(OFFICES[: 7 if number <= 17 else 6], 1):
            offices.append(
                service.add_unit(
                    session,
                    code=f"JC{number:02}{place:02}",
                    name=f"{name}{office}市场监管所",
                    kind="office",
                    parent_id=branch.id,
                    sort_order=place,
                    from_date=FOUNDED,
                )
            )
    organisation = Organisation(bureau, tuple(branches), tuple(offices), {})
    _people(session, organisation, chance)
    return organisation


def _people(session: Session, organisation: Organisation, chance: Chance) -> None:
    names = Faker("zh_CN")
    names.seed_instance(20110623)
    number = 0
    plan = [(organisation.bureau, 120, BUREAU_POSTS)]
    plan += [(branch, 30, BRANCH_POSTS) for branch in organisation.branches]
    rest = PEOPLE - 120 - 30 * len(organisation.branches)
    share, more = divmod(rest, len(organisation.offices))
    plan += [(office, share + (place < more), OFFICE_POSTS) for place, office in enumerate(organisation.offices)]
    for unit, size, posts in plan:
        group = []
        for place in range(size):
            number += 1
            post, rank = posts[min(place, len(posts) - 1)] if place < 2 else posts[2 + (place > size // 4)]
            group.append(
                service.add_person(
                    session,
                    staff_number=f"JC{number:05}",
                    name=names.name(),
                    unit_id=unit.id,
                    post=post,
                    rank=rank,
                    from_date=FOUNDED + timedelta(days=chance.below(2400)),
                )
            )
        organisation.people[unit.id] = group
