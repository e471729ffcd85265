"""How `common_passwords.txt` is compiled: from rules, not from anybody's leaked list.

The rules follow what people do under a composition rule: walk over the keyboard, repeat, take a year or a
birthday, take one frequent word and hang digits on it, swap letters for look-alikes. The file is what
`compiled()` returns; a test keeps the two equal.
"""

from collections.abc import Iterator

HEAD = """\
# Passwords that are guessed first. Compiled by rule in common_passwords.py:
# keyboard walks, repetitions, dates and years, frequent words with usual tails, look-alike letters.
"""
SHORTEST = 6
ROWS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "0987654321", "abcdefghijklmnopqrstuvwxyz")
COLUMNS = ("1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "qaz", "wsx", "edc", "rfv")
WORDS = (
    "password", "passw0rd", "admin", "administrator", "root", "user", "test", "guest", "welcome", "login",
    "letmein", "master", "dragon", "monkey", "shadow", "sunshine", "princess", "football", "iloveyou", "hello",
    "secret", "superman", "computer", "internet", "system", "changeme", "default", "qwerty", "asdfgh", "zxcvbn",
    "woaini", "woaini520", "wodemima", "mima", "nihao", "zhongguo", "china", "beijing", "shanghai", "xiaoming",
    "laopo", "laogong", "baobei", "kaixin", "xingfu", "pingan", "jiankang", "fadacai", "renmin", "gongan",
    "gongwuyuan", "jiguan", "zhengfu", "guojia", "dangyuan", "weirenmin", "fuwu", "yonghu", "guanliyuan", "ceshi",
    "aini", "aaa", "a", "abc", "abcd", "qwe", "asd", "zxc", "qaz", "wang", "zhang", "chen", "yang", "zhao", "huang",
)  # fmt: skip
TAILS = (
    "", "1", "12", "123", "1234", "12345", "123456", "1234567", "12345678", "123456789", "!", "!@#", "@123",
    "@1234", "#123", "_123", "123!", "123.", "1!", "000", "111", "520", "666", "888", "168", "1314", "5201314",
    "2020", "2021", "2022", "2023", "2024", "2025", "2026", "@2024", "@2025", "@2026",
)  # fmt: skip
LOOKALIKES = (
    str.maketrans({"a": "@", "o": "0", "e": "3", "i": "1", "s": "$"}),
    str.maketrans({"a": "@", "o": "0"}),
    str.maketrans({"a": "@"}),
)


def compiled() -> list[str]:
    """Every entry once, in small letters, six characters or more, sorted."""
    everything = {entry.casefold() for rule in (_walks, _repetitions, _dates, _words) for entry in rule()}
    return sorted(entry for entry in everything if len(entry) >= SHORTEST)


def _walks() -> Iterator[str]:
    for row in ROWS:
        for length in range(6, len(row) + 1):
            yield from {row[:length], row[-length:], row[:length][::-1]}
    for first in COLUMNS:
        for second in COLUMNS:
            if first != second:
                yield first + second
                yield first + second + first
    for row in ("qwer", "asdf", "zxcv", "qwert", "asdfg", "1234", "12345", "123"):
        for tail in ("1234", "12345", "123", "asdf", "qwer", "zxcv", "!@#$", "4321"):
            yield row + tail


def _repetitions() -> Iterator[str]:
    for char in "0123456789abcdefghijklmnopqrstuvwxyz":
        for length in (6, 8, 10):
            yield char * length
    for pair in (
        "1q2w3e",
        "q1w2e3",
        "12",
        "123",
        "ab",
        "abc",
        "520",
        "1314",
        "qwe",
        "asd",
        "a1",
        "1q",
        "88",
        "66",
        "147",
        "258",
        "369",
    ):
        for times in (1, 2, 3, 4):
            yield pair * times


def _dates() -> Iterator[str]:
    for year in range(1970, 2027):
        yield f"{year}{year}"
        for day in ("0101", "0214", "0501", "0601", "0701", "0801", "1001", "1225", "1231"):
            yield f"{year}{day}"


def _words() -> Iterator[str]:
    for word in WORDS:
        for tail in TAILS:
            yield word + tail
        for table in LOOKALIKES:
            for tail in ("", "1", "123", "888", "!"):
                yield word.translate(table) + tail
