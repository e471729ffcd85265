"""The laws that a text names: 《…法》, 《…条例》 and the like. Pure."""

import re
from collections import Counter
from dataclasses import dataclass

from lms.library.citation import short_name

MOST = 200
LONGEST = 80
_NAMED = re.compile(r"《([^《》\n]{2,80}(?:〈[^〈〉]{2,60}〉[^《》\n]{0,40})?)》")
_LAW = re.compile(r"(?:法|法典|条例|规定|办法|细则|规则|决定|解释|通则|准则|规范|标准|公约|章程|宪法|意见|通知)$")


@dataclass(frozen=True, slots=True)
class Named:
    """A law that a text names: short name, title as it is first written, how often."""

    name: str
    title: str
    times: int


def named_in(text: str, *, itself: str = "") -> tuple[Named, ...]:
    """The laws a text names, most often first, at most 200; not the one of the short name `itself`."""
    titles: dict[str, str] = {}
    times = Counter[str]()
    for match in _NAMED.finditer(text):
        name = short_name(match[1])
        if len(name) <= LONGEST and _LAW.search(name) and name != itself:
            titles.setdefault(name, match[1].strip())
            times[name] += 1
    return tuple(Named(name, titles[name], count) for name, count in times.most_common(MOST))
