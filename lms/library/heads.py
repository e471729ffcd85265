"""What a law says of itself above its first article and in its last: who issued it, when, under which number, from when
on it stands. Proposals, which a librarian may correct. Pure.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from question_bank.normaliser import number_of

_N = "〇零○一二三四五六七八九十0-9"
_DATE = rf"([{_N}]{{4}})\s*年\s*([{_N}]{{1,3}})\s*月\s*([{_N}]{{1,3}})\s*日"
_DAY = re.compile(_DATE)
#: one deed: a day, what follows it up to the verb
_DEED = re.compile(
    rf"{_DATE}([^年]{{0,160}}?)(通过|公布|发布|批准|修正|修订|修改|施行|实施|生效|起施行|颁布|印发)", re.S
)
_FROM = re.compile(rf"自\s*{_DATE}\s*起\s*(?:施行|实施|生效|执行)")
_AT_ONCE = re.compile(r"自(?:公布|发布|印发)之日起(?:施行|实施|生效|执行)")
_NUMBER = re.compile(
    r"((?:[\u4e00-\u9fff]{2,24})?(?:令|公告))\s*[（(]?(?:\d{4}年)?\s*第\s*([〇零一二三四五六七八九十百0-9]{1,8})\s*号"
    r"|([\u4e00-\u9fff]{1,8}[〔\[（(]\d{4}[〕\]）)]\s*(?:第\s*)?\d{1,5}\s*号)"
)
_BODY = re.compile(
    r"^[\s　，,]*(?:由)?(?:第[^届]{1,6}届)?([\u4e00-\u9fff]{2,40}?)(?:第[^，。]{1,10}(?:次|届)[^，。]{0,12}会议|令第|公告|《|$)"
)
_MADE = ("通过", "公布", "发布", "批准", "颁布", "印发")
_CHANGED = ("修正", "修订", "修改")
_BEGUN = ("施行", "实施", "生效", "起施行")
_HEAD_LINES = 40


@dataclass(frozen=True, slots=True)
class Head:
    """What a text says of itself, None for what it does not say."""

    issuer: str | None = None
    number: str | None = None
    issued_on: date | None = None
    amended_on: date | None = None
    effective_on: date | None = None


def head_of(above: str, last: Sequence[str] = ()) -> Head:
    """What `above` (all that stands before the first article) and the `last` articles say."""
    head = "\n".join(above.splitlines()[:_HEAD_LINES])
    deeds = list(_deeds(head))
    made = [(day, who) for day, who, verb in deeds if verb in _MADE]
    changed = [day for day, _who, verb in deeds if verb in _CHANGED]
    issued = next((day for day, _who, verb in deeds if verb in ("公布", "发布", "颁布", "印发")), None)
    issued = issued or (made[0][0] if made else None)
    effective = _effective(head, last) or max((day for day, _w, verb in deeds if verb in _BEGUN), default=None)
    if effective is None and any(_AT_ONCE.search(text) for text in last):
        effective = issued
    return Head(
        issuer=next((body for _day, who in made if (body := _body(who))), None),
        number=_number(head),
        issued_on=issued,
        amended_on=max(changed, default=None),
        effective_on=effective,
    )


def _deeds(head: str) -> Iterator[tuple[date, str, str]]:
    for match in _DEED.finditer(head.replace("\n\n", "\n")):
        day = _day(match[1], match[2], match[3])
        if day is not None:
            yield day, match[4], match[5]


def _effective(head: str, last: Sequence[str]) -> date | None:
    for text in (*reversed(last), head):
        match = _FROM.search(text)
        if match and (day := _day(match[1], match[2], match[3])):
            return day
    return None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(*(_whole(part) for part in (year, month, day)))
    except ValueError:
        return None


def _whole(text: str) -> int:
    return int(text) if text.isascii() else number_of(text.replace("○", "〇")) or 0


def _body(who: str) -> str | None:
    match = _BODY.match(who.split("\n", maxsplit=1)[0])
    body = match[1] if match else ""
    return body if 3 <= len(body) <= 40 else None


def _number(head: str) -> str | None:
    match = _NUMBER.search(head)
    if match is None:
        return None
    return re.sub(r"\s", "", match[3] or f"{match[1]}第{match[2]}号")[:80]
