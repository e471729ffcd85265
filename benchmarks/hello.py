"""The least that Flask can do: the limit beside which a request is measured."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello() -> str:
    """Two words."""
    return "hello, world"
