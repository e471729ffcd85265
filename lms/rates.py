"""Participation and pass rate as people read them: one form of footnotes on pages, in workbooks and on paper.

`courseware.rates` defines both. What taking part and passing mean, and why people are exempt, differs from plans to classes:
that is a `Meaning`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import current_app
from flask_babel import gettext
from flask_babel.speaklater import LazyString

from courseware.rates import Rates, percent
from lms import printing
from lms.config import Config
from lms.fonts import writable

TEMPLATE = Path(__file__).parent / "rates.typ"
PARTICIPATION, PASS_RATE = "1", "2"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the two counts mean, who is counted how, and what the reasons of exemptions are called."""

    took_part: LazyString
    passed: LazyString
    counted: LazyString
    reasons: Mapping[str, LazyString]


@dataclass(frozen=True, slots=True)
class Footnotes:
    """What stands under a table of rates: the two percentages with their counts, who is expected, who is exempt and why.

    `exempt`: pairs of the key of a reason and "sick leave: 3". A rate that there is none of has no footnote ("").
    """

    participation: str
    pass_rate: str
    expected: str
    exempt: tuple[tuple[str, str], ...]
    counted: str

    @property
    def lines(self) -> tuple[tuple[str, str], ...]:
        """The footnotes in their order: the sign of a percentage ("" for none) and the sentence."""
        exempt = gettext("Exempt: %(reasons)s.", reasons=gettext("; ").join(text for _key, text in self.exempt))
        found = (
            (PARTICIPATION, self.participation),
            (PASS_RATE, self.pass_rate),
            ("", self.expected),
            ("", exempt if self.exempt else ""),
            ("", self.counted),
        )
        return tuple((sign, text) for sign, text in found if text)


def footnotes(rates: Rates, meaning: Meaning) -> Footnotes:
    """How the two percentages came about, with every number in them."""
    return Footnotes(
        participation="" if rates.participation is None else gettext(
            "Participation rate = took part %(part)s / counted %(expected)s = %(percent)s per cent. %(meaning)s",
            part=rates.took_part, expected=rates.expected, percent=percent(rates.participation), meaning=str(meaning.took_part),
        ),
        pass_rate="" if rates.pass_rate is None else gettext(
            "Pass rate = passed %(passed)s / took part %(part)s = %(percent)s per cent. %(meaning)s",
            passed=rates.passed, part=rates.took_part, percent=percent(rates.pass_rate), meaning=str(meaning.passed),
        ),
        expected=gettext(
            "Counted %(expected)s = to take part %(called)s − exempt %(exempt)s. Exempt people leave both rates.",
            expected=rates.expected, called=rates.called, exempt=rates.called - rates.expected,
        ),
        exempt=tuple(
            (key, gettext("%(reason)s: %(count)s", reason=str(meaning.reasons[key]), count=count))
            for key, count in rates.exempt
        ),
        counted=str(meaning.counted),
    )  # fmt: skip


def paper(
    title: str, about: str, first: str, lines: Sequence[tuple[str, Rates]], *, whole: Rates, meaning: Meaning
) -> bytes:
    """The PDF of a table of rates with its footnotes: `first` heads the names of the lines, `whole` is the last line."""
    config: Config = current_app.extensions["config"]
    heads = [
        first, gettext("To take part"), gettext("Exempt"), gettext("Counted in the rate"), gettext("Took part"),
        gettext("Participation rate"), gettext("Passed"), gettext("Pass rate"),
    ]  # fmt: skip
    found = {
        "title": writable(title),
        "about": writable(about),
        "heads": heads,
        "rows": [_row(writable(name), rates) for name, rates in [*lines, (gettext("All together"), whole)]],
        "notes": [list(line) for line in footnotes(whole, meaning).lines],
        "footer": gettext("Demonstration: people, units and results are invented.") if config.demonstration else "",
    }
    return printing.printed(TEMPLATE, found)


def _row(name: str, rates: Rates) -> list[object]:
    first: object = "–"
    last: object = "–"
    if rates.participation is not None:
        first = _share(percent(rates.participation), rates.took_part, rates.expected, PARTICIPATION)
    if rates.pass_rate is not None:
        last = _share(percent(rates.pass_rate), rates.passed, rates.took_part, PASS_RATE)
    counts = [str(count) for count in (rates.called, rates.called - rates.expected, rates.expected, rates.took_part)]
    return [name, *counts, first, str(rates.passed), last]


def _share(share: str, over: int, under: int, sign: str) -> dict[str, str]:
    return {"rate": f"{share} %", "of": f"{over} / {under}", "note": sign}
