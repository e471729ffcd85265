"""The player's page is put together from kept pieces: it is what rendering each question for this candidate would give."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask_babel import gettext
from markupsafe import Markup

from lms.accounts.models import Person
from lms.database import writing
from lms.exams.models import Exam
from lms.i18n import chosen_theme, plain
from lms.question_types import TYPE_NAMES
from lms.richtext import rendered
from lms.sitting import page
from lms.sitting.rows import MARK
from question_bank.assembly import Form, Slot
from question_bank.chance import derive
from question_bank.interactions.matching import Pairs
from question_bank.interactions.options import Option, Options
from question_bank.interactions.ordering import Sequence
from question_bank.item import ItemVersion, Stimulus
from tests.cast import Cast
from tests.exam_day import ExamDay
from tests.question_bank.test_interactions import BODIES
from tests.sitting.test_sitting import Candidate

LANGUAGES = ("zh", "en")
SEEDS = [derive(b"page", str(n)) for n in range(6)]
#: every noncharacter of the block that programs like to use as marks, and what looks like a mark of ours
ODD = "".join(chr(code) for code in range(0xFDD0, 0xFDF0)) + "number. -id. {} \\1 \\g<1> %s {{ 7 }}"
STEMS = {"fill_in": "期限[[1]]，[[2]]处罚。", "inline_choice": "[[1]]于[[2]]内备案。"}
LETTERS = "ABCDEFGHIJKLMNOP"
IDS = re.compile(r'(?:value|data-value|data-left|data-spot)="([^"]+)"')


def version(kind: str, body: Any = None, **more: Any) -> ItemVersion:
    """A question of a type, with all that could give its key away."""
    stem = more.pop("stem", f"**{kind}** 的题干 <b>1 & 2</b> {STEMS.get(kind, '')}")
    return ItemVersion(
        ref=kind, type=kind, subject="food", stem=stem, body=BODIES[kind] if body is None else body,
        explanation="绝密解析", point="绝密考点", difficulty="hard", objective="绝密目标", **more,
    )  # fmt: skip


CASE = Stimulus("case", "案情 <甲> & 乙", "某店 **销售** 过期食品。")
#: the types, and what is unlike any of them
VERSIONS: dict[str, ItemVersion] = {kind: version(kind) for kind in BODIES} | {
    "markup in every text": version(
        "single_choice",
        Options(tuple(Option(text, n == 0) for n, text in enumerate(("<script>1</script>", "**粗** & \"引\"", "A</label>", "$x<1$")))),
        stem="</article><script>alert(1)</script> \\1 $a<b$",
    ),
    "two lines alike but for markup": version("ordering", Sequence(("甲", "**甲**", "甲 ", "<i>甲</i>"))),
    "as many pairs as there may be": version(
        "matching", Pairs(tuple((f"左<{n}>", f"右&{n}") for n in range(11)), ("无<p>",)),
    ),
    "ten options": version("multiple_choice", Options(tuple(Option(f"选项{n}", n < 3) for n in range(10)))),
    "a case": version("true_false", stimulus=CASE),
    "the same case again": version("numeric", stimulus=CASE),
    "noncharacters": version(
        "matching", Pairs((("甲" + ODD, "一" + ODD), ("乙" + ODD, "二" + ODD)), ("三" + ODD,)), stem=ODD,
        stimulus=Stimulus("odd", ODD, ODD),
    ),
    "noncharacters in options": version(
        "single_choice", Options((Option("甲" + ODD, True), Option("乙" + ODD, False))), stem=ODD
    ),
    "noncharacters in lines": version("ordering", Sequence(("甲" + ODD, "乙" + ODD, ODD)), stem=ODD),
}  # fmt: skip
NUMBERED = dict(enumerate(VERSIONS.values(), 1))


def paper(seed: bytes) -> Form:
    """A candidate's paper: every question above, with other marks here and there."""
    slots = tuple(Slot(n, 0, n, Decimal("1.5") if n % 3 else Decimal(2)) for n in NUMBERED)
    return Form(seed, slots)


@contextmanager
def asking(app: Flask, language: str) -> Iterator[None]:
    """A request in a language."""
    with app.test_request_context("/sitting/", headers={"Cookie": f"language={language}"}):
        yield


