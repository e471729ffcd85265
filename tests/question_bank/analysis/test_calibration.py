"""Calibration against published fits, against simulated truth, and against what holds for every fit."""

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from question_bank.analysis.calibration import Calibration, calibrate
from question_bank.analysis.climbing import climb
from question_bank.analysis.curves import Curve
from question_bank.analysis.fitting import Fit, Model, Settings
from question_bank.analysis.marginal import Answers, expected
from tests.question_bank.analysis.reference import answers_of, figures, gauss_hermite, patterns, rows, simulated

#: nothing but the answers
PLAIN: dict[str, Any] = {"b_sd": None}


def slopes(found: Calibration) -> list[float]:
    """Of all items."""
    return [item.a for item in found.items]


def difficulties(found: Calibration) -> list[float]:
    """Of all items."""
    return [item.b for item in found.items]


def six() -> Answers:
    """A small test by hand: 200 persons, four items, harder from one to the next."""
    return simulated(200, np.array([-1.0, -0.2, 0.4, 1.1]), 4, seed=7)[0]


@pytest.mark.corpora
def test_law_school_test_six_is_reproduced() -> None:
    """
    The one-parameter fit of 1,000 candidates: difficulties, slope, errors and likelihood (A12).
    """
    wanted = figures("assessment/expected.json")["lsat6_1pl_ltm"]
    found = calibrate(answers_of(patterns("assessment/LSAT6.csv")), Settings("1pl", **PLAIN))

    assert found.converged
    assert difficulties(found) == pytest.approx(wanted["b"], abs=2e-4)
    assert slopes(found) == pytest.approx([wanted["a"]] * 5, abs=2e-4)
    assert found.log_likelihood == pytest.approx(wanted["loglik"], abs=1e-3)


@pytest.mark.corpora
def test_rasch_with_a_free_spread_is_reproduced() -> None:
    """
    Intercepts and variance of the same test (A12).
    """
    wanted = figures("assessment/expected.json")["lsat6_rasch_free_var_mirt"]
    found = calibrate(answers_of(patterns("assessment/LSAT6.csv")), Settings("rasch", **PLAIN))

    assert [-b for b in difficulties(found)] == pytest.approx(wanted["d"], abs=1e-3)
    assert found.sd**2 == pytest.approx(0.570, abs=2e-3)


@pytest.mark.corpora
def test_law_school_test_seven_is_reproduced() -> None:
    """
    Slopes and intercepts of the two-parameter fit (A12).
    """
    wanted = figures("assessment/expected.json")["lsat7_2pl_mirt"]
    found = calibrate(answers_of(patterns("assessment/LSAT7.csv")), Settings("2pl", **PLAIN))

    assert slopes(found) == pytest.approx(wanted["a"], abs=5e-3)
    assert [-item.a * item.b for item in found.items] == pytest.approx(wanted["d"], abs=5e-3)


@pytest.mark.corpora
@pytest.mark.parametrize("name", ["LSAT6", "SLF", "Abortion", "verbal"])
@pytest.mark.parametrize(("block", "model"), [("rasch_a1", "unit"), ("rasch_common_a", "1pl"), ("twopl", "2pl")])
def test_fits_of_another_program_are_reproduced(name: str, block: str, model: Model) -> None:
    """
    On its own nodes; its likelihood is reached to four decimals, and where it stopped earlier it is passed.
    """
    fits = figures(f"psychometrics/{name}.expected.json")["irt"]
    if block not in fits:
        pytest.skip(f"{name} has no {block}")
    wanted = fits[block]
    count = len(wanted["difficulty"])
    table = [row[:count] for row in rows(f"psychometrics/{name}.csv")]
    found = calibrate(answers_of(table), Settings(model, grid=gauss_hermite(), **PLAIN))

    assert found.log_likelihood == pytest.approx(wanted["loglik"], abs=1e-4)
    assert difficulties(found) == pytest.approx(wanted["difficulty"], abs=1e-3)
    assert slopes(found) == pytest.approx(np.broadcast_to(wanted.get("discrimination", 1.0), count), abs=2e-3)


def test_the_fit_is_the_top() -> None:
    """
    No step from it, in any parameter either way, has a better likelihood; the priors' part counted.
    """
    answers = six()
    for settings in (Settings("1pl"), Settings("2pl", a_sd=0.5), Settings("2pl", **PLAIN)):
        fit = Fit(answers, settings, {})
        top = climb(fit.step, fit.start(), allowed=fit.allowed, enough=1e-13)

        def height(place: Any, fit: Fit = fit) -> float:
            a, d, _mean, _sd = fit.split(place)
            return expected(answers, a, d, fit.nodes, fit.logs).log_likelihood + fit.penalty(a, d)

        moves = np.eye(10)[4:8] if settings.model == "1pl" else np.eye(10)[:8]
        if settings.model == "1pl":
            moves = np.vstack([moves, np.repeat([1.0, 0.0], [4, 6])])
        for move, sign in itertools.product(moves, (0.02, -0.02)):
            assert height(top.place + sign * move) < height(top.place)


