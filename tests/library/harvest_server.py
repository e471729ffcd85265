"""A catalogue on this machine that plays what a test writes: good answers and hostile ones."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

HEAD = '<?xml version="1.0" encoding="UTF-8"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
ANSWERED = "2026-03-02T01:00:00Z"
DC = (
    '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/">{}</oai_dc:dc>'
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent: a body, a status, further headers; in pieces of that many bytes with pauses between."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Play = Callable[[Mapping[str, str]], Answer]


@dataclass(slots=True)
class Catalogue:
    """A catalogue that plays; `asked` are the arguments it was asked with."""

    play: Play
    address: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)

    def lists(self) -> list[dict[str, str]]:
        """The requests for records."""
        return [one for one in self.asked if one.get("verb") == "ListRecords"]


def record(identifier: str, /, *, deleted: bool = False, **said: str | list[str]) -> str:
    """A record with Dublin Core; values are escaped."""
    header = f"<identifier>{escape(identifier)}</identifier><datestamp>{ANSWERED}</datestamp>"
    if deleted:
        return f'<record><header status="deleted">{header}</header></record>'
    lines = "".join(
        f"<dc:{name}>{escape(value)}</dc:{name}>"
        for name, values in said.items()
        for value in ([values] if isinstance(values, str) else values)
    )
    return f"<record><header>{header}</header><metadata>{DC.format(lines)}</metadata></record>"


def listed(*records: str, token: str | None = None, answered: str = ANSWERED) -> Answer:
    """An answer with records and the token of the next one."""
    tail = f"<resumptionToken>{token}</resumptionToken>" if token is not None else ""
    return xml(f"<ListRecords>{''.join(records)}{tail}</ListRecords>", answered=answered)


def xml(inner: str, *, answered: str = ANSWERED) -> Answer:
    """An answer of the protocol around some XML."""
    return Answer(f"{HEAD}<responseDate>{answered}</responseDate><request>x</request>{inner}</OAI-PMH>".encode())


def failed(code: str) -> Answer:
    """An error of the protocol."""
    return xml(f'<error code="{code}">no</error>')


def identified(granularity: str = "YYYY-MM-DDThh:mm:ssZ") -> Answer:
    """What a good catalogue says of itself."""
    return xml(
        "<Identify><repositoryName>他馆</repositoryName><baseURL>x</baseURL><protocolVersion>2.0</protocolVersion>"
        f"<granularity>{granularity}</granularity></Identify>"
    )


def good(*answers: Answer) -> Play:
    """One answer after the other to requests for records, the last again and again; says who it is."""
    left = list(answers)

    def play(arguments: Mapping[str, str]) -> Answer:
        if arguments.get("verb") == "Identify":
            return identified()
        return left.pop(0) if len(left) > 1 else left[0]

    return play


@contextmanager
def served(play: Play) -> Iterator[Catalogue]:
    """A catalogue at work."""
    catalogue = Catalogue(play)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            arguments = dict(parse_qsl(urlsplit(self.path).query))
            catalogue.asked.append(arguments)
            answer = catalogue.play(arguments)
            self.send_response(answer.status)
            for name, value in {"Content-Type": "text/xml", **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                self.wfile.write(answer.body)
            except OSError:
                self.close_connection = True  # who asked has heard enough

        def log_message(self, *_args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    catalogue.address = f"http://127.0.0.1:{server.server_port}/oai"
    try:
        yield catalogue
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
