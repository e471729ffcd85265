"""Figures of one wording over many papers."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.analysis.versions import Answer, Figures, exposure, figures, overlap

OPTIONS = {"A": True, "B": False, "C": False}


def sat(number: int, key: str, rest: float) -> list[Answer]:
    """Candidates of one strength who all chose one option."""
    return [Answer(float(OPTIONS[key]), rest, (key,), 30.0) for _ in range(number)]


SOUND = [*sat(30, "B", 0.2), *sat(30, "C", 0.3), *sat(30, "A", 0.5), *sat(60, "A", 0.9)]


def test_figures_of_a_sound_question() -> None:
    """
    The better a candidate elsewhere, the likelier right here; each third's share of each option.
    """
    found = figures(SOUND, OPTIONS)

    assert (found.attempts, found.facility, found.omitted, found.seconds) == (150, 0.6, 0.0, 30.0)
    assert found.discrimination is not None
    assert found.discrimination > 0.8
    assert found.thirds == (0.0, 0.8, 1.0)
    assert [(o.key, o.right, o.chosen) for o in found.options] == [("A", True, 90), ("B", False, 30), ("C", False, 30)]
    assert found.options[1].thirds == (0.6, 0.0, 0.0)
    assert found.flags() == ()


@pytest.mark.parametrize(
    ("answers", "flag"),
    [
        ([*sat(60, "A", 0.2), *sat(60, "B", 0.9), *sat(5, "C", 0.5)], "key_doubtful"),
        ([*sat(60, "A", 0.2), *sat(60, "B", 0.9), *sat(5, "C", 0.5)], "tempting_distractor"),
        ([*sat(30, "A", 0.4), *sat(32, "A", 0.6), *sat(30, "B", 0.4), *sat(30, "C", 0.6), *sat(2, "C", 0.4)], "weak"),
        ([*sat(4, "A", 0.9), *sat(60, "B", 0.4), *sat(60, "C", 0.4)], "too_hard"),
        ([*sat(196, "A", 0.8), *sat(2, "B", 0.3), *sat(2, "C", 0.2)], "too_easy"),
        ([*sat(70, "A", 0.8), *sat(50, "B", 0.3)], "idle_distractor"),
    ],
)
def test_what_an_examiner_should_look_at(answers: list[Answer], flag: str) -> None:
    """
    Each flag from candidates who make it.
    """
    assert flag in figures(answers, OPTIONS).flags()


def test_small_numbers_are_not_judged() -> None:
    """
    Below a hundred attempts no flag, below thirty nothing is shown.
    """
    bad = [*sat(40, "A", 0.2), *sat(40, "B", 0.9)]

    assert figures(bad, OPTIONS).flags() == ()
    assert figures(bad, OPTIONS).shown
    assert not figures(bad[:29], OPTIONS).shown
    assert figures([]) == Figures(0)


def test_exposure_and_overlap() -> None:
    """
    A version on two of four papers is exposed by half; two like papers of one version share all.
    """
    assert exposure([[1, 2], [1, 3], [4, 2], [5, 6]]) == {1: 0.5, 2: 0.5, 3: 0.25, 4: 0.25, 5: 0.25, 6: 0.25}
    assert overlap({1: 1.0}, 1) == 1.0
    assert overlap(exposure([[1], [2]]), 1) == 0.5
    assert exposure([]) == {}


ANSWERS = st.lists(
    st.builds(
        Answer,
        share=st.sampled_from([0.0, 0.5, 1.0]),
        rest=st.floats(0, 1),
        chosen=st.sampled_from([(), ("A",), ("B", "C")]),
        seconds=st.none() | st.floats(0, 600),
        blank=st.booleans(),
    ),
    max_size=40,
)


@given(ANSWERS)
def test_figures_are_bounded_and_can_be_kept(answers: list[Answer]) -> None:
    """
    Shares in [0, 1]; a record gives the same figures back, to six decimals, through JSON.
    """
    found = figures(answers, OPTIONS)
    kept = Figures.from_record(json.loads(json.dumps(found.to_record())))

    assert kept.attempts == len(answers)
    assert kept.to_record() == found.to_record()
    if answers:
        assert found.facility is not None
        assert 0 <= found.facility <= 1
        assert all(0 <= share <= 1 for option in found.options for share in option.thirds)
        assert sum(option.chosen for option in found.options) == sum(len(answer.chosen) for answer in answers)
