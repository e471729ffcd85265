"""Questions with known answers: found among the first ten, on both databases alike, and shown as they stand."""

import json
import os
import statistics
from collections.abc import Sequence
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from benchmarks import search_corpus
from lms.database import reading, writing
from lms.library import service
from lms.library.models import Document, DocumentPassage
from lms.library.search import frequencies
from lms.library.search.plan import Found, search
from tests.library.test_corpora import CORPORA

#: beside the right answers every so manieth law of the archive is in the library
EVERY = 40
RECALL, RANK = 0.95, 0.88
FIRST = 10


@pytest.fixture
def archive(app: Flask) -> dict[str, str]:
    """A library of what answers the questions and some seventy other laws: paths by public id."""
    if not (CORPORA / "laws" / "laws.tar.zst").is_file() or not (CORPORA / "search").is_dir():
        pytest.skip(f"no laws and questions below {CORPORA}")
    texts = search_corpus.laws(CORPORA)
    wanted = {path for query in search_corpus.queries(CORPORA) for path in query.targets}
    chosen = {path: text for number, (path, text) in enumerate(texts.items()) if path in wanted or number % EVERY == 0}
    with app.app_context():
        with writing() as session:
            for name, source in search_corpus.documents(chosen, count=len(chosen)):
                service.store_document(session, source, origin=f"import:{name}")
        frequencies.count_again(reading())
        rows = reading().execute(select(Document.public_id, Document.origin))
        return {row.public_id: row.origin.removeprefix("import:") for row in rows}


@pytest.mark.corpora
@pytest.mark.slow
def test_known_answers_are_found_alike_on_both_databases(
    app: Flask, archive: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """
    Of the questions .95 have a right answer among ten, its mean reciprocal rank is .88; snippets stand in the text; the
    other database, whichever comes first, gives the same answers in the same order.
    """
    answers, ranks = dict[str, list[str]](), list[float]()
    with app.app_context():
        for query in search_corpus.queries(CORPORA):
            found = search(reading(), query.text, only={}, size=FIRST)
            paths = [archive[hit.public_id] for hit in found.hits]
            # of more passages than are looked at each database chooses its own
            answers |= {} if found.capped else {query.text: paths}
            ranks.append(next((1 / place for place, path in enumerate(paths, 1) if path in query.targets), 0.0))
            assert made_up(found) == []

    assert len(ranks) > 90
    assert len(answers) > 80
    assert sum(map(bool, ranks)) / len(ranks) >= RECALL
    assert statistics.mean(ranks) >= RANK
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", os.getpid())
    assert differences(answers, tmp_path_factory.getbasetemp().parent / f"answers-{run}.json") == []


def made_up(found: Found) -> Sequence[str]:
    """Snippets that stand in none of their document's passages."""
    wrong = list[str]()
    for hit in found.hits:
        query = select(DocumentPassage.text).join(Document).where(Document.public_id == hit.public_id)
        texts = reading().scalars(query).all()
        for passage in hit.passages:
            shown = "".join(piece for piece, _marked in passage.snippet).strip("…")
            wrong += [] if any(shown in text for text in texts) else [shown]
    return wrong


def differences(answers: dict[str, list[str]], kept: Path) -> list[str]:
    """Questions that the other database answered otherwise; whoever comes first leaves the answers for the other."""
    if not kept.exists():
        kept.write_text(json.dumps(answers), encoding="utf-8")
        return []
    others = json.loads(kept.read_text(encoding="utf-8"))
    return [query for query in answers.keys() | others.keys() if answers.get(query) != others.get(query)]