@pytest.mark.parametrize("settings", [Settings("1pl", **PLAIN), Settings("2pl", **PLAIN)])
def test_errors_are_those_of_the_likelihoods_bend(settings: Settings) -> None:
    """
    Louis' formula gives what second differences of the likelihood give.
    """
    answers = six()
    fit = Fit(answers, settings, {})
    top = climb(fit.step, fit.start(), allowed=fit.allowed, enough=1e-13)
    a, d, _mean, _sd = fit.split(top.place)
    chosen = np.eye(8) if settings.model == "2pl" else np.vstack([np.repeat([1.0, 0.0], 4), np.eye(8)[4:]])

    def height(move: Any) -> float:
        return expected(answers, a + move[:4], d + move[4:], fit.nodes, fit.logs).log_likelihood

    step = 1e-3
    bend = [
        [sum(s * t * height(step * (s * one + t * two)) for s in (1, -1) for t in (1, -1)) for two in chosen]
        for one in chosen
    ]
    wanted = chosen.T @ np.linalg.inv(-np.array(bend) / (4 * step**2)) @ chosen
    found = fit.covariance(expected(answers, a, d, fit.nodes, fit.logs), top.place)

    assert found == pytest.approx(wanted, rel=1e-3, abs=1e-5)


def test_a_thousand_candidates_teach_six_hundred_difficulties() -> None:
    """
    Fifty questions each by chance: near the truth, with honest errors (A13).
    """
    truth = np.random.default_rng(11).normal(-0.8, 1.0, 600)
    answers, _abilities = simulated(1_000, truth, 50, seed=12)
    found = calibrate(answers)
    off = np.array(difficulties(found)) - truth[answers.items]

    assert np.sqrt(np.mean(off**2)) <= 0.32
    assert np.corrcoef(difficulties(found), truth[answers.items])[0, 1] >= 0.95
    assert np.std(off / [item.b_error for item in found.items]) == pytest.approx(1, abs=0.12)
    assert found.items[0].a == pytest.approx(1, abs=0.12)


#: calibrates so many persons with 50 answers each to 600 items; prints seconds of the processor and whether all is well
QUICK = """
import sys, time
import numpy as np
from question_bank.analysis.calibration import calibrate
from tests.question_bank.analysis.reference import simulated
truth = np.random.default_rng(1).normal(-0.8, 1.0, 600)
answers, abilities = simulated(int(sys.argv[1]), truth, 50, seed=2)
begun = time.process_time()
found = calibrate(answers)
spent = time.process_time() - begun
print(spent, found.converged and all(np.isfinite([item.b, item.infit, item.outfit]).all() for item in found.items))
"""


