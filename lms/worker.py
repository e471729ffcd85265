"""`./run worker`: runs jobs in a process of its own until it is told to end.

Jobs stay rows of our own table, committed with what needs them. On PostgreSQL a worker is woken by NOTIFY when one is
committed; on SQLite, and whenever a notice is lost, it finds them by looking once a second.
"""

import signal
import threading
from types import FrameType
from typing import Any

import structlog
from flask import Flask
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from lms.config import Config
from lms.jobs.queue import LISTEN
from lms.jobs.runner import Runner

log = structlog.get_logger()
RETRY_SECONDS = 5.0


def work(app: Flask) -> None:
    """Run jobs in this thread until SIGTERM or SIGINT; the job in hand is finished first."""
    config: Config = app.extensions["config"]
    runner = Runner(app)

    def stop(number: int, _frame: FrameType | None) -> None:
        log.info("worker_stopping", signal=signal.Signals(number).name)
        runner.stop()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    ear = Ear(config, runner) if config.url.startswith("postgresql") else None
    if ear:
        ear.start()
    log.info("worker_started", worker=runner.worker)
    try:
        runner.run()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    log.info("worker_stopped", worker=runner.worker)


class Ear(threading.Thread):
    """Listens to PostgreSQL for the word that a job was committed, and wakes the runner."""

    def __init__(self, config: Config, runner: Runner) -> None:
        super().__init__(name="job-ear", daemon=True)
        self.engine: Engine = create_engine(config.url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        self.runner = runner

    def run(self) -> None:
        """Until the runner ends; a lost connection is made again."""
        dbapi = self.engine.dialect.dbapi
        lost = (SQLAlchemyError, dbapi.Error) if dbapi else (SQLAlchemyError,)
        while not self.runner.ended.is_set():
            try:
                self._listen()
            except lost:
                log.warning("worker_deaf", retry_seconds=RETRY_SECONDS)
                self.runner.ended.wait(RETRY_SECONDS)

    def _listen(self) -> None:
        with self.engine.connect() as connection:
            connection.execute(LISTEN)
            driver: Any = connection.connection.driver_connection
            self.runner.woken.set()  # what was committed before we listened
            while not self.runner.ended.is_set():
                for _notice in driver.notifies(timeout=1, stop_after=1):
                    self.runner.woken.set()
