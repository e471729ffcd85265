"""Sound values of courseware, so that a test names only what matters to it."""

from dataclasses import replace
from fractions import Fraction

from courseware.hours import Hours
from courseware.unit import Check, Media, Page, Unit

ITEMS = tuple(f"penalty-00{number}" for number in range(1, 6))
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9"/></svg>'

SETTINGS = """format = 1
code = "penalty-01"
title = "简易程序"
title_en = "The summary procedure"
summary = "什么案件可以当场处罚。"
summary_en = "Which cases may be decided on the spot."
subject = "penalty"
source = "self-made"
hours = "1.5"
objectives = ["说出适用条件"]
terms = [
  { term = "当场处罚", meaning = "在现场作出并交付决定" },
]
check = { items = ["penalty-001", "penalty-002"], pass = "0.6" }
references = [{ source = "中华人民共和国行政处罚法", article = "第五十一条" }]
pages = ["01-scope.md", "02-steps.md"]
"""
FILES: dict[str, bytes] = {
    "unit.toml": SETTINGS.encode(),
    "01-scope.md": "# 适用范围\n\n案情简单、事实清楚。\n\n![流程图](flow.svg)\n".encode(),
    "02-steps.md": "# 步骤\n\n出示证件，说明理由。\n".encode(),
    "flow.svg": SVG,
}


def some_files(**changed: bytes | str | None) -> dict[str, bytes]:
    """The files of a sound unit; `unit_toml` or `page` (the first) or `picture` put another text in their place."""
    names = {"unit_toml": "unit.toml", "page": "01-scope.md", "picture": "flow.svg"}
    files = dict(FILES)
    for key, value in changed.items():
        if value is None:
            del files[names[key]]
        else:
            files[names[key]] = value.encode() if isinstance(value, str) else value
    return files


def settings(old: str, new: str) -> str:
    """The settings of the sound unit with one passage replaced."""
    assert old in SETTINGS
    return SETTINGS.replace(old, new)


def a_page(key: str = "01-scope", text: str = "字" * 400) -> Page:
    """A page long enough to publish."""
    return Page(key, f"标题{key}", text)


def a_unit(code: str = "penalty-01") -> Unit:
    """A unit with nothing wrong in it."""
    return Unit(
        code=code,
        title=f"单元{code}",
        title_en="Unit",
        summary="摘要",
        summary_en="Summary",
        subject="penalty",
        hours=Hours.of("1.5"),
        check=Check(ITEMS, Fraction(3, 5)),
        pages=tuple(a_page(key) for key in ("01-a", "02-b", "03-c", "04-d")),
    )


def with_picture(unit: Unit, name: str) -> Unit:
    """The unit with a picture that it holds and shows on its first page."""
    first = replace(unit.pages[0], media=(name,))
    return replace(unit, pages=(first, *unit.pages[1:]), media=(Media(name, "image/svg+xml", "0" * 64, 9),))
