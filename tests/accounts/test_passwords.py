"""Passwords: both policies, the list, and how they are hashed (S22)."""

import dataclasses
import errno
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts import common_passwords, hashing, passwords, service
from lms.accounts.errors import Busy, Weakness, WeakPassword
from lms.accounts.hashing import NICENESS, Apart
from lms.accounts.models import Password
from lms.accounts.passwords import CHEAP, STANDARD, Hasher, Parameters, common, weaknesses
from lms.database import reading, writing
from tests.cast import PASSWORD, Cast, post, sign_in
from tests.conftest import TestClock

WORDS = ("张伟", "zhang wei", "zhangwei", "A10023", "朝阳门所")


@pytest.mark.parametrize(
    ("password", "asvs", "dengbao3"),
    [
        ("eleven wooden lanterns", set(), {Weakness.CLASSES}),
        ("Eleven wooden lanterns", set(), set()),
        ("kx7Qp2vN", set(), set()),
        ("kx7qp2v", {Weakness.SHORT}, {Weakness.SHORT, Weakness.CLASSES}),
        ("纸上得来终觉浅A1", set(), set()),
        ("纸上得来终觉浅呀", set(), {Weakness.CLASSES}),
        ("12345678", {Weakness.COMMON}, {Weakness.COMMON, Weakness.CLASSES}),
        ("1qaz2wsx", {Weakness.COMMON}, {Weakness.COMMON, Weakness.CLASSES}),
        ("P@ssw0rd123", {Weakness.COMMON}, {Weakness.COMMON}),
        ("Admin@123", {Weakness.COMMON}, {Weakness.COMMON}),
        ("19880817", {Weakness.COMMON}, {Weakness.COMMON, Weakness.CLASSES}),
        ("19881399", set(), {Weakness.CLASSES}),
        ("gongshang2024!", {Weakness.CONTEXT}, {Weakness.CONTEXT}),
        ("Shichangjianguan@2025", {Weakness.CONTEXT}, {Weakness.CONTEXT}),
        ("A10023!!", {Weakness.CONTEXT}, {Weakness.CONTEXT}),
        ("Zhangwei#1990", {Weakness.CONTEXT}, {Weakness.CONTEXT}),
        ("张伟张伟张伟12", {Weakness.CONTEXT}, {Weakness.CONTEXT, Weakness.CLASSES}),
        ("ｇｏｎｇｓｈａｎｇ２０２４", {Weakness.CONTEXT}, {Weakness.CONTEXT, Weakness.CLASSES}),
        ("zhangwei rides seven bears", set(), {Weakness.CLASSES}),
        ("x" * 257, {Weakness.LONG}, {Weakness.LONG, Weakness.CLASSES}),
        ("a long sentence of more than sixty-four characters is welcome here, is it not?", set(), {Weakness.CLASSES}),
    ],
)
def test_what_the_policies_refuse(password: str, asvs: set[Weakness], dengbao3: set[Weakness]) -> None:
    """
    asvs: length and lists, no composition. dengbao3: three of four classes as well. Every reason is named.
    """
    assert set(weaknesses("asvs", password, words=WORDS)) == asvs
    assert set(weaknesses("dengbao3", password, words=WORDS)) == dengbao3


def test_the_list_is_what_its_rules_compile() -> None:
    """
    The data file holds what the compiler returns, some thousands of entries, and nothing else.
    """
    text = passwords.COMMON.read_text(encoding="utf-8")

    assert text == common_passwords.HEAD + "\n".join(common_passwords.compiled()) + "\n"
    assert len(common()) >= 3000


@pytest.mark.parametrize(
    "password", ["password", "qwerty123456", "woaini1314", "88888888", "admin123", "1q2w3e", "abc12345"]
)
def test_the_list_has_what_everybody_tries(password: str) -> None:
    """
    Entries known from every published list of bad passwords are found by our rules too.
    """
    assert password in common()


def test_the_standard_parameters_are_the_recommended_ones() -> None:
    """
    argon2id with 7 MiB, five passes and one lane stands in the hash itself.
    """
    assert Hasher(STANDARD).hash("some password").startswith("$argon2id$v=19$m=7168,t=5,p=1$")


def test_nothing_is_cut_off() -> None:
    """
    Two passwords that differ in their last character after two hundred are different.
    """
    hasher = Hasher(CHEAP)
    kept = hasher.hash("x" * 200 + "a")

    assert hasher.verify(kept, "x" * 200 + "a")
    assert not hasher.verify(kept, "x" * 200 + "b")


