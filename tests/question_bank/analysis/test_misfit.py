"""When a question is said not to fit."""

import pytest

from question_bank.analysis.misfit import misfit


@pytest.mark.parametrize(
    ("infit", "outfit", "answers", "said"),
    [
        (1.0, 1.0, 400, ""),
        (1.2, 1.5, 400, ""),
        (1.21, 1.0, 400, "noisy"),
        (1.0, 1.51, 400, "noisy"),
        (0.8, 0.1, 400, ""),
        (0.79, 1.0, 400, "steep"),
        (0.79, 1.6, 400, "noisy"),
        (3.0, 3.0, 99, ""),
        (3.0, 3.0, 100, "noisy"),
    ],
)
def test_bounds(infit: float, outfit: float, answers: int, said: str) -> None:
    """
    At a bound it fits, beyond it does not; noise is told before order; nothing is said of few answers.
    """
    assert misfit(infit, outfit, answers) == said
