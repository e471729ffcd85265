"""Whether a question fits the model of a calibration, by its mean squares.

Bounds after Wright & Linacre (1994, Reasonable mean-square fit values): 0.8 to 1.2 for tests on which much depends; answers of
the far off, which the outfit looks at, may be noisier.
"""

from question_bank.analysis.versions import LEAST_JUDGED

MOST_INFIT, LEAST_INFIT, MOST_OUTFIT = 1.2, 0.8, 1.5


def misfit(infit: float, outfit: float, answers: int) -> str:
    """How it does not: "noisy" where the able fail and the weak succeed more often than the model has it, "steep" where the
    question tells people apart more sharply; "" where it fits or was answered too seldom to say.
    """
    if answers < LEAST_JUDGED:
        return ""
    if infit > MOST_INFIT or outfit > MOST_OUTFIT:
        return "noisy"
    return "steep" if infit < LEAST_INFIT else ""
