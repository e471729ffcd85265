"""The difficulties of a bank from the answers to personal papers: marginal maximum likelihood by EM.

Bock & Aitkin (1981); the one-parameter model with a common slope after Thissen (1982). Abilities are normal. What fixes the
scale is their mean of 0 and SD of 1 (for "rasch" the slope of 1), or questions whose curves are already known: then mean
and SD are found as well. Joint maximum likelihood is not offered: it is not consistent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from question_bank.analysis.climbing import Progress, climb
from question_bank.analysis.curves import Curve
from question_bank.analysis.fitting import Fit, Model, Settings, mean_squares
from question_bank.analysis.marginal import Answers, Expected, Numbers, expected

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What is known of an item. `a`: slope; `b`: difficulty in logits; their standard errors, None for what was held or
    cannot be told; `answers`: how many; `infit`, `outfit`: mean squares, 1 where the model holds, more for noise, less for
    too much order (Wright & Masters, 1982), averaged over the posterior of abilities (Wu, 1997); `anchor`: whether held.
    """

    item: int
    a: float
    b: float
    a_error: float | None
    b_error: float | None
    answers: int
    infit: float
    outfit: float
    anchor: bool = False

    @property
    def curve(self) -> Curve:
        """The item's curve; raises ValueError where the slope is not above 0."""
        return Curve(self.a, self.b)

    def to_record(self) -> dict[str, Any]:
        """JSON-able form, rounded to six decimals."""
        names = ("a", "b", "a_error", "b_error", "infit", "outfit")
        return {
            "f": FORMAT,
            "item": self.item,
            **{name: None if getattr(self, name) is None else round(getattr(self, name), 6) for name in names},
            "answers": self.answers,
            "anchor": self.anchor,
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Calibrated":
        """The inverse; raises KeyError for another format."""
        if record["f"] != FORMAT:
            raise KeyError("f")
        return cls(**{name: value for name, value in record.items() if name != "f"})


@dataclass(frozen=True, slots=True)
class Calibration:
    """A fit. `mean`, `sd`: of the abilities, in logits; `log_likelihood`: of the answers, priors of items left out;
    `cycles`: EM steps taken; `converged`: whether the last one rose by less than a billionth.
    """

    model: Model
    items: tuple[Calibrated, ...]
    persons: int
    mean: float
    sd: float
    log_likelihood: float
    cycles: int
    converged: bool

    def to_record(self) -> dict[str, Any]:
        """JSON-able form, numbers rounded to six decimals."""
        return {
            "f": FORMAT,
            "model": self.model,
            "items": [item.to_record() for item in self.items],
            "persons": self.persons,
            "mean": round(self.mean, 6),
            "sd": round(self.sd, 6),
            "log_likelihood": round(self.log_likelihood, 6),
            "cycles": self.cycles,
            "converged": self.converged,
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Calibration":
        """The inverse; raises KeyError for another format."""
        if record["f"] != FORMAT:
            raise KeyError("f")
        rest = {name: value for name, value in record.items() if name not in ("f", "items")}
        return cls(items=tuple(Calibrated.from_record(item) for item in record["items"]), **rest)


def calibrate(
    answers: Answers,
    settings: Settings | None = None,
    anchors: Mapping[int, Curve] | None = None,
    progress: Progress | None = None,
) -> Calibration:
    """Fit the model. `anchors`: curves of items, by their numbers, that are held as they are.

    Raises ValueError for an item that all answered alike where difficulties have no prior, for anchors with lucky guesses,
    for anchors whose slopes are not those of the model, and where there is nothing but anchors.
    """
    fit = Fit(answers, settings or Settings(), anchors or {})
    top = climb(fit.step, fit.start(), allowed=fit.allowed, progress=progress)
    a, d, mean, sd = fit.split(top.place)
    found = expected(answers, a, d, mean + sd * fit.nodes, fit.logs)
    return Calibration(
        model=fit.settings.model,
        items=_described(fit, found, top.place),
        persons=len(answers.persons),
        mean=mean,
        sd=float(a[0]) if fit.rescaled else sd,
        log_likelihood=found.log_likelihood,
        cycles=top.cycles,
        converged=top.converged,
    )


def _described(fit: Fit, found: Expected, place: Numbers) -> tuple[Calibrated, ...]:
    a, d, mean, sd = fit.split(place)
    b, _b_a, _b_d = fit.difficulty(a, d)
    a_error, b_error = fit.errors(found, place)
    infit, outfit = mean_squares(found, a, d, mean + sd * fit.nodes)
    return tuple(
        Calibrated(
            item=int(item),
            a=1.0 if fit.rescaled else float(a[n]),
            b=float(b[n]),
            a_error=a_error[n],
            b_error=b_error[n],
            answers=int(fit.met[n]),
            infit=float(infit[n]),
            outfit=float(outfit[n]),
            anchor=bool(fit.held[n]),
        )
        for n, item in enumerate(fit.answers.items)
    )
