"""The loop of the load generator: it waits, sends, reads whole answers, and says when none came."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from lms.load.loop import Answer, Loop, Script, Unanswered, whole

ASK = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nSet-Cookie: page=a; Path=/\r\n\r\nhello"


@contextmanager
def server(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port on which each connection is given to `talk`, one after another."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _address = listener.accept()
            except OSError:
                return
            with connection:
                talk(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def played(port: int, script: Script, *, seconds: float = 5) -> None:
    """Play one script."""
    loop = Loop("127.0.0.1", port)
    loop.add(script)
    loop.run(until=time.perf_counter() + seconds)


def asking(times: int, heard: list[Answer | str]) -> Script:
    """A script that asks so many times and notes what came."""
    for _ in range(times):
        try:
            answer = yield ASK
            assert answer is not None
            heard.append(answer)
        except Unanswered as error:
            heard.append(str(error))


@pytest.mark.parametrize("cut", range(len(OK)))
def test_an_answer_is_whole_only_with_its_last_byte(cut: int) -> None:
    """
    However the network cuts an answer, nothing is given before all of it is there.
    """
    assert whole(OK[:cut]) is None


def test_an_answer_in_chunks_is_joined() -> None:
    """
    The body of a chunked answer is what the chunks hold, and it ends with the empty one.
    """
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    found = whole(head + b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n")

    assert found is not None
    assert (found.status, found.body) == (200, b"abcde")
    assert whole(head + b"3\r\nabc\r\n2\r\nde\r\n") is None


def test_fields_are_found_whatever_their_case() -> None:
    """
    A field is its value without spaces; one that is not there is empty.
    """
    found = whole(OK)

    assert found is not None
    assert found.field(b"set-cookie") == b"page=a; Path=/"
    assert found.field(b"location") == b""


def test_a_kept_connection_that_was_closed_is_opened_again() -> None:
    """
    A server may close a connection between two requests; the next one goes out on a new connection, as a browser does.
    """
    connections = []

    def talk(connection: socket.socket) -> None:
        connections.append(1)
        connection.recv(1000)
        connection.sendall(OK)

    heard: list[Answer | str] = []
    with server(talk) as port:
        played(port, asking(3, heard))

    assert [answer.body for answer in heard if isinstance(answer, Answer)] == [b"hello"] * 3
    assert len(connections) == 3


def test_a_connection_that_breaks_in_an_answer_is_a_fault() -> None:
    """
    Half an answer is none, and it is not asked for again: the script hears of it.
    """

    def talk(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(OK[:-2])

    heard: list[Answer | str] = []
    with server(talk) as port:
        played(port, asking(1, heard))

    assert heard == ["closed by the server"]


def test_who_waits_too_long_is_told_so() -> None:
    """
    At the end of the play those who still wait hear that no answer came; nobody hangs.
    """

    def talk(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.recv(1000)

    heard: list[Answer | str] = []
    with server(talk) as port:
        begun = time.perf_counter()
        played(port, asking(1, heard), seconds=0.3)

    assert heard == ["no answer in time"]
    assert time.perf_counter() - begun < 3


def test_a_port_where_nobody_listens_is_a_fault() -> None:
    """
    A refused connection is told to the script at once.
    """
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
    heard: list[Answer | str] = []

    played(port, asking(1, heard))

    assert len(heard) == 1
    assert isinstance(heard[0], str)


def test_a_script_is_resumed_at_its_moment_and_not_before() -> None:
    """
    Scripts wait for their moments, whatever the order in which they were added.
    """
    resumed: list[tuple[str, float]] = []

    def waiting(name: str, moment: float) -> Script:
        yield moment
        resumed.append((name, time.perf_counter() - moment))

    begin, loop = time.perf_counter(), Loop("127.0.0.1", 1)
    for name, after in (("late", 0.2), ("early", 0.05), ("middle", 0.1)):
        loop.add(waiting(name, begin + after))
    loop.run(until=begin + 5)

    assert [name for name, _late in resumed] == ["early", "middle", "late"]
    assert all(late >= 0 for _name, late in resumed)
    assert time.perf_counter() - begin < 4  # and the loop ends with the last of them
