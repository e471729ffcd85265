"""The empty sheet that examiners fill in, with a second sheet that explains each column by examples."""

import io
from collections.abc import Sequence

import xlsxwriter

from question_bank.formats.columns import NAMES, TYPES
from question_bank.formats.excel import EXPLANATION, HEADER_WITHIN

OPTIONS = "ABCDEF"
ROWS = 2000
_DIFFICULTIES = ("易", "中", "难")
_COGNITIVE = ("识记", "理解", "应用")
_CLASSIFICATIONS = ("公开", "仅考试")
COLUMNS: tuple[tuple[str, int], ...] = (
    ("题型", 10),
    ("题干", 60),
    *((f"选项{letter}", 24) for letter in OPTIONS),
    ("正确答案", 16),
    ("答案解析", 40),
    ("大类", 18),
    ("知识点", 18),
    ("难度", 8),
    ("认知层次", 10),
    ("考核目标", 18),
    ("法规条款", 32),
    ("生效日期", 12),
    ("有效期至", 12),
    ("材料标题", 18),
    ("案例", 40),
    ("互斥组", 12),
    ("使用范围", 10),
)
_HINTS = (
    "请在“试题”工作表中每行填写一道试题，第一行标题保留。列的先后可以调整，不需要的列可以删去。",
    "题型可从下拉列表选择；单选、多选写选项字母，判断写“对”或“错”。",
    "填空题在题干中用两个以上下划线或空括号表示空，多个空的答案用“|”分开，一个空的几种写法用“；”分开。",
    "选词填空题每个空占一个选项格，备选词用“/”分开；答案写各空的正确词，用“|”分开。",
    "计算题写数值，可带允许误差和单位，如 12.5±0.5 万元。排序题在选项列写各项，答案写正确的字母顺序；"
    "匹配题每个选项写“左边→右边”，答案留空。",
    "法规条款写《名称》第…条，多条可连写。大类不填时，以上传时选择的大类为准。",
    "同一案例的几道小题，每行都写相同的材料标题和案例内容。互斥组名称相同的试题不会出现在同一份试卷。"
    "使用范围写“公开”或“仅考试”。",
    "热点图题要有图片，请在编辑页面录入。编号、身份证号等长数字请先把单元格设为文本格式再填写，否则后几位会丢失。",
)
_EXAMPLES: tuple[tuple[str, ...], ...] = (
    ("单选题", "现场检查时，执法人员不得少于几人？", "一人", "两人", "三人", "四人", "", "", "B", "由两名以上人员进行。"),
    ("多选题", "下列属于行政处罚种类的有哪些？", "警告", "罚款", "行政拘留", "查封场所", "", "", "ABC", "查封是强制措施。"),
    ("判断题", "口头投诉也应当登记。", "", "", "", "", "", "", "对", ""),
    ("填空题", "受理登记应当出具____，材料齐全的____办结。", "", "", "", "", "", "", "凭证；回执|当场", ""),
    ("选词填空题", "陈述申辩____听取，____因申辩加重处罚。", "应当/可以", "可以/不得", "", "", "", "", "应当|不得", ""),
    ("计算题", "货值 5 万元，处三倍罚款，应罚多少？", "", "", "", "", "", "", "15 万元", ""),
    ("排序题", "按先后排列办案步骤。", "立案", "调查", "审核", "决定", "", "", "ABCD", ""),
    ("匹配题", "把文书与用途对应起来。", "送达回证→证明已送达", "询问笔录→记录陈述", "", "", "", "", "", ""),
    ("简答题", "简述告知程序的内容。", "", "", "", "", "", "", "告知拟作出的决定、事实、理由、依据和权利。", ""),
    ("文件题", "撰写一份检查情况报告并提交。", "", "", "", "", "", "", "报告应写明检查对象、经过、发现的问题和建议。", ""),
)  # fmt: skip


def template() -> bytes:
    """The workbook as a file."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False})
    head = book.add_format({"bold": True, "bg_color": "#E8EEE6", "border": 1, "text_wrap": True, "valign": "vcenter"})
    text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet("试题")
    sheet.freeze_panes(1, 0)
    for place, (title, width) in enumerate(COLUMNS):
        sheet.set_column(place, place, width, text)
        sheet.write_string(0, place, title, head)
    lists = (("题型", _type_names()), ("难度", _DIFFICULTIES), ("认知层次", _COGNITIVE), ("使用范围", _CLASSIFICATIONS))
    for title, values in lists:
        place = [name for name, _width in COLUMNS].index(title)
        sheet.data_validation(1, place, ROWS, place, {"validate": "list", "source": list(values)})
    explain(book, head, text)
    book.close()
    return target.getvalue()


def _type_names() -> Sequence[str]:
    """What an empty row can become: a hotspot needs its picture."""
    return [names[0] for kind, names in TYPES.items() if kind != "hotspot"]


def explain(book: xlsxwriter.Workbook, head: xlsxwriter.format.Format, text: xlsxwriter.format.Format) -> None:
    """A sheet with hints, then examples: far enough down that they are never read as questions."""
    sheet = book.add_worksheet(EXPLANATION)
    for row, hint in enumerate(_HINTS):
        sheet.write_string(row, 0, hint)
    start = HEADER_WITHIN + 2
    for place, (title, width) in enumerate(COLUMNS[: len(_EXAMPLES[0])]):
        sheet.set_column(place, place, width)
        sheet.write_string(start, place, title, head)
        for row, example in enumerate(_EXAMPLES, start + 1):
            sheet.write_string(row, place, example[place], text)
    others = "；".join(f"{names[0]}：{'、'.join(names[1:4])}" for names in NAMES.values() if len(names) > 1)
    sheet.write_string(start + len(_EXAMPLES) + 2, 0, f"列名也可以写作——{others}")
