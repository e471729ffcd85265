"""A library to search in: the laws of the archive, and as many documents more as are wanted, made of their clauses.

The made documents are articles of real local regulations, administrative regulations and judicial interpretations in a
new order under made-up titles (a city, a real topic, a kind). Laws of the state are not used for them, so that a law
stays the right answer to a question about it. The same seed gives the same documents.
"""

import io
import json
import random
import re
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import zstandard

from lms.library.source import Source, read
from lms.subjects import CODES

SEED = 11
CITIES = [
    "安康市",
    "宝鸡市",
    "白城市",
    "北海市",
    "亳州市",
    "沧州市",
    "常德市",
    "潮州市",
    "承德市",
    "赤峰市",
    "崇左市",
    "大理市",
    "丹东市",
    "德阳市",
    "定西市",
    "鄂州市",
    "防城港市",
    "抚顺市",
    "阜阳市",
    "赣州市",
    "广元市",
    "桂林市",
    "海口市",
    "邯郸市",
    "汉中市",
    "鹤岗市",
    "衡阳市",
    "葫芦岛市",
    "淮安市",
    "黄石市",
    "吉安市",
    "佳木斯市",
    "锦州市",
    "荆州市",
    "景德镇市",
    "九江市",
    "昆明市",
    "兰州市",
    "乐山市",
    "丽江市",
]
KINDS = ("条例", "管理条例", "管理办法", "若干规定", "实施细则", "工作规定", "促进条例", "保护条例")
INSERTS = (
    "（参照 ISO 9001 执行）", "，并使用 App 办理", "（PM2.5 浓度另行公布）", "，通过 OA 系统报送", "（GB 7718 另有规定的除外）", "，接入 5G 网络"
)  # fmt: skip
_CLAUSE = re.compile(
    r"^第[〇零一二三四五六七八九十百千]+条(?:之[一二三四五六七八九十]+)?[\s　]+(.{20,600})$", re.MULTILINE
)
_PLACE = re.compile(r"^.{2,12}?[省市区州](?=.{4})")
_ARTICLE = re.compile(r"第[一二三四五六七八九十百千零〇两]+条")
_END = re.compile(r"(管理条例|实施办法|管理办法|若干规定|暂行条例|实施细则|条例|办法|规定)$")
_DAY = re.compile(r"\((\d{4}-\d\d-\d\d)\)\.md$")
_USED = ("DLC/", "行政法规/", "司法解释/")
NUMERALS = "零一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Query:
    """A query with what would be a right answer: paths of the archive; and articles, where one is known."""

    type: str
    text: str
    targets: frozenset[str]
    articles: frozenset[str]


def queries(folder: Path) -> list[Query]:
    """The queries with known answers."""
    lines = (folder / "search" / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    return [
        Query(
            row["type"],
            row["query"],
            frozenset(target["path"] for target in row["targets"]),
            frozenset(label for _number, label in row["article"]),
        )
        for row in found
    ]


def laws(folder: Path) -> dict[str, str]:
    """The texts of the archive by path."""
    data = zstandard.ZstdDecompressor(max_window_size=2**27).stream_reader(
        io.BytesIO((folder / "laws" / "laws.tar.zst").read_bytes())
    )
    found = {}
    with tarfile.open(fileobj=data, mode="r|") as archive:
        for member in archive:
            held = archive.extractfile(member) if member.name.endswith(".md") else None
            if held:
                found[member.name.removeprefix("./")] = held.read().decode()
    return dict(sorted(found.items()))


def documents(texts: dict[str, str], *, count: int) -> Iterator[tuple[str, Source]]:
    """`count` documents with their names, in an order that says nothing: the laws, and made ones."""
    chance = random.Random(SEED)
    made = [(path, texts[path]) for path in texts][:count]
    made += _made(chance, texts, count - len(made))
    chance.shuffle(made)
    for name, text in made:
        yield name, _source(name, text)


def _source(name: str, text: str) -> Source:
    day = _DAY.search(name)
    subject = CODES[sum(name.partition("/")[0].encode() + name[-12:-3].encode()) % len(CODES)]
    head = f'title = {json.dumps(_title(text), ensure_ascii=False)}\nsubject = "{subject}"\nkind = "statute"\nstatus = "current"\n'
    head += f"issued = {day[1]}\n" if day else ""
    found = read(f"+++\n{head}+++\n{text.partition(chr(10))[2]}".encode(), file_name=name)
    if not isinstance(found, Source):
        raise TypeError(f"{name}: {found}")
    return found


def _title(text: str) -> str:
    return text.partition("\n")[0].lstrip("# ").strip()[:200]


def _made(chance: random.Random, texts: dict[str, str], count: int) -> list[tuple[str, str]]:
    used = [text for path, text in texts.items() if path.startswith(_USED)]
    clauses = [clause for text in used for clause in _CLAUSE.findall(text)]
    topics = sorted({topic for text in used if 2 <= len(topic := _topic(_title(text))) <= 16})
    return [(f"made/{number}.md", _document(chance, clauses, topics)) for number in range(count)]


def _topic(title: str) -> str:
    return _END.sub("", _PLACE.sub("", title))


def _document(chance: random.Random, clauses: Sequence[str], topics: Sequence[str]) -> str:
    title = chance.choice(CITIES) + chance.choice(topics) + chance.choice(KINDS)
    taken = [chance.choice(clauses) for _ in range(chance.randint(6, 17))]
    if chance.random() < 0.06:
        taken[0] = taken[0].rstrip("。") + chance.choice(INSERTS) + "。"
    return f"# {title}\n\n" + "\n\n".join(f"第{_numeral(n)}条　{clause}" for n, clause in enumerate(taken, 1)) + "\n"


def _numeral(number: int) -> str:
    return NUMERALS[number] if number <= 10 else "十" + NUMERALS[number - 10]


def amended(name: str, text: str, mark: str, *, year: int | None = None) -> Source:
    """A document of the archive with other words in every tenth article and at its end; with `year` it is said to be of
    then, so that its facts change as well.
    """
    lines, articles = text.rstrip().split("\n"), 0
    for place, line in enumerate(lines):
        if _ARTICLE.match(line):
            articles += 1
            lines[place] += f"修改{mark}。" if articles % 10 == 1 else ""
    found = _source(name, "\n".join(lines) + f"\n\n附：{mark}\n")
    return found if year is None else replace(found, issued_on=date(year, 1, 1))
