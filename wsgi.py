"""The WSGI entry point: `granian --interface wsgi wsgi:app`."""

from lms.app import create_app
from lms.config import load

app = create_app(load())