def by_the_macros(form: Form, number: int, *, with_case: bool) -> str:
    """A question as the macros give it for one candidate, nothing kept."""
    slot = form.slot(number)
    assert slot is not None
    one = NUMBERED[slot.version]
    shown = page.Shown(
        number=str(number),
        type=one.type,
        control=one.interaction.CONTROL,
        stem=rendered(one.stem),
        presentation=one.interaction.present(one.body, form.slot_seed(number)),
        stimulus=rendered(one.stimulus.text) if one.stimulus and with_case else None,
        stimulus_title=one.stimulus.title if one.stimulus and with_case else None,
    )
    return str(article()(shown, TYPE_NAMES[one.type], gettext("%(marks)s marks", marks=plain(slot.marks))))


def article() -> Any:
    """The macro of a whole question."""
    return page.current_app.jinja_env.get_template("sitting/pieces.html").module.article  # type: ignore[attr-defined]


def drawn(form: Form, versions: Mapping[int, ItemVersion]) -> dict[int, str]:
    """The articles of a paper."""
    return {number: html.decode() for number, html in page.paper_html(form, versions).items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_from_pieces_is_the_page_of_the_macros(app: Flask, language: str) -> None:
    """
    For every type, hostile texts, many candidates one after the other, in each language: the same to the last letter.
    """
    unlike = []
    for seed in SEEDS:
        form = paper(seed)
        with asking(app, language):
            found = drawn(form, NUMBERED)
            for number, name in enumerate(VERSIONS, 1):
                expected = by_the_macros(form, number, with_case=name != "the same case again")
                unlike += [name] if found[number] != expected else []

    assert unlike == []


def test_languages_do_not_mix(app: Flask) -> None:
    """
    What was kept for one language is not shown in the other.
    """
    with asking(app, "zh"):
        chinese = drawn(paper(SEEDS[0]), NUMBERED)
    with asking(app, "en"):
        english = drawn(paper(SEEDS[0]), NUMBERED)

    assert "True or false" in english[3]
    assert "True or false" not in chinese[3]
    assert all(chinese[number] != english[number] for number in NUMBERED)


def test_material_stands_before_the_first_question_of_its_case_only(app: Flask) -> None:
    """
    Two candidates who meet the questions of a case in another order each find the material once, at the first.
    """
    first, second = (1 + list(VERSIONS).index(name) for name in ("a case", "the same case again"))
    numbers = [(first, second), (second, first)]
    forms = [Form(SEEDS[0], tuple(Slot(n, 0, v, Decimal(1)) for n, v in enumerate(order, 1))) for order in numbers]
    with asking(app, "zh"):
        found = [drawn(form, NUMBERED) for form in (*forms, *forms)]

    assert [["过期食品" in html for html in articles.values()] for articles in found] == [[True, False]] * 4


def test_two_candidates_share_no_id(app: Flask) -> None:
    """
    The ids of options, lines, pairs, gaps and areas are this candidate's own, and none of a page is left to fill in.
    """
    pages = []
    for seed in SEEDS:
        with asking(app, "zh"):
            html = "".join(drawn(paper(seed), NUMBERED).values())
        pages.append({found for found in IDS.findall(html) if len(found) > 8})
        assert MARK not in html

    assert min(len(ids) for ids in pages) > 60
    assert sum(len(ids) for ids in pages) == len(set().union(*pages))


def test_no_page_holds_a_key(app: Flask) -> None:
    """
    What differs between two questions only in their key differs in nothing on the page; no explanation is there.
    """
    other = {
        "single_choice": replace(BODIES["single_choice"], options=tuple(
            replace(option, right=n == 1, why="") for n, option in enumerate(BODIES["single_choice"].options))),
        "true_false": type(BODIES["true_false"])(True),
        "hotspot": replace(BODIES["hotspot"], spots=tuple(replace(s, right=not s.right) for s in BODIES["hotspot"].spots)),
    }  # fmt: skip
    for kind, body in other.items():
        forms = Form(SEEDS[0], (Slot(1, 0, 1, Decimal(1)),))
        with asking(app, "zh"):
            page.current_app.extensions.pop("sitting.pages", None)
            as_is = drawn(forms, {1: version(kind)})
            page.current_app.extensions.pop("sitting.pages")
            changed = drawn(forms, {1: version(kind, body)})
        assert as_is == changed, kind
    with asking(app, "zh"):
        html = "".join(drawn(paper(SEEDS[0]), NUMBERED).values())
    assert not any(word in html for word in ("绝密", "hard", "要点", "三十日", "12.5"))


def test_a_shell_is_of_its_exam_language_and_colours(app: Flask) -> None:
    """
    Titles of exam and sections are escaped and cannot be places; other exams, languages and colours have other shells.
    """
    title = f"<b>年度</b> {ODD} \ufdd7settings\ufdd7 place-settings."
    sections = [(title, Decimal(2), [1, 2])]
    shells = set()
    for cookies in ("language=zh", "language=en", "language=zh; theme=dark"):
        with app.test_request_context("/sitting/", headers={"Cookie": cookies}):
            shells |= {
                tuple(page.shell(1, title, lambda: sections, chosen_theme())),
                tuple(page.shell(1, title, lambda: sections, chosen_theme())),
                tuple(page.shell(2, "另一场", lambda: sections, chosen_theme())),
            }
    made = page.filled(
        next(iter(shells)), {"person": b"PERSON", "settings": b"SETTINGS"}, {1: b"ONE", 2: b"TWO"}
    ).decode()

    assert len(shells) == 6
    assert MARK not in made
    assert not any("<b>年度</b>".encode() in words for shell in shells for words, _place in shell)
    assert [made.count(word) for word in ("PERSON", "SETTINGS", "ONE", "TWO")] == [1, 1, 1, 1]


def test_more_exams_than_are_kept_are_shown(app: Flask) -> None:
    """
    What is kept is bounded; what was let go of is made again.
    """
    with asking(app, "zh"):
        shells = [
            page.shell(n, f"第{n}场", lambda: [("甲", Decimal(1), [1])], "auto") for n in range(page.MOST_SHELLS + 5)
        ]
        kept = page.current_app.extensions["sitting.pages"]

        assert len(kept.shells) == page.MOST_SHELLS
        assert page.shell(0, "第0场", lambda: [("甲", Decimal(1), [1])], "auto") == shells[0]


def test_names_and_titles_are_words_on_the_page(app: Flask, cast: Cast, exam_day: ExamDay) -> None:
    """
    A candidate and an exam with markup and marks in their names are shown as written, the paper is whole, and the
    settings are JSON that ends where it ends.
    """
    evil = "</script><img src=x onerror=alert(1)>&\"' \ufdd7settings\ufdd7"
    exam = exam_day.published()
    with app.app_context(), writing() as session:
        session.query(Person).filter_by(id=cast.lin.id).one().name = evil
        session.query(Exam).filter_by(id=exam.id).one().title = evil
    lin = Candidate(app, cast.lin, exam.public_id)
    lin.start()
    html = lin.client.get(f"/sitting/{lin.attempt_id}").text

    assert "<img" not in html
    assert html.count("</script>") == html.count("<script")
    assert html.count('class="question"') == 14
    assert str(Markup("{}").format("</script><img src=x onerror=alert(1)>&\"' ")) in html
    assert MARK not in html


def test_a_neighbour_at_the_same_computer_sees_nothing_of_the_first(app: Flask, cast: Cast, exam_day: ExamDay) -> None:
    """
    One process serves both pages from the same pieces: name, ticket, attempt and ids of one are not in the other.
    """
    exam = exam_day.published(exam_day.plan(units=(cast.bureau.id,)))
    pages, own = [], []
    for name in ("lin", "wang"):
        one = Candidate(app, cast[name], exam.public_id)
        one.start()
        html = one.client.get(f"/sitting/{one.attempt_id}").text
        pages.append(html)
        own.append({cast[name].name, one.attempt_id, one.last_ticket} | {i for i in IDS.findall(html) if len(i) > 8})

    assert min(len(each) for each in own) > 30
    assert not own[0] & own[1]
    assert [word for word in own[0] if word in pages[1]] == []
    assert [word for word in own[1] if word in pages[0]] == []
