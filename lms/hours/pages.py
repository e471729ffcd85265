"""What the page of a person's hours shows: minima, sums by channel, the lines of the year, each with its reasons."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from flask_babel import gettext, lazy_gettext
from sqlalchemy.orm import Session

from courseware.facts import Channel
from courseware.rules.ledger import Entry, Posting
from courseware.rules.standing import Owed, Promotion
from lms.channels import CHANNEL_NAMES
from lms.hours import queries
from lms.hours.account import Account
from lms.hours.queries import Titles
from lms.hours.rule_words import category_name, least_of, minimum_name, set_name
from lms.hours.words import amount, amount_in, reasons
from lms.i18n import locale_code

_ENTRY_NAMES = {
    Entry.CARRIED_IN: lazy_gettext("Carried over from the year before"),
    Entry.CARRIED_OUT: lazy_gettext("Carried over to the next year"),
    Entry.GATES: lazy_gettext("Time, visits and exercises of the year"),
}


@dataclass(frozen=True, slots=True)
class OwedLine:
    """A minimum as the page draws it; `share` is done of owed, 0 to 100."""

    name: str
    years: str
    least: str
    done: str
    missing: str
    days: str
    quality: str
    state: str
    share: int


@dataclass(frozen=True, slots=True)
class PostingLine:
    """A line of the account: its day, what it is, how much, and why."""

    day: date | None
    title: str
    channel: str
    required: bool
    amount: str
    entry: str
    rules: str
    rules_id: str
    evidence: str
    reasons: list[str]


@dataclass(frozen=True, slots=True)
class Shown:
    """The whole page."""

    account: Account
    year: int
    years: list[int]
    rules: str
    rules_id: str
    category: str
    total: str
    five_years: str
    five_year_sum: str
    owed: list[OwedLine]
    promotions: list[Promotion]
    channels: list[tuple[str, str]]
    lines: list[PostingLine]


def of_person(session: Session, person_id: int, asked: str, *, today: date) -> Shown:
    """The page of a person; `asked` is the year of the address, which must be one that the account speaks of."""
    kept = queries.book(session)
    account = queries.accounts_of(session, [person_id], today.year, kept, today=today)[person_id]
    years, titles = queries.years_of(account, today), queries.titles(session, person_id)
    earlier = next((year for year in years if str(year) == asked and year < today.year), None)
    if earlier is not None:
        account = queries.accounts_of(session, [person_id], earlier, kept, today=today)[person_id]
    ids = {(row.code, row.number): row.public_id for row in queries.versions(session)}
    rules = account.rules
    cycle = rules.cycle(5, account.year) if rules else None
    within = account.book.of_years(cycle.first, cycle.last, rules.account) if cycle and rules else []
    of_year = account.book.of_years(account.year, account.year)
    return Shown(
        account=account,
        year=account.year,
        years=years,
        rules=set_name(rules) if rules else "",
        rules_id=ids[rules.code, rules.version] if rules else "",
        category=category_name(rules, account.category.code if account.category else None),
        total=_in(account, account.done),
        five_years=f"{cycle.first}–{cycle.last}" if cycle else "",
        five_year_sum=_in(account, sum((posting.amount for posting in within), Fraction(0))),
        owed=[_owed(account, one) for one in account.owed],
        promotions=list(account.promotions),
        channels=_channels(of_year, account),
        lines=[_line(posting, titles, ids) for posting in of_year],
    )


def _in(account: Account, value: Fraction) -> str:
    return amount_in(value, account.rules.account) if account.rules else amount(value)


def _owed(account: Account, owed: Owed) -> OwedLine:
    if account.rules is None:
        raise LookupError(owed.minimum.code)
    minimum, first, last = owed.minimum, owed.cycle.first, owed.cycle.last
    return OwedLine(
        name=minimum_name(minimum),
        years=str(first) if first == last else f"{first}–{last}",
        least=least_of(minimum, account.rules.account),
        done=_in(account, owed.done),
        missing=_in(account, owed.missing) if owed.missing else "",
        days=gettext("%(days)s training days", days=amount(owed.days)) if minimum.days else "",
        quality=gettext("%(passed)s of %(assessed)s assessed passed", passed=owed.passed, assessed=owed.assessed)
        if minimum.quality is not None
        else "",
        state=str(owed.state),
        share=_share(owed),
    )


def _share(owed: Owed) -> int:
    shares = [owed.done / owed.least if owed.least else Fraction(1)]
    if owed.minimum.days:
        shares.append(owed.days / owed.minimum.days)
    return min(100, int(max(shares) * 100))


def _channels(postings: list[Posting], account: Account) -> list[tuple[str, str]]:
    sums: dict[Channel | None, Fraction] = defaultdict(Fraction)
    for posting in postings:
        if account.rules and posting.rules and posting.rules.account is account.rules.account:
            sums[posting.channel] += posting.amount
    known = [(str(CHANNEL_NAMES[channel]), amount(sums[channel])) for channel in Channel if sums.get(channel)]
    return [*known, (gettext("Carried over"), amount(sums[None]))] if sums.get(None) else known


def _line(posting: Posting, titles: Titles, ids: dict[tuple[str, int], str]) -> PostingLine:
    act, rules, language = posting.act, posting.rules, locale_code()

    def name(source: str) -> str:
        return titles.name(source, language)

    return PostingLine(
        day=act.day if act else None,
        title=name(act.source) if act else str(_ENTRY_NAMES[posting.entry]),
        channel=str(CHANNEL_NAMES[posting.channel]) if posting.channel else "",
        required=posting.required,
        amount=amount(posting.amount),
        entry=str(posting.entry),
        rules=f"{set_name(rules)} · {rules.version}" if rules else "",
        rules_id=ids.get((rules.code, rules.version), "") if rules else "",
        evidence=act.entry[:8] if act else "",
        reasons=reasons(posting, name),
    )
