"""Which addresses a harvest may reach, and how records are read, without a network."""

import ipaddress
import socket
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.library.harvest import fetching, understanding
from lms.library.harvest.errors import Away, TokenOver, Unharvestable
from tests.conftest import NINE
from tests.library.harvest_server import listed, record


@pytest.mark.parametrize(
    ("address", "reached"),
    [
        ("8.8.8.8", True), ("2001:4860:4860::8888", True), ("127.0.0.1", False), ("10.1.2.3", False), ("172.16.0.1", False),
        ("192.168.1.1", False), ("169.254.169.254", False), ("0.0.0.0", False), ("255.255.255.255", False),
        ("224.0.0.1", False), ("100.64.0.1", False), ("192.0.2.1", False), ("198.18.0.1", False), ("240.0.0.1", False),
        ("::1", False), ("::", False), ("fe80::1", False), ("fc00::1", False), ("ff02::1", False), ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False), ("2002:7f00:1::", False), ("64:ff9b::7f00:1", False), ("64:ff9b::a00:1", False),
        ("2001:db8::1", False), ("10.20.3.4", True), ("::ffff:10.20.3.4", False),
    ],
)  # fmt: skip
def test_only_public_addresses_are_reached(address: str, reached: bool) -> None:
    """
    No loopback, private, link-local, shared, reserved, multicast one, nor one that wraps such; a network that is allowed is.
    """
    allowed = fetching.networks("10.20.0.0/16, ")

    assert fetching.may_reach(ipaddress.ip_address(address), allowed) is reached


def test_a_name_with_one_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Of several addresses all must be fit; the connection goes to the one that was looked at, and the name is asked once.
    """
    asked: list[str] = []

    def resolved(*places: str) -> Any:
        def getaddrinfo(host: str, port: int, **_more: Any) -> list[Any]:
            asked.append(host)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (place, port)) for place in places]

        return getaddrinfo

    def connect(place: tuple[str, int], _timeout: float) -> Any:
        asked.append(place[0])
        raise OSError

    base = fetching.base_of("http://library.example/oai")
    monkeypatch.setattr(socket, "create_connection", connect)
    monkeypatch.setattr(socket, "getaddrinfo", resolved("8.8.8.8", "10.0.0.1"))
    with pytest.raises(Unharvestable, match="private_address"):
        fetching.fetch(base, {})
    monkeypatch.setattr(socket, "getaddrinfo", resolved("8.8.8.8"))
    with pytest.raises(Away, match="away"):
        fetching.fetch(base, {})

    assert asked == ["library.example", "library.example", "8.8.8.8"]


@given(st.text(max_size=60) | st.from_regex(r"https?://[a-z0-9.:@/?#\[\]-]{0,30}", fullmatch=True))
def test_any_text_is_an_address_or_is_refused(text: str) -> None:
    """
    Whatever is taken is http or https, has a host and a port of the web or a free one, and names nobody.
    """
    try:
        base = fetching.base_of(text)
    except Unharvestable:
        return
    assert base.scheme in ("http", "https")
    assert base.host
    assert base.port in (80, 443) or base.port >= 1024
    assert "@" not in text.split("/")[2]


@given(
    st.binary(max_size=300)
    | st.text(max_size=200).map(lambda text: listed(record("a", title=text)).body if text.isprintable() else b"")
)
def test_any_answer_is_read_or_refused(data: bytes) -> None:
    """
    No bytes break the reading; titles are one line of at most 200 characters without tags.
    """
    try:
        found = understanding.part(data, subject=None, note="他馆")
    except (Unharvestable, TokenOver):
        return
    for one in found.records:
        assert one.source is not None
        assert 0 < len(one.source.title) <= 200
        assert one.source.title == " ".join(one.source.title.split())


@pytest.mark.parametrize(
    ("said", "day"),
    [("1998-05-03", "1998-05-03"), ("1998-05-03T10:00:00Z", "1998-05-03"), ("1998", None), ("1998-05", None),
     ("1998-13-01", None), ("1998-05-031", None), ("May 1998", None)],
)  # fmt: skip
def test_no_day_is_made_up(said: str, day: str | None) -> None:
    """
    Only a whole date is a day of issue.
    """
    found = (
        understanding.part(listed(record("a", title="书", date=said)).body, subject=None, note="他馆").records[0].source
    )

    assert found is not None
    assert (found.issued_on.isoformat() if found.issued_on else None) == day


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("120", 120), ("999999", 3600), ("", None), ("soon", None), ("-5", None), ("Mon, 02 Mar 2020 01:00:00 GMT", 0)],
)
def test_retry_after_is_believed_within_an_hour(
    text: str, seconds: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Seconds or a date; nonsense is none.
    """
    monkeypatch.setattr(fetching, "now", lambda: NINE)

    assert fetching._seconds(text) == seconds