def test_nobody_has_no_password() -> None:
    """
    Where no hash is kept, nothing opens, the stand-in's own text included.
    """
    assert not Hasher(CHEAP).verify(None, "nobody has this password")


@pytest.mark.parametrize("kept", ["", "plain", "$argon2id$broken", "$2b$12$abcdefghijklmnopqrstuv"])
def test_a_broken_hash_opens_nothing(kept: str) -> None:
    """
    What is not an argon2 hash refuses instead of failing.
    """
    assert not Hasher(CHEAP).verify(kept or "x", "anything")


def test_one_hash_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    While one thread hashes, another waits for its turn and is told to come back when it takes too long.
    """
    monkeypatch.setattr(passwords, "WAIT_SECONDS", 0.05)
    hasher = Hasher(CHEAP)
    hasher._turn.acquire()
    refused: list[type[Exception]] = []

    def try_once() -> None:
        try:
            hasher.hash("x")
        except Busy:
            refused.append(Busy)

    thread = threading.Thread(target=try_once)
    thread.start()
    thread.join()

    assert refused == [Busy]


def test_more_than_may_wait_are_told_at_once() -> None:
    """
    Those who sign in cannot hold every thread: whoever finds all places taken is told so without waiting.
    """
    hasher = Hasher(CHEAP, waiting=2)
    hasher._turn.acquire()
    waiting = [threading.Thread(target=hasher.hash, args=("x",)) for _ in range(2)]
    for thread in waiting:
        thread.start()
    while hasher._places._value:
        time.sleep(0.001)

    begun = time.monotonic()
    with pytest.raises(Busy):
        hasher.hash("y")
    took = time.monotonic() - begun
    hasher._turn.release()
    for thread in waiting:
        thread.join()

    assert took < 1
    assert hasher.verify(hasher.hash("y"), "y")


def test_a_hash_is_renewed_when_the_parameters_change(app: Flask, client: FlaskClient, cast: Cast) -> None:
    """
    Signing in replaces a hash made with yesterday's parameters.
    """
    app.extensions["accounts.hasher"] = Hasher(Parameters(memory=16, passes=1))
    post(client, "/sign-in", staff_number="T1001", password=PASSWORD)
    with app.app_context():
        kept = reading().scalars(select(Password.hash).where(Password.person_id == cast.lin.id)).all()

    assert [hash_.split("$")[3] for hash_ in kept] == ["m=16,t=1,p=1"]
    assert post(client, "/sign-in", staff_number="T1001", password=PASSWORD).status_code == 303


def with_policy(app: Flask, policy: str) -> None:
    """Put another password policy in force."""
    app.extensions["config"] = dataclasses.replace(app.extensions["config"], password_policy=policy)


def test_the_last_five_are_not_taken_again(app: Flask, cast: Cast) -> None:
    """
    dengbao3: the sixth password back may be used again, the fifth may not.
    """
    with_policy(app, "dengbao3")
    with app.app_context():
        for number in range(6):
            with writing() as session:
                service.set_password(session, cast.lin.id, password=f"Wooden lantern {number}")
        with pytest.raises(WeakPassword) as refused:
            service.check_new_password(reading(), cast.lin.id, "Wooden lantern 1")
        service.check_new_password(reading(), cast.lin.id, "Wooden lantern 0")

    assert refused.value.weaknesses == (Weakness.REUSED,)


def test_asvs_lets_an_old_one_return(app: Flask, cast: Cast) -> None:
    """
    Under asvs there is no history to hold against anybody.
    """
    with app.app_context(), writing() as session:
        service.set_password(session, cast.lin.id, password=PASSWORD)


@pytest.mark.parametrize(("policy", "days", "page"), [("dengbao3", 89, 200), ("dengbao3", 90, 302), ("asvs", 900, 200)])
def test_ninety_days_are_the_life_of_a_password(
    app: Flask, client: FlaskClient, cast: Cast, clock: TestClock, policy: str, days: int, page: int
) -> None:
    """
    dengbao3: from the ninetieth day nothing opens but the page to change it; asvs never asks.
    """
    with_policy(app, policy)
    clock.advance(days=days)
    post(client, "/sign-in", staff_number="T1001", password=PASSWORD)

    assert client.get("/account").status_code == page


def test_a_due_change_opens_the_house_again(app: Flask, client: FlaskClient, cast: Cast) -> None:
    """
    Until the password is changed only its page opens; then the wanted page does.
    """
    with app.app_context(), writing() as session:
        service.set_password(session, cast.lin.id, password="seven paper cranes", must_change=True)
    post(client, "/sign-in", staff_number="T1001", password="seven paper cranes")
    before = client.get("/account")
    post(client, "/account/password", old="seven paper cranes", new="nine copper kettles", again="nine copper kettles")

    assert before.location == "/account/password?next=/account"
    assert client.get("/account").status_code == 200


def test_a_change_needs_the_old_password(client: FlaskClient, cast: Cast) -> None:
    """
    A browser left open does not give the account away.
    """
    sign_in(client, cast.lin)
    answer = post(client, "/account/password", old="wrong", new="nine copper kettles", again="nine copper kettles")

    assert answer.status_code == 403


def test_old_hashes_are_forgotten(app: Flask, cast: Cast) -> None:
    """
    No more than five hashes of a person are kept.
    """
    with app.app_context():
        for number in range(9):
            with writing() as session:
                service.store_password(session, cast.lin.id, hashed=f"hash {number}")
        kept = reading().scalars(select(Password.hash).where(Password.person_id == cast.lin.id)).all()

    assert sorted(kept) == [f"hash {number}" for number in range(4, 9)]


def test_the_list_is_in_small_letters() -> None:
    """
    Passwords are compared in small letters, so the list is in small letters throughout.
    """
    assert all(entry == entry.casefold() for entry in common())


@pytest.fixture
def apart() -> Iterator[Hasher]:
    """A hasher with a process of its own."""
    made = Hasher(Parameters(memory=64, passes=1), apart=True)
    yield made
    assert made._apart
    made._apart.end()


def process_of(hasher: Hasher) -> "subprocess.Popen[str]":
    """The process that hashes now."""
    assert hasher._apart
    assert hasher._apart._process
    return hasher._apart._process


def test_a_process_of_its_own_hashes_alike(apart: Hasher) -> None:
    """
    What it hashed opens here and the other way round; a wrong password, a broken hash and nobody's open nothing.
    """
    here = Hasher(Parameters(memory=64, passes=1))
    kept = apart.hash("密码 of 书院\n{}")

    assert here.verify(kept, "密码 of 书院\n{}")
    assert apart.verify(here.hash("another"), "another")
    assert not apart.verify(kept, "密码 of 书院")
    assert not apart.verify("$argon2id$broken", "x")
    assert not apart.verify(None, "nobody has this password")
    assert not apart.verify(kept, "\ud800")


def test_it_hashes_by_either_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    libsodium where it is, argon2-cffi where it is not or more lanes are wanted; each opens what the other hashed.
    """
    one = {"memory_cost": 64, "time_cost": 1, "parallelism": 1}
    quick = hashing._hasher(one)
    with monkeypatch.context() as without:
        without.setattr(hashing, "pwhash", None)
        plain = hashing._hasher(one)

    assert type(quick) is not type(plain)
    assert type(hashing._hasher(one | {"parallelism": 2})) is type(plain)
    assert plain.verify(quick.hash("书院"), "书院")
    assert quick.verify(plain.hash("书院"), "书院")


