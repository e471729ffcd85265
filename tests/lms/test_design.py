"""The design system keeps its promises: contrast in both themes, icons that exist, scripts and sheets of modest size."""

import re
from pathlib import Path

import pytest

LMS = Path(__file__).parents[2] / "lms"
CSS = LMS / "static" / "css"
TOKEN = re.compile(r"(--[\w-]+):\s*#([0-9a-f]{6});")
INK = ["--ink", "--ink-soft", "--ink-faint", "--pine", "--cinnabar", "--brass", "--slate"]
TEXT_PAIRS = [
    *[(ink, ground) for ink in INK for ground in ("--paper", "--sheet")],
    *[(ink, "--sunk") for ink in ("--ink", "--ink-soft", "--ink-faint")],
    *[(f"--{name}", f"--{name}-wash") for name in ("pine", "cinnabar", "brass", "slate")],
    *[("--ink", f"--{name}-wash") for name in ("pine", "cinnabar", "brass", "slate")],
    ("--pine-strong", "--pine-wash"),
    *[("--on-pine", ground) for ground in ("--pine-fill", "--pine-fill-strong")],
    *[("--on-cinnabar", ground) for ground in ("--cinnabar-fill", "--cinnabar-fill-strong")],
    *[(ink, ground) for ink in ("--on-roof", "--on-roof-soft") for ground in ("--roof", "--roof-deep")],
    ("--on-seal", "--seal"),
    ("--on-mark", "--mark"),
]
SHAPE_PAIRS = [
    *[(line, ground) for line in ("--rule-strong", "--focus", "--pine-fill") for ground in ("--paper", "--sheet")],
    ("--brass-on-roof", "--roof"),
]


def tokens(theme: str) -> dict[str, str]:
    """The colours of a theme; dark.css lies over tokens.css as on the page."""
    found = dict(TOKEN.findall((CSS / "tokens.css").read_text("utf-8")))
    if theme == "dark":
        found |= dict(TOKEN.findall((CSS / "dark.css").read_text("utf-8")))
    return found


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT_PAIRS, 4.5), (SHAPE_PAIRS, 3.0)], ids=["text", "shape"])
def test_pairs_that_are_used_together_can_be_told_apart(theme: str, pairs: list[tuple[str, str]], least: float) -> None:
    """
    Text has at least 4.5:1 to its ground, lines and shapes that carry meaning 3:1 (WCAG 2.2, 1.4.3 and 1.4.11).
    """
    colours = tokens(theme)
    ratios = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in pairs}

    assert {pair: ratio for pair, ratio in ratios.items() if ratio < least} == {}


def test_dark_replaces_only_what_exists() -> None:
    """
    A colour of the dark theme that the light theme does not know is a slip of the pen.
    """
    assert tokens("dark").keys() == tokens("light").keys()


def test_every_token_used_is_defined() -> None:
    """
    A misspelt custom property falls back silently; here it does not.
    """
    defined = set(re.findall(r"(--[\w-]+):", (CSS / "tokens.css").read_text("utf-8")))
    used = {name for path in CSS.glob("*.css") for name in re.findall(r"var\((--[\w-]+)", path.read_text("utf-8"))}

    assert set() == used - defined


def test_every_icon_asked_for_is_drawn() -> None:
    """
    A name in an icon() call or a navigation entry has its shape.
    """
    drawn = set(re.findall(r'^  "(\w+)":', (LMS / "templates/components/icons.html").read_text("utf-8"), re.M))
    asked = {
        name
        for path in LMS.rglob("*.html")
        for name in re.findall(r"""\bicon\(["'](\w+)["']""", path.read_text("utf-8"))
    }

    assert set() == asked - drawn


def test_sheets_stay_below_the_floor_of_old_browsers() -> None:
    """
    Nothing Chromium 109 does not know may carry the layout or a colour.
    """
    beyond = re.compile(r"oklch|color-mix|light-dark\(|subgrid|@scope|anchor-name|popover")

    assert {path.name: found for path in CSS.glob("*.css") if (found := beyond.findall(path.read_text("utf-8")))} == {}


def test_a_style_sheet_is_one_subject() -> None:
    """
    No sheet and no script is longer than 500 lines, like every other file of the house.
    """
    files = [*CSS.glob("*.css"), *(LMS / "static" / "js").glob("*.js")]

    assert [path.name for path in files if len(path.read_text("utf-8").splitlines()) > 500] == []
