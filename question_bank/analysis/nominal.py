"""How likely each option is for somebody of an ability: the nominal response model (Bock, 1972).

The chance of option o is proportional to exp(intercept + slope * ability). Ability is the standardised number of right
answers; intercepts and slopes are those of a multinomial logistic regression for each question, by Newton's method,
with a normal prior that keeps rare options finite. All questions are fitted at once.
"""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]

#: precision of the priors of intercepts and slopes about 0
_PRIOR = np.array([0.05, 0.5])
_STEPS, _ENOUGH = 25, 1e-6


def chances(given: Places, key: Places) -> Numbers:
    """Chance of each option, by candidate, question and option; options that a question does not have are 0.

    `given`: numbers of options from 0, -1 for a blank, a row a candidate; `key`: the right ones.
    """
    right = (given == key).sum(axis=1).astype(float)
    spread = float(right.std())
    ability = (right - right.mean()) / spread if spread > 0 else np.zeros(len(right))
    options = np.maximum(given.max(axis=0), key) + 1
    size = int(options.max())
    offered = np.arange(size)[None, :] < options[:, None]
    taken = (given[:, :, None] == np.arange(size)).astype(float)
    basis = np.stack([np.ones(len(ability)), ability], axis=1)
    weights = _fitted(taken, basis, offered)
    return _model(weights, basis, offered)


def _model(weights: Numbers, basis: Numbers, offered: NDArray[np.bool_]) -> Numbers:
    power = np.einsum("nk,iok->nio", basis, weights)
    power = np.where(offered, power, -np.inf)
    power = np.exp(power - power.max(axis=2, keepdims=True))
    found: Numbers = power / power.sum(axis=2, keepdims=True)
    return found


def _fitted(taken: Numbers, basis: Numbers, offered: NDArray[np.bool_]) -> Numbers:
    """Weights by question, option and term. The prior makes the sum of options' weights determined, so that no option
    need be the one that others are compared with.
    """
    _persons, questions, size = taken.shape
    answered = taken.sum(axis=2)
    weights = np.zeros((questions, size, 2))
    prior = np.tile(_PRIOR, size)
    for _ in range(_STEPS):
        model = _model(weights, basis, offered) * answered[:, :, None]
        slope = np.einsum("nio,nk->iok", taken - model, basis).reshape(questions, -1) - prior * weights.reshape(
            questions, -1
        )
        squared = np.einsum("nio,nip,nk,nl->iokpl", model, model, basis, basis, optimize=True)
        alone = np.einsum("nio,nk,nl->iokl", model, basis, basis, optimize=True)
        bend = -squared
        for option in range(size):
            bend[:, option, :, option, :] += alone[:, option]
        bend = bend.reshape(questions, 2 * size, 2 * size) + np.diag(prior)
        step = np.linalg.solve(bend, slope[:, :, None])[:, :, 0]
        weights += np.clip(step, -2.0, 2.0).reshape(weights.shape)
        if float(np.abs(step).max()) < _ENOUGH:
            break
    return weights
