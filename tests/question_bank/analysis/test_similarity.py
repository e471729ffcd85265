"""Essays in common: planted copies are found, unrelated essays are left alone, and passages are those of the originals."""

import gc
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.analysis.similarity import COMMON, MANY, RUN, WINDOW, common, likenesses, passages, prepared
from tests.question_bank.analysis.chinese import PHRASES, copied, essay

#: neither text has a run of the other
ONE = "检查组在后厨发现三处隐患，当场开出整改清单，第二天复查全部到位。"
TASK = ONE + "请结合本职工作，谈谈你的做法和体会，题目自拟，字数在一千字左右。"
OTHER = "The quick brown fox jumps over the lazy dog."


def test_planted_copies_of_five_hundred_essays() -> None:
    """
    Twenty-five with 10 of 100 characters from another, twenty-five with 25: nine of ten and all are noticed, at most one
    pair of a hundred without reason, and all of it in seconds (A17).
    """
    chance = random.Random(17)
    essays = {f"e{n}": essay(chance) for n in range(500)}
    planted: dict[float, set[tuple[str, str]]] = {0.10: set(), 0.25: set()}
    for n in range(0, 100, 2):
        share = 0.10 if n < 50 else 0.25
        essays[f"e{n}"] = copied(essays[f"e{n}"], essays[f"e{n + 1}"], share, chance)
        planted[share].add((f"e{n}", f"e{n + 1}"))
    gc.freeze()  # what other tests left behind is not gone through
    started = time.perf_counter()
    texts = {key: prepared(text) for key, text in essays.items()}
    found = likenesses(texts, left=common(texts.values()))
    seconds = time.perf_counter() - started
    gc.unfreeze()

    noticed = {(one.text, one.source) for one in found if one.noticed}
    true = planted[0.10] | planted[0.25]
    false = noticed - true - {(source, text) for text, source in true}
    assert len(noticed & planted[0.10]) >= 0.9 * 25
    assert planted[0.25] <= noticed
    assert len(false) <= 0.01 * 500 * 499
    assert seconds < 10


@given(st.integers(0, 10_000), st.sampled_from([0.1, 0.25]))
def test_passages_are_the_copied_characters(seed: int, share: float) -> None:
    """
    Nearly all that was copied lies in the passages, and the letters of both sides are the same.
    """
    chance = random.Random(seed)
    source, other = essay(chance), essay(chance)
    text = copied(other, source, share, chance)
    found = passages(prepared(text), prepared(source))

    assert sum(one.end - one.start for one in found) >= 0.95 * round(share * 1230)
    assert [one.start for one in found] == sorted(one.start for one in found)
    for one in found:
        assert 0 <= one.start < one.end <= len(text)
        assert (
            prepared(text[one.start : one.start + RUN]).letters[:4]
            == (prepared(source[one.source_start : one.source_start + RUN]).letters[:4])
        )


@given(st.text(max_size=60), st.text(max_size=60), st.integers(0, 19))
def test_twelve_letters_in_common_are_always_found(before: str, after: str, first: int) -> None:
    """
    The promise of winnowing: whatever stands around them.
    """
    piece = prepared(ONE).letters[first : first + RUN + WINDOW - 1][:12]
    if len(piece) < RUN + WINDOW - 1:
        return
    text, source = prepared(before + piece + after), prepared(ONE)

    assert text.prints.keys() & source.prints.keys()
    found = passages(text, source)
    assert any(one.start <= len(before) and one.end >= len(before) + len(piece) for one in found)


def test_width_case_and_punctuation_make_no_difference() -> None:
    """
    The same words typed otherwise: the passage is the whole, told in the characters of each original.
    """
    text = "《Ｆｏｏｄ　Ｓａｆｅｔｙ　Ｌａｗ》第１２３条，检查组在现场！"
    source = ">> food safety law 第123条检查组\n\n在现场 <<"
    found = passages(prepared(text), prepared(source))

    assert len(found) == 1
    assert text[found[0].start : found[0].end] == "Ｆｏｏｄ　Ｓａｆｅｔｙ　Ｌａｗ》第１２３条，检查组在现场"
    assert source[found[0].source_start : found[0].source_end] == "food safety law 第123条检查组\n\n在现场"


def test_pieces_of_one_passage_are_shown_together() -> None:
    """
    One word changed in the middle: one passage; something long put between: two.
    """
    changed = ONE.replace("当场", "随即")
    apart = ONE[:17] + "这里还有一段自己写的、和原文没有任何关系的话" + ONE[17:]

    assert [(one.start, one.end) for one in passages(prepared(changed), prepared(ONE))] == [(0, len(ONE) - 1)]
    assert len(passages(prepared(apart), prepared(ONE))) == 2
    assert passages(prepared(ONE), prepared(OTHER)) == []


def test_containment_is_of_the_essay_in_the_source() -> None:
    """
    A short essay that is all copied is wholly in a long one, which is hardly in it; documents count as sources only.
    """
    long = essay(random.Random(1), 900)
    texts = {"short": prepared(long[300:390]), "long": prepared(long)}
    found = likenesses(texts, {"long": prepared(long), "other": prepared(OTHER)})

    by = {(one.text, one.source, one.foreign): one for one in found}
    assert by["short", "long", False].containment > 0.9
    assert by["long", "short", False].containment < 0.2
    assert by["long", "long", True].containment == 1
    assert set(by) == {
        ("short", "long", False),
        ("short", "long", True),
        ("long", "short", False),
        ("long", "long", True),
    }
    assert [one.containment for one in found] == sorted((one.containment for one in found), reverse=True)


def test_what_everybody_writes_and_the_task_itself_are_left_out() -> None:
    """
    A slogan in three of forty essays, and the task, copied by two, make nobody suspicious; of fewer essays nothing is
    left out.
    """
    chance = random.Random(5)
    essays = [essay(chance, 400) for _ in range(MANY)]
    slogan = "".join(PHRASES)
    for n in range(int(COMMON * MANY) + 1):
        essays[n] += slogan
    for n in (10, 11):
        essays[n] += TASK
    texts = {f"e{n}": prepared(text) for n, text in enumerate(essays)}
    left = common(texts.values(), prepared(TASK))

    def found(without: frozenset[int]) -> set[tuple[str, str]]:
        return {(one.text, one.source) for one in likenesses(texts, left=without) if one.containment > 0.06}

    assert {("e0", "e1"), ("e1", "e2"), ("e10", "e11")} <= found(frozenset())
    assert not {("e0", "e1"), ("e1", "e2"), ("e10", "e11")} & found(left)
    assert passages(texts["e10"], texts["e11"], left) == []
    assert common(list(texts.values())[: MANY - 1]) == frozenset()


@pytest.mark.parametrize("text", ["", "短", "，。！", "哈" * 3000])
def test_texts_that_say_little(text: str) -> None:
    """
    Nothing, less than a run, the same letter over and over: no prints or one, and no time lost.
    """
    made = prepared(text)

    assert len(made.prints) <= 1
    assert len(passages(made, made)) == len(made.prints)
    assert likenesses({"a": made, "b": prepared(OTHER)}) == []
