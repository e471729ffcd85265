"""The library's search on 20,000 documents: `./run bench search [--json] [--documents N] [--folder F] [--corpora C]`.

Queries with known answers are asked of a library made of the laws archive and of documents made from it; how often the
answer is among the first ten, at which place, and how long a page of ten with its snippets takes. Without the network:
the search is called in this process. A folder that is kept is filled once.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from benchmarks import search_corpus, stored
from benchmarks.search_corpus import Query
from lms import migrate
from lms.app import create_app
from lms.clock import now
from lms.config import Config
from lms.database import db, reading, writing
from lms.library import service
from lms.library.models import Document, DocumentPassage
from lms.library.passages import passages
from lms.library.search import filling, frequencies
from lms.library.search.plan import Found, search
from lms.library.source import Source

SECRET = "a-secret-of-the-benchmark-that-nobody-else-uses"
ROOT = Path(__file__).parent.parent
CORPORA = ROOT.parent / "shared" / "corpora"
Clock = Callable[[], float]
AT_ONCE = 100
#: so many documents are stored as an import stores them, more of them in bulk
AS_IMPORTED = 20_000
PASSES, SHOWN = 3, 10
REPLACED = 200
#: the words that most documents have: the worst that can be asked
COMMON = (
    "管理", "人民政府", "人民政府 应当", "违反本条例规定", "的", "应当", "规定", "部门", "条例", "本条例", "有关部门", "县级以上", "处罚", "责任",
    "单位 个人", "依法", "国家", "主管部门 负责", "法律 法规", "行政 管理", "市人民政府", "罚款", "罚款 责令改正", "工作", "办法", "监督 检查",
    "应当 依法", "实施", "第一条", "不得", "制定 本条例", "自 起施行",
)  # fmt: skip
NARROW: tuple[dict[str, str], ...] = (
    {"subject": "food"}, {"kind": "statute"}, {"status": "current"}, {"since": "2015-01-01", "until": "2020-06-30"},
    {"subject": "food", "since": "2010-01-01"}, {"status": "repealed"},
)  # fmt: skip


def main(words: Sequence[str]) -> None:
    """Measure and print; with `--json` the last line is one JSON object."""
    options = _options(words)
    if options.reader:
        _read_for_ever(options)
        return
    with tempfile.TemporaryDirectory() as spare:
        folder = Path(options.folder or spare)
        folder.mkdir(parents=True, exist_ok=True)
        app = _app(folder, options.database)
        texts = search_corpus.laws(options.corpora)
        found: dict[str, Any] = {"documents": options.documents}
        with app.app_context():
            found |= _filled(texts, options.documents)
            found |= _sizes(app)
            asked = search_corpus.queries(options.corpora)
            found |= _answers(asked) | _times(asked)
            found["replace_ms"] = _replaced(texts)
            found["replace_with_facts_ms"] = _replaced(texts, year=1950)
            found["index_again_ms"] = _indexed_again()
            with _reader(folder, options):
                found["replace_while_searching_ms"] = _replaced(texts, year=1950)
                found["replace_with_facts_while_searching_ms"] = _replaced(texts, year=1960)
            found["after_replacing_ms"] = _spread(_timed(asked, {}))
        found["rss_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
    for name, value in found.items():
        print(f"{name}: {value}")
    if options.json:
        print(json.dumps(found, ensure_ascii=False))


def _options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench search", description=__doc__)
    parser.add_argument("--documents", type=int, default=20_000, help="documents in the library")
    parser.add_argument("--folder", help="where the library is made, and found again the next time")
    parser.add_argument(
        "--database", default="", help="address of an empty PostgreSQL database, or of one filled before"
    )
    parser.add_argument("--corpora", type=Path, default=CORPORA, help="folder with laws/ and search/")
    parser.add_argument("--json", action="store_true", help="last line: one JSON object")
    parser.add_argument("--reader", action="store_true", help="only search, until ended")
    return parser.parse_args(words)


def _app(folder: Path, url: str) -> Flask:
    config = Config(
        data=folder, database_url=url, secret_key=SECRET, second_factor="offered", log_level="WARNING", jobs="off"
    )
    migrate.upgrade(config)
    return create_app(config)


def _filled(texts: dict[str, str], count: int) -> dict[str, Any]:
    """Store what is not there yet; seconds and sizes."""
    begun = time.perf_counter()
    if not reading().scalar(select(func.count()).select_from(Document)):
        documents = search_corpus.documents(texts, count=count)
        for batch in _batches(islice(documents, AS_IMPORTED)):
            with writing() as session:
                for name, source in batch:
                    service.store_document(session, source, origin=f"import:{name}")
        for batch in _batches(documents):
            with writing() as session:
                _put_in_bulk(session, batch)
        stored_s = time.perf_counter() - begun
        frequencies.count_again(reading())
        counted = round(time.perf_counter() - begun - stored_s, 1)
        print(f"stored in {stored_s:.1f} s, tokens counted in {counted} s")
    passages = reading().scalar(select(func.count()).select_from(DocumentPassage))
    characters = reading().scalar(select(func.sum(func.length(Document.markdown))))
    reading().rollback()
    return {"passages": passages, "characters": characters, "build_s": round(time.perf_counter() - begun, 1)}


def _put_in_bulk(session: Session, batch: Sequence[tuple[str, Source]]) -> None:
    """What searching needs of documents, without versions and citations, and without asking whether they are there."""
    rows: list[dict[str, Any]] = [
        {
            "origin": f"import:{name}", "title": one.title, "name": one.name, "subject": one.subject, "kind": one.kind,
            "issued_on": one.issued_on, "status": one.status, "sources": [], "markdown": one.markdown,
            "sha256": one.sha256, "stored_at": now(), "set_by_hand": [],
        }
        for name, one in batch
    ]  # fmt: skip
    made = insert(Document).returning(Document.id, sort_by_parameter_order=True)
    keys = session.scalars(made, rows).all()
    cut = [
        {
            "document_id": key, "seq": number, "kind": part.kind, "label": part.label or None,
            "article": part.article.number if part.article else None,
            "article_sub": part.article.sub if part.article else None,
            "anchor": part.anchor, "path": list(part.path), "text": part.text,
        }
        for key, (_name, one) in zip(keys, batch, strict=True)
        for number, part in enumerate(passages(one.markdown), 1)
    ]  # fmt: skip
    session.execute(insert(DocumentPassage), cut)
    for key in keys:
        filling.put(session, key)


def _batches(pairs: Iterator[tuple[str, Source]]) -> Iterator[list[tuple[str, Source]]]:
    while batch := list(islice(pairs, AT_ONCE)):
        yield batch


def _sizes(app: Flask) -> dict[str, Any]:
    """Megabytes of the index and of everything."""
    if db.engine.dialect.name == "postgresql":
        sizes = "pg_relation_size('ix_fts_passage_tokens') + pg_relation_size('ix_fts_title_tokens')"
        query = f"SELECT {sizes} + pg_total_relation_size('ref_term')"
    else:
        parts = [f"SELECT sum(length(block)) AS n FROM {table}_data" for table in ("fts_passage", "fts_title")]
        parts += [f"SELECT sum(length(sz)) AS n FROM {table}_docsize" for table in ("fts_passage", "fts_title")]
        query = f"SELECT sum(n) FROM ({' UNION ALL '.join(parts)})"
    size = reading().scalar(text(query)) or 0
    reading().rollback()
    return {"index_mb": round(size / 1e6, 1), "all_mb": round(stored.size(app.extensions["config"]) / 1e6, 1)}


def _yardstick() -> float:
    """Seconds for work that is always the same: neighbours on the machine make it longer."""
    begun = time.perf_counter()
    made = {}
    for number in range(20_000):
        made[number % 100] = f"{number}x"
    return time.perf_counter() - begun


def _yardsticks() -> float:
    return round(statistics.median(_yardstick() for _ in range(25)) * 1000, 2)


def _asked(query: str, only: dict[str, str], clock: Clock = time.perf_counter) -> tuple[float, Found]:
    """Milliseconds of a page of ten, in a transaction of its own, and what it holds."""
    begun = clock()
    found = search(reading(), query, only=only, size=SHOWN)
    reading().rollback()
    return (clock() - begun) * 1000, found


def _answers(asked: Sequence[Query]) -> dict[str, Any]:
    """Recall among the first ten, mean reciprocal rank, and how often the right article is the one shown."""
    paths = {
        row[0]: row[1].removeprefix("import:") for row in reading().execute(select(Document.public_id, Document.origin))
    }
    ranks: dict[str, list[float]] = defaultdict(list)
    articles, wrong = [0, 0], list[str]()
    for query in asked:
        hits = _asked(query.text, {})[1].hits
        place = next((n for n, hit in enumerate(hits, 1) if paths[hit.public_id] in query.targets), 0)
        ranks[query.type].append(1 / place if place else 0.0)
        if not place:
            wrong.append(f"{query.type}: {query.text}")
        elif query.articles:
            articles[1] += 1
            articles[0] += any(passage.label in query.articles for passage in hits[place - 1].passages[:1])
    every = [rank for found in ranks.values() for rank in found]
    return {
        "recall_10": round(sum(map(bool, every)) / len(every), 4),
        "mrr": round(statistics.mean(every), 4),
        "articles": articles,
        "by_type": {
            name: [len(found), round(sum(map(bool, found)) / len(found), 2), round(statistics.mean(found), 2)]
            for name, found in ranks.items()
        },
        "not_found": wrong,
    }


def _times(asked: Sequence[Query]) -> dict[str, Any]:
    common = [Query("common", words, frozenset(), frozenset()) for words in COMMON]
    return {
        "yardstick_ms": _yardsticks(),
        "ms": _spread(_timed(asked, {})),
        "cpu_ms": _spread(_timed(asked, {}, clock=time.thread_time)),
        "common_ms": _spread(_timed(common, {})),
        "common_cpu_ms": _spread(_timed(common, {}, clock=time.thread_time)),
        "yardstick_after_ms": _yardsticks(),
        "narrowed_ms": _spread([ms for only in NARROW for ms in _timed([*asked[::4], *common[::4]], only)]),
        "slowest": sorted(
            ((round(_asked(query.text, {})[0], 1), query.text) for query in [*asked, *common]), reverse=True
        )[:6],
    }


def _timed(asked: Sequence[Query], only: dict[str, str], clock: Clock = time.perf_counter) -> list[float]:
    return [_asked(query.text, only, clock)[0] for _pass in range(PASSES) for query in asked]


def _spread(times: Sequence[float]) -> dict[str, float]:
    ordered = sorted(times)

    def at(share: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)

    return {"p50": at(0.5), "p95": at(0.95), "p99": at(0.99), "max": at(1)}


def _replaced(texts: dict[str, str], *, year: int | None = None) -> dict[str, float]:
    """Milliseconds to put an amended text in a real document's place and commit. Where `year` is another than before all
    of the document is indexed again.
    """
    times = []
    chosen = list(texts)[:: max(1, len(texts) // REPLACED)][:REPLACED]
    for name in chosen:
        changed = search_corpus.amended(name, texts[name], str(time.time_ns()), year=year)
        begun = time.perf_counter()
        with writing() as session:
            service.store_document(session, changed, origin=f"import:{name}")
        times.append((time.perf_counter() - begun) * 1000)
    return _spread(times)


def _indexed_again() -> dict[str, float]:
    """Milliseconds to take a real document out of the index, put it in again and commit: the index's share of that."""
    real = Document.origin.not_like("import:made/%")
    keys = reading().scalars(select(Document.id).where(real).order_by(Document.sha256).limit(REPLACED)).all()
    times = []
    for key in keys:
        begun = time.perf_counter()
        with writing() as session:
            filling.put(session, key)
        times.append((time.perf_counter() - begun) * 1000)
    return _spread(times)


@contextmanager
def _reader(folder: Path, options: argparse.Namespace) -> Iterator[None]:
    """Another process that searches meanwhile."""
    words = ["--folder", str(folder), "--database", options.database, "--corpora", str(options.corpora), "--reader"]
    code = "import sys; from benchmarks import search; search.main(sys.argv[1:])"
    child = subprocess.Popen([sys.executable, "-c", code, *words], cwd=ROOT)
    try:
        time.sleep(3)
        yield
    finally:
        child.terminate()
        child.wait()


def _read_for_ever(options: argparse.Namespace) -> None:
    asked = search_corpus.queries(options.corpora)
    with _app(Path(options.folder), options.database).app_context():
        while True:
            _timed(asked, {})
