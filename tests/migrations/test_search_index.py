"""The migration that makes the index of the library anew, over a library with documents in it."""

from pathlib import Path

from sqlalchemy import create_engine, text

from lms import migrate
from lms.app import create_app
from lms.config import Config
from lms.database import engine_options, prepare_engine, reading
from lms.library.search.plan import search
from tests.conftest import make_config

_DOCUMENT = text(
    "INSERT INTO ref_document (public_id, origin, title, name, subject, kind, status, sources, markdown, sha256, stored_at)"
    " VALUES (:key, :key, '商品條码办法', '商品條码办法', 'quality', 'statute', 'current', '[]', '-', '-', '2026-03-02 00:00:00')"
)
_PASSAGE = text(
    "INSERT INTO ref_passage (document_id, seq, kind, label, article, article_sub, anchor, path, text)"
    " SELECT id, 1, 'article', '第三条', 3, 0, 'a3', '[\"办法\", \"第二章\"]', '冒用他人条码的，处以罚款。' FROM ref_document"
)


def test_documents_are_indexed_anew(database: str, tmp_path: Path) -> None:
    """
    A document stored under the release before is found after going up, with a filter too; going down, the old index
    holds its tokens again, and going up once more finds it as before.
    """
    config: Config = make_config(tmp_path, database)
    migrate.downgrade(config, to="0027")
    engine = create_engine(config.url, **engine_options(config.url))
    prepare_engine(engine, guard=False)
    with engine.begin() as connection:
        connection.execute(_DOCUMENT, {"key": "a" * 22})
        connection.execute(_PASSAGE)
    for _time in range(2):
        migrate.upgrade(config)
        with create_app(config).app_context():
            found = search(reading(), "冒用", only={"subject": "quality"})
            reading().rollback()
        assert [hit.passages[0].anchor for hit in found.hits] == ["a3"]
        migrate.downgrade(config, to="0027")
        with engine.connect() as connection:
            held = _OLD[connection.dialect.name]
            assert connection.scalar(held) == 1
    engine.dispose()


_OLD = {
    "sqlite": text('SELECT count(*) FROM fts_passage WHERE fts_passage MATCH \'"冒用" AND "罚款"\''),
    "postgresql": text("SELECT count(*) FROM fts_passage WHERE tokens @@ CAST('''冒用'' & ''罚款''' AS tsquery)"),
}
