"""Measure how fair papers are on the bank of known difficulties: `python -m tests.question_bank.fairness`.

Prints the tables of docs/fairness.md. All but the times come out the same on every machine.
"""

import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from question_bank.assembly import Form, draw, laid_out
from question_bank.chance import Chance, derive
from question_bank.curve import equated_cuts
from question_bank.equating import Facts, Sat, Tally, facts, yardstick
from question_bank.fair import Seat, deal
from question_bank.grading import Score
from tests.question_bank import known_bank as bank

PAPERS = 1_000
ROWS, COLUMNS = 10, 12
SEATS = [Seat("room", row, column) for row in range(ROWS) for column in range(COLUMNS)]


def plain(count: int) -> list[Form]:
    """Uniform draws of 50 from 600, whatever the topic: what other systems do."""
    held, plan = bank.pool(), bank.blueprint()
    forms = []
    for seed in bank.seeds(count):
        drawn = Chance(derive(seed, "plain")).shuffled(list(held.versions))[: bank.QUESTIONS]
        places = iter(drawn)
        chosen = {n: [next(places) for _ in range(section.quota)] for n, section in enumerate(plan.sections)}
        forms.append(laid_out(chosen, held, plan, seed=seed))
    return forms


def by_label(count: int) -> list[Form]:
    """Exact topics, authors' labels in proportion: the draw of earlier releases."""
    return [draw(bank.pool(), bank.blueprint(), seed=seed) for seed in bank.seeds(count)]


def dealt(candidates: int | None) -> Callable[[int], list[Form]]:
    """The deal after so many candidates' answers; None: with the true difficulties."""

    def papers(count: int) -> list[Form]:
        known = bank.known() if candidates is None else bank.learnt(candidates) if candidates else None
        return deal(bank.pool(), bank.blueprint(), bank.seeds(count), None, known)

    return papers


METHODS: dict[str, Callable[[int], list[Form]]] = {
    "plain draw": plain,
    "topics and labels (`assembly.draw`)": by_label,
    "deal, nothing known (slices by label)": dealt(0),
    "deal, 100 candidates before": dealt(100),
    "deal, 200 candidates before": dealt(200),
    "deal, 500 candidates before": dealt(500),
    "deal, 1,000 candidates before": dealt(1_000),
    "deal, 2,000 candidates before": dealt(2_000),
    "deal, true difficulties": dealt(None),
}


EQUATED = "plain draw, equated pass mark (true difficulties)"


@dataclass(frozen=True, slots=True)
class Measured:
    """Difficulty (marks that somebody at the cut can expect) and what follows from it for a candidate at the cut."""

    spread: float
    easiest: float
    hardest: float
    #: chances to pass of the candidate at the cut over all papers, ascending
    chances: tuple[float, ...]
    least_shown: float
    most_shown: float

    def percentile(self, share: float) -> float:
        """A chance to pass, by rank."""
        return self.chances[min(len(self.chances) - 1, int(share * len(self.chances)))]

    @property
    def decided(self) -> float:
        """Share of candidates at the cut whose result differs between two papers for the papers' sake alone, at least."""
        count, total = len(self.chances), 0.0
        for place, chance in enumerate(self.chances):
            total += chance * (2 * place - count + 1)
        return 2 * total / (count * (count - 1))


def measured(
    forms: Sequence[Form], cuts: Sequence[Decimal] | None = None, expected: Sequence[Decimal] | None = None
) -> Measured:
    """Measure papers by the truth; `cuts`: a pass mark for each paper; `expected`: the difficulty that was allowed for."""
    ability = bank.ability_at_the_cut()
    scores = [bank.true_score(form, ability) for form in forms]
    if expected is not None:
        scores = [score - float(own) + float(bank.PASS) for score, own in zip(scores, expected, strict=True)]
    marks = cuts or [bank.PASS] * len(forms)
    chances = sorted(bank.chance_to_pass(form, ability, cut) for form, cut in zip(forms, marks, strict=True))
    counts = Counter(slot.version for form in forms for slot in form.slots)
    shown = [counts[key] / len(forms) for key in bank.truth()]
    return Measured(statistics.pstdev(scores), max(scores), min(scores), tuple(chances), min(shown), max(shown))


@cache
def of_method(name: str, count: int = PAPERS) -> tuple[Measured, float]:
    """Figures of a method, and the milliseconds of CPU that a paper took."""
    METHODS[name](1)  # what a bank knows is worked out before
    start = time.process_time()
    forms = METHODS[name](count)
    spent = time.process_time() - start
    return measured(forms), spent * 1000 / count


@cache
def equated(count: int = PAPERS) -> Measured:
    """Plain draws, each with the pass mark that is as hard to reach."""
    forms = plain(count)
    return measured(forms, equated_cuts(forms, bank.known(), bank.blueprint(), pool=bank.pool()))


