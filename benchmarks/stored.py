"""How large a database is: pages in use, nothing that waits in a log beside it."""

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from lms.config import Config

_POSTGRES = text(
    "SELECT coalesce(sum(pg_total_relation_size(oid)), 0) FROM pg_class"
    " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
)


def size(config: Config) -> int:
    """Bytes of tables and indexes.

    SQLite: the write-ahead log is copied into the file first (a checkpoint), then pages in use are counted; PostgreSQL:
    the files of every table with its indexes, without its write-ahead log. No vacuum, so what updates left lying counts.
    """
    engine = create_engine(config.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            return int(connection.scalar(_POSTGRES) or 0)
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        pages, free, bytes_ = (
            int(connection.scalar(text(f"PRAGMA {name}")) or 0)
            for name in ("page_count", "freelist_count", "page_size")
        )
    return (pages - free) * bytes_
