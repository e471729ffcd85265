"""The columns of each sheet, and every word by which offices call them and their values."""

from lms.particulars.queries import GENDERS_ZH, POLITICAL_ZH
from lms.tables import Column, names_of
from lms.tables import folded as folded

KINDS = ("units", "people", "files")


UNITS = (
    Column("code", "机构代码", ("机构编码", "单位代码", "单位编码", "部门编码", "组织代码", "code"), required=True, example="JC0103"),
    Column("name", "机构名称", ("单位名称", "部门名称", "组织名称", "名称", "name"), required=True, example="东湖河东市场监管所"),
    Column("parent", "上级代码", ("上级机构代码", "上级机构编码", "上级单位代码", "上级编码", "父级代码", "parent"), example="JC01"),
    Column("kind", "类别", ("机构类别", "机构类型", "单位类别", "级别", "层级", "kind"), example="所"),
    Column("order", "排序", ("排序号", "序", "顺序", "order"), example="3"),
)  # fmt: skip
PEOPLE = (
    Column("staff_number", "工号", ("人员编号", "员工号", "人员编码", "职工号", "staffnumber", "id"), required=True, example="JC00731"),
    Column("name", "姓名", ("名字", "人员姓名", "name"), required=True, example="王晓燕"),
    Column("unit", "机构代码", ("机构编码", "单位代码", "单位编码", "部门编码", "部门代码", "unit"), example="JC0103"),
    Column("unit_name", "机构名称", ("单位名称", "部门名称", "所在单位", "工作单位", "单位", "部门", "unitname"), example="东湖河东市场监管所"),
    Column("post", "职务", ("现任职务", "岗位", "post"), example="科员"),
    Column("rank", "职级", ("现任职级", "级别", "rank"), example="一级科员"),
    Column("from_date", "任职日期", ("任现职日期", "任职时间", "到岗日期", "fromdate"), example="2024-07-01"),
    Column("state", "状态", ("人员状态", "在职状态", "state"), example="在职"),
)  # fmt: skip
FILES = (
    Column("staff_number", "工号", ("人员编号", "员工号", "人员编码", "职工号", "staffnumber", "id"), required=True, example="JC00731"),
    Column("name", "姓名", ("名字", "人员姓名", "name"), required=True, example="王晓燕"),
    Column("gender", "性别", ("gender",), example="女", choices=tuple(GENDERS_ZH.values())),
    Column("born", "出生年月", ("出生日期", "出生时间", "生日", "born"), example="1984-05"),
    Column("id_number", "身份证号", ("身份证号码", "公民身份号码", "身份证", "idnumber")),
    Column("ethnicity", "民族", ("族别", "ethnicity"), example="汉族"),
    Column("political", "政治面貌", ("党派", "political"), example="中共党员", choices=tuple(POLITICAL_ZH.values())),
    Column("education", "学历", ("最高学历", "文化程度", "education"), example="大学本科"),
    Column("degree", "学位", ("最高学位", "degree"), example="法学学士"),
    Column("category", "干部类别", ("人员类别", "category"), example="综合管理类"),
    Column("appointed_on", "任现职时间", ("任职时间", "任现职日期", "任职日期", "appointedon"), example="2024-07-01"),
    Column("from_date", "自何日起", ("起始日期", "生效日期", "变动日期", "fromdate"), example="2024-07-01"),
    Column("reason", "事由", ("变动原因", "原因", "reason"), example="年度信息采集"),
)  # fmt: skip
COLUMNS: dict[str, tuple[Column, ...]] = {"units": UNITS, "people": PEOPLE, "files": FILES}
UNIT_KINDS = {
    "bureau": ("局", "局机关", "市局", "省局", "总局", "bureau", "1"),
    "branch": ("分局", "区局", "县局", "支局", "branch", "2"),
    "office": ("所", "市场监管所", "监管所", "基层所", "工商所", "office", "3"),
}
STAYS = ("在职", "在岗", "正常", "在编", "试用", "启用", "1", "是", "active")


def column_of(kind: str, header: str) -> str | None:
    """The column that a header of a sheet of that kind names, None for one nobody knows."""
    return _NAMES[kind].get(folded(header))


def title_of(kind: str, name: str) -> str:
    """The title of a column in our template; the name itself for one there is not."""
    return next((column.title for column in COLUMNS[kind] if column.name == name), name)


def unit_kind(text: str) -> str | None:
    """bureau, branch or office, by any of its names."""
    word = folded(text)
    return next((kind for kind, names in UNIT_KINDS.items() if word in names), None)


_NAMES = {kind: names_of(columns) for kind, columns in COLUMNS.items()}
