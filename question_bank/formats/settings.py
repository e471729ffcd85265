"""What one cell says about the answer beside the answer itself: a line each, a name, a colon and a value."""

import re
from collections.abc import Mapping

#: name in the cell -> its other names
NAMES: dict[str, tuple[str, ...]] = {
    "中文数字": ("数字等同",),
    "区分大小写": ("大小写",),
    "通配": ("通配符",),
    "权重": ("各空权重",),
    "顺序": ("答案顺序",),
    "误差方式": (),
    "误差": (),
    "单位": (),
    "其他单位": (),
    "固定选项": ("固定",),
    "选项得分": ("得分", "分值比例"),
    "文件类型": ("文件格式",),
    "大小上限": ("文件大小",),
    "图片": (),
    "尺寸": (),
    "区域": (),
}
_PLACE = {other: name for name, others in NAMES.items() for other in (name, *others)}
_LINE = re.compile(r"\s*([^：:]{1,12})\s*[：:]\s*(.*?)\s*\Z")


def parsed(cell: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """The settings by their names, and the lines that are none."""
    found: dict[str, str] = {}
    strange = []
    for line in filter(str.strip, cell.split("\n")):
        match = _LINE.match(line)
        name = _PLACE.get(match[1].strip()) if match else None
        if match and name and name not in found:
            found[name] = match[2]
        else:
            strange.append(line.strip())
    return found, tuple(strange)


def written(settings: Mapping[str, str]) -> str:
    """The inverse; what is empty is left out."""
    return "\n".join(f"{name}：{value}" for name, value in settings.items() if value)


def flags(text: str, count: int) -> tuple[bool, ...] | None:
    """Yes or no for each of `count` blanks ("是|否"), one word for all of them; None for anything else."""
    words = [word.strip() for word in text.split("|")]
    words = words * count if len(words) == 1 else words
    values = [{"是": True, "否": False}.get(word) for word in words]
    return tuple(value is True for value in values) if len(values) == count and None not in values else None
