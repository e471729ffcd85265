"""What an examination measured, over papers that may differ."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.analysis.classical import whole
from question_bank.analysis.report import Attempts, Report

MARKS = st.lists(st.lists(st.sampled_from([0.0, 1.0, 2.0]), min_size=4, max_size=4), min_size=12, max_size=40)


def gathered(rows: list[list[float]], full: float = 2.0) -> Report:
    """Everybody had the same questions."""
    attempts = Attempts()
    for row in rows:
        scores = [(version, earned, full) for version, earned in enumerate(row)]
        attempts.add(scores, pass_mark=full * len(row) / 2, passed=sum(row) >= full * len(row) / 2, seconds=60.0)
    return attempts.report()


@given(MARKS)
def test_on_one_paper_for_all_it_is_what_classical_statistics_say(rows: list[list[float]]) -> None:
    """
    Mean, spread and alpha as for positions; marks are of 100.
    """
    report, known = gathered(rows), whole(rows)

    assert known is not None
    assert report.mean == pytest.approx(known.mean / 8 * 100)
    assert report.sd == pytest.approx((known.sd or 0) / 8 * 100)
    if known.consistency is not None:
        assert report.reliability == pytest.approx(known.consistency, abs=1e-9)
        if known.consistency <= 1 and known.consistency > -100:
            expected = (known.sd or 0) * max(0.0, 1 - known.consistency) ** 0.5 / 8 * 100
            assert report.standard_error == pytest.approx(expected, abs=1e-6)


def test_papers_drawn_from_one_bank_come_to_nearly_the_same() -> None:
    """
    2,000 people answer 30 of 120 like questions each: the figure is that of a paper of 30, as simulated with a second paper.
    """
    luck = random.Random(5)
    attempts, first, second = Attempts(), [], []
    for _person in range(2000):
        ability = luck.gauss(0, 0.15)
        answers = [float(luck.random() < min(1, max(0, 0.65 + ability))) for _question in range(60)]
        own = luck.sample(range(120), 30)
        attempts.add([(version, answers[n], 1.0) for n, version in enumerate(own)], pass_mark=18, passed=True)
        first.append(sum(answers[:30]))
        second.append(sum(answers[30:]))
    mean_a, mean_b = sum(first) / 2000, sum(second) / 2000
    together = sum((a - mean_a) * (b - mean_b) for a, b in zip(first, second, strict=True))
    spread_a = sum((a - mean_a) ** 2 for a in first)
    spread_b = sum((b - mean_b) ** 2 for b in second)
    retest = together / (spread_a * spread_b) ** 0.5

    assert attempts.report().reliability == pytest.approx(retest, abs=0.04)


def test_what_is_told_and_what_is_not() -> None:
    """
    Nothing of nine attempts but how many; bins add up; a record comes back as it was.
    """
    rows = [[2.0, 2.0, 0.0, 0.0] for _ in range(9)]

    assert not gathered(rows).shown
    assert gathered(rows).mean is None
    report = gathered([*rows, [2.0, 2.0, 2.0, 2.0]])
    assert report.bins[10] == 9
    assert report.bins[19] == 1
    assert (report.passed, report.pass_mark) == (10, 50)
    assert report.minutes == (1.0, 1.0, 1.0, 1.0, 1.0)
    assert "all_pass" in report.flags()
    again = Report.from_record(json.loads(json.dumps(report.to_record())))
    assert again.to_record() == report.to_record()


def test_an_attempt_of_which_every_question_is_out_is_left_out() -> None:
    """
    There is nothing to measure.
    """
    attempts = Attempts()

    attempts.add([(1, 0.0, 0.0)], pass_mark=0, passed=True)

    assert attempts.report().attempts == 0


def test_the_decision_report_says_what_a_second_paper_would_say() -> None:
    """
    5,000 people of known true shares answer 40 like questions: expected right decisions are those that were made, expected
    same decisions those of a second paper.
    """
    luck, cut = random.Random(8), 0.6
    attempts, right, same = Attempts(), 0, 0
    for _person in range(5000):
        true = luck.betavariate(9, 5)
        papers = [[float(luck.random() < true) for _question in range(40)] for _paper in range(2)]
        passed = [sum(paper) >= 24 for paper in papers]
        right, same = right + (passed[0] == (true >= cut)), same + (passed[0] == passed[1])
        scores = [(version, earned, 1.0) for version, earned in enumerate(papers[0])]
        attempts.add(scores, pass_mark=24.0, passed=passed[0])
    found = attempts.report().decision

    assert found is not None
    assert found.accuracy == pytest.approx(right / 5000, abs=0.015)
    assert found.consistency == pytest.approx(same / 5000, abs=0.015)
    assert found.csem_at_cut == pytest.approx(100 * (0.6 * 0.4 / 40) ** 0.5, abs=0.6)
    assert 0 < found.within_one_sem < 5000
