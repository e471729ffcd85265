"""Alembic's environment: one connection, given by the caller or made from LMS settings."""

from alembic import context
from sqlalchemy import Connection, create_engine

from lms.config import load
from lms.database import engine_options, prepare_engine

config = context.config


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=config.attributes.get("metadata"),
        transaction_per_migration=True,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()


given = config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    url = load().owner_url
    engine = create_engine(url, **engine_options(url))
    prepare_engine(engine, guard=False)
    with engine.connect() as fresh:
        _run(fresh)
        fresh.commit()