@cache
def equated_afterwards(candidates: int, *, matched: bool = False) -> tuple[Measured, Measured, Facts]:
    """A cohort whose papers are slices by label (or matched by the truth), as dealt and with the own pass marks that its
    answers make, and what these say of themselves.
    """
    held, luck, truth = bank.pool(), bank.Luck(f"sitting:{candidates}"), bank.truth()
    forms = deal(held, bank.blueprint(), bank.seeds(candidates), None, bank.known() if matched else None)
    tally, totals = Tally(), []
    for form in forms:
        ability = luck.normal()
        right = [luck.uniform() < bank.chance_of(ability, truth[slot.version]) for slot in form.slots]
        earned = [slot.marks if one else Decimal(0) for slot, one in zip(form.slots, right, strict=True)]
        scores = [Score(s.number, one, s.marks, False) for s, one in zip(form.slots, earned, strict=True)]
        tally.add(form, scores)
        totals.append(sum(earned))
    measure = yardstick(tally, {key: version.difficulty for key, version in held.versions.items()}, bank.blueprint())
    expected, cuts = [measure.expected(form) for form in forms], [measure.cut(form) for form in forms]
    papers = [Sat(Decimal(t), t >= bank.PASS, e, c) for t, e, c in zip(totals, expected, cuts, strict=True)]
    variance = statistics.fmean(measure.doubt(form) for form in forms)
    found = facts(papers, variance=variance, answers=statistics.fmean(measure.answers(form) for form in forms))
    return measured(forms), measured(forms, cuts, expected), found


AFTERWARDS = (100, 200, 300, 500, 1_000, 2_000)


def equated_rows() -> list[str]:
    """The table of pass marks of their own."""
    rows = []
    for candidates in AFTERWARDS:
        before, after, found = equated_afterwards(candidates)
        rows.append(
            f"| {candidates:,} | {before.spread:.2f} | {after.spread:.2f} | {found.doubt:.2f} "
            f"| {before.percentile(0.05):.0%} to {before.percentile(0.95):.0%} "
            f"| {after.percentile(0.05):.0%} to {after.percentile(0.95):.0%} | {before.decided:.1%} | {after.decided:.1%} "
            f"| {found.least:f} to {found.most:f} | {found.rise} | {found.fall} | {'yes' if found.sound else 'no'} |"
        )
    return rows


@cache
def room(sizes: tuple[int, ...], *, aware: bool) -> tuple[float, int, float]:
    """Mean and most questions shared by seats side by side in a full room, and the spread of its papers."""
    held, plan, known = bank.pool(sizes), bank.blueprint(sizes), bank.known(sizes)
    forms = deal(held, plan, bank.seeds(len(SEATS)), SEATS if aware else None, known)
    shared = neighbours(forms)
    scores = [bank.true_score(form, bank.ability_at_the_cut(sizes), sizes) for form in forms]
    return statistics.fmean(shared), max(shared), statistics.pstdev(scores)


def neighbours(forms: Sequence[Form]) -> list[int]:
    """Questions shared by each pair of the room's seats side by side."""
    held = {seat: {slot.version for slot in form.slots} for seat, form in zip(SEATS, forms, strict=True)}
    return [len(held[seat] & held[near]) for seat in SEATS for near in seat.around() if near in held and near < seat]


def row_of(name: str, one: Measured) -> str:
    """A line of the first table."""
    return (
        f"| {name} | {one.spread:.3f} | {one.hardest:.1f} to {one.easiest:.1f} "
        f"| {one.percentile(0.05):.0%} to {one.percentile(0.95):.0%} | {one.decided:.1%} "
        f"| {one.least_shown:.1%} to {one.most_shown:.1%} |"
    )


def fairness_rows() -> list[str]:
    """The first table, a line a method."""
    rows = [row_of(name, of_method(name)[0]) for name in METHODS]
    return [*rows, row_of(EQUATED, equated())]


def room_rows() -> list[str]:
    """The second table."""
    banks = {600: bank.SIZES, 300: bank.HALF_SIZES}
    rows = []
    for size, sizes in banks.items():
        for aware in (False, True):
            mean, most, spread = room(sizes, aware=aware)
            rows.append(f"| {size} | {'yes' if aware else 'no'} | {mean:.2f} | {most} | {spread:.3f} |")
    return rows


def main() -> None:
    """Print the tables and the times."""
    lines = [
        "| papers | SD of difficulty, marks | hardest to easiest | chance to pass at the cut, 5 to 95 % of papers | decided by the paper | a question's share of papers |",
        "|---|---|---|---|---|---|",
        *fairness_rows(),
        "",
        "| bank | seats known | shared by neighbours, mean | most | SD of difficulty, marks |",
        "|---|---|---|---|---|",
        *room_rows(),
        "",
        "| candidates | SD of difficulty, marks | left when equated | it says itself | chance to pass at the cut | equated | decided by the paper | equated | pass marks | rise | fall | offered |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
        *equated_rows(),
        "",
        *(f"{name}: {of_method(name)[1]:.2f} ms a paper" for name in METHODS),
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