@pytest.mark.parametrize(("persons", "seconds"), [(500, 2.0), (5_000, 10.0)])
def test_it_is_quick(persons: int, seconds: float) -> None:
    """
    600 items, 50 answers each, on one thread, so that what else the machine does is left out (A12).
    """
    single = os.environ | {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL")}
    root = Path(__file__).parents[3]
    told = subprocess.run(
        [sys.executable, "-c", QUICK, str(persons)], env=single, cwd=root, capture_output=True, text=True, check=True
    )
    spent, well = told.stdout.split()

    assert float(spent) <= seconds
    assert well == "True"


def test_items_that_all_answer_alike_need_a_prior() -> None:
    """
    With it they get a difficulty and a wide error, without it they are refused.
    """
    answers = answers_of([[1, 0, n % 2, n % 3 == 0] for n in range(60)])
    for settings in (Settings("1pl"), Settings("rasch"), Settings("unit"), Settings("2pl", a_sd=0.5)):
        easy, hard, *rest = calibrate(answers, settings).items

        assert easy.b < -2
        assert hard.b > 2
        assert min(easy.b_error or 0, hard.b_error or 0) > max(item.b_error or 0 for item in rest)
    with pytest.raises(ValueError, match="prior"):
        calibrate(answers, Settings("1pl", **PLAIN))


def test_many_difficulties_do_not_stretch_the_scale() -> None:
    """
    The prior of hundreds of difficulties far from 0 leaves the common slope where the answers put it.
    """
    truth = np.random.default_rng(3).normal(-1.5, 1.0, 300)
    answers, _abilities = simulated(600, truth, 40, seed=4)
    found, plain = calibrate(answers), calibrate(answers, Settings("2pl", a_sd=0.3))

    assert found.items[0].a == pytest.approx(1, abs=0.1)
    assert np.mean(slopes(plain)) == pytest.approx(1, abs=0.15)


@pytest.mark.parametrize("model", ["1pl", "rasch", "2pl"])
def test_anchors_hold_the_scale(model: Model) -> None:
    """
    Candidates who are better by .7 are found to be; the new items come out on the scale of the old ones.
    """
    truth = np.random.default_rng(5).normal(0.0, 1.0, 60)
    answers, abilities = simulated(2_000, truth, 30, seed=6, mean=0.7)
    anchors = {n: Curve(1.0, float(truth[n])) for n in range(25)}
    settings = Settings("2pl", a_sd=0.3) if model == "2pl" else Settings(model)
    found = calibrate(answers, settings, anchors)
    new = [item for item in found.items if not item.anchor]

    assert len(new) == 35
    assert [(item.b, item.b_error) for item in found.items if item.anchor] == [(c.b, None) for c in anchors.values()]
    assert found.mean == pytest.approx(abilities.mean(), abs=0.06)
    assert found.sd == pytest.approx(abilities.std(), abs=0.06)
    assert np.mean([item.b - truth[item.item] for item in new]) == pytest.approx(0, abs=0.06)


def test_bad_items_do_not_fit() -> None:
    """
    One answered by chance is noisy, one that follows ability more sharply than the rest too orderly; the others fit.
    """
    slope = np.ones(30)
    slope[0], slope[1] = 0.01, 3.0
    answers, _abilities = simulated(2_000, np.linspace(-1.5, 1.5, 30) * (np.arange(30) > 1), 30, seed=8, a=slope)
    chance, sharp, *rest = calibrate(answers).items

    assert chance.infit > 1.1
    assert chance.outfit > 1.15
    assert sharp.infit < 0.9
    assert all(0.92 < item.infit < 1.08 for item in rest)


def test_progress_is_told_and_never_falls() -> None:
    """
    A call for each step, with heights that rise but for leaps that are not taken.
    """
    heard: list[tuple[int, float]] = []
    found = calibrate(six(), progress=lambda cycle, height: heard.append((cycle, height)))

    assert [cycle for cycle, _height in heard] == list(range(1, found.cycles + 1))
    assert heard[-1][1] == pytest.approx(max(height for _cycle, height in heard), abs=1e-6)


def test_the_order_of_answers_makes_no_difference() -> None:
    """
    Persons, items and answers in any order, under any numbers.
    """
    table = np.random.default_rng(2).integers(0, 2, (50, 5))
    persons, items = (part.ravel() for part in np.indices(table.shape))
    order = np.random.default_rng(3).permutation(len(persons))
    one = calibrate(Answers.of(persons, items, table.ravel()))
    other = calibrate(Answers.of(persons[order] * 7 + 3, items[order] + 100, table.ravel()[order]))

    assert [item.item for item in other.items] == [100, 101, 102, 103, 104]
    assert difficulties(other) == pytest.approx(difficulties(one), abs=1e-9)


def test_a_fit_is_kept_as_it_is() -> None:
    """
    As a record in JSON and back.
    """
    found = calibrate(six(), Settings("1pl"), {0: Curve(1.0, -1.0)})
    stored = json.loads(json.dumps(found.to_record()))

    assert Calibration.from_record(stored).to_record() == found.to_record()
    assert Calibration.from_record(stored).items[0].anchor
    assert Calibration.from_record(stored).items[1].curve.b == pytest.approx(found.items[1].b, abs=1e-6)
    with pytest.raises(KeyError):
        Calibration.from_record({**stored, "f": 0})


@pytest.mark.parametrize(
    ("persons", "items", "right"), [([], [], []), ([1], [1, 2], [1]), ([1], [1], [2]), ([1, 1], [1, 1], [1, 0])]
)
def test_answers_that_make_no_sense_are_refused(persons: list[int], items: list[int], right: list[int]) -> None:
    """
    None, of unlike lengths, other than 0 and 1, two of a person to an item.
    """
    with pytest.raises(ValueError, match=r"answer|person"):
        Answers.of(np.array(persons), np.array(items), np.array(right))


@pytest.mark.parametrize(
    ("settings", "anchors"),
    [
        (Settings(), {n: Curve(1.0, 0.0) for n in range(4)}),
        (Settings(), {0: Curve(1.0, 0.0, 0.2)}),
        (Settings(), {0: Curve(1.0, 0.0), 1: Curve(2.0, 0.0)}),
        (Settings("rasch"), {0: Curve(2.0, 0.0)}),
    ],
)
def test_anchors_that_make_no_sense_are_refused(settings: Settings, anchors: dict[int, Curve]) -> None:
    """
    Nothing else to find, lucky guesses, slopes that the model does not have.
    """
    with pytest.raises(ValueError, match="anchors"):
        calibrate(six(), settings, anchors)


@pytest.mark.parametrize("wrong", [{"model": "3pl"}, {"b_sd": 0.0}, {"a_sd": 0.5}])
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    """
    Another model, a prior without spread, one of slopes that are all the same.
    """
    with pytest.raises(ValueError, match="prior"):
        Settings(**wrong)
