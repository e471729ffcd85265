"""The fit of a calibration, in a process of its own (`lms.apart`): nothing that serves pages may import this module."""

from array import array
from collections.abc import Sequence
from typing import Any

import numpy as np

from lms import apart
from question_bank.analysis.calibration import Calibration, calibrate
from question_bank.analysis.fitting import GRID, Settings
from question_bank.analysis.marginal import Answers, expected

#: slopes of 1 and an SD of the abilities to be found, so that two calibrations have the same unit
MODEL = Settings("rasch")


def fit(arrays: Sequence["array[int]"]) -> dict[str, Any]:
    """`arrays`: persons, items and 0 or 1, an entry an answer. Figures as `Calibration` names them, and `people`: pairs of an
    ability in logits and the share of the people there.
    """
    answers = Answers.of(*(np.frombuffer(one, dtype=np.int32).astype(np.int64) for one in arrays))
    found = calibrate(answers, MODEL, progress=lambda cycle, _height: apart.say(cycle=cycle))
    return {**found.to_record(), "people": _people(answers, found)}


def _people(answers: Answers, found: Calibration) -> list[tuple[float, float]]:
    """How the abilities are spread, as the answers have it."""
    nodes = found.mean + found.sd * np.array(GRID.nodes)
    b = np.array([item.b for item in found.items])
    shares = expected(answers, np.ones_like(b), -b, nodes, np.log(np.array(GRID.weights))).weights.mean(axis=0)
    return [(round(float(node), 4), round(float(share), 6)) for node, share in zip(nodes, shares, strict=True)]


if __name__ == "__main__":
    _settings, _arrays = apart.given()
    apart.say(result=fit(_arrays))