def test_a_process_that_was_ended_is_begun_again(apart: Hasher) -> None:
    """
    Killed between two sign-ins: the next is answered as before, by another process.
    """
    kept = apart.hash("a password")
    first = process_of(apart)
    first.kill()
    first.wait()

    assert apart.verify(kept, "a password")
    assert process_of(apart).pid != first.pid


def test_where_no_process_can_be_had_the_server_hashes(apart: Hasher, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A limit of processes keeps nobody out, and what is no text is still no password.
    """

    def none(_self: Apart) -> None:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(Apart, "_begun", none)
    kept = apart.hash("a password")

    assert apart.verify(kept, "a password")
    assert not apart.verify(kept, "another")
    assert not apart.verify(kept, "\ud800")
    assert not apart.verify("$argon2id$broken", "x")


def test_it_leaves_the_processor_to_others_and_ends_with_its_server(apart: Hasher) -> None:
    """
    Its priority is low; it ends when nobody can ask any more, be it after Ctrl-C in the terminal of the server.
    """
    apart.hash("a password")
    process = process_of(apart)

    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert os.getpriority(os.PRIO_PROCESS, process.pid) == min(19, own + NICENESS)
    process.send_signal(signal.SIGINT)
    assert apart.verify(apart.hash("another"), "another")
    assert process_of(apart) is process
    assert process.stdin
    process.stdin.close()
    assert process.wait(5) == 0
    assert apart.verify(apart.hash("a third"), "a third")
