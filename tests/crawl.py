"""Finding the pages that somebody reaches by links."""

import html
import re
from collections import Counter
from collections.abc import Iterator

from flask.testing import FlaskClient

LINK = re.compile(r'<a\s[^>]*href="(/[^"#]*)')
#: answers that are no pages of the server; the verifier is one to be saved and opened from the disk
NO_PAGES = ("static", "courses.media", "evidence_keys.verifying")


def crawl(client: FlaskClient, *, per_endpoint: int, start: str = "/") -> Iterator[tuple[str, str]]:
    """Endpoint and path of every kind of page reached by links from `start`, some of each kind at most."""
    rules = client.application.url_map.bind("localhost")
    waiting, seen, counts = [start], {start}, Counter[str]()
    while waiting:
        path = waiting.pop(0)
        endpoint, _values = rules.match(path.partition("?")[0])
        if counts[endpoint] >= per_endpoint or endpoint in NO_PAGES:
            continue
        counts[endpoint] += 1
        yield endpoint, path
        answer = client.get(path)
        if answer.mimetype != "text/html":
            continue
        for link in map(html.unescape, LINK.findall(answer.text)):
            if link not in seen:
                seen.add(link)
                waiting.append(link)
