"""The database that is measured: how large it is, which processes serve it."""

from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from lms.config import Config
from lms.load.machine import parent

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


def server(config: Config) -> int:
    """The number of PostgreSQL's first process where it runs on this machine; 0 for SQLite or one that is elsewhere."""
    engine = create_engine(config.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    if engine.dialect.name != "postgresql":
        return 0
    with engine.connect() as connection:
        worker = int(connection.scalar(text("SELECT pg_backend_pid()")) or 0)
        try:
            own = Path(f"/proc/{worker}/comm").read_text(encoding="utf-8").startswith("postgres")
        except OSError:
            return 0
        return parent(worker) if own else 0
