"""The WSGI entry point: `granian --interface wsgi wsgi:app`."""

from lms import jobs, server
from lms.app import create_app
from lms.config import load

config = load()
app = create_app(config)
server.settle_in()
if config.jobs == "embedded":
    jobs.start(app)
