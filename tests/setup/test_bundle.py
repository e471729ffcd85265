"""The bundle holds everything, nothing else, and is the same bytes each time."""

import hashlib
import json
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import bundle
import pytest
from bundle import Entry

from tests.setup.conftest import ROOT, Program

WHEN = 1_780_000_000


def make(program: Program, wheels: list[Path]) -> list[Entry]:
    """The contents of the bundle of a program folder."""
    own = bundle.walked(program.root)
    pip = bundle.pip_wheel(program.root)
    return bundle.contents(own, wheels, pip=pip, release="1.2.3", python="3.11")


def test_walk_leaves_out_what_is_made_here(program: Program):
    """
    Data, environments, caches, wheels and earlier bundles never get into a bundle, links neither.
    """
    before = {entry.path for entry in bundle.walked(program.root)}
    for name in ("var/secret_key", ".venv/bin/x", "dist/old.tar.gz", "lms/__pycache__/a.pyc", "wheelhouse/a.whl"):
        file = program.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x")
    (program.root / "link").symlink_to("/etc/passwd")

    assert {entry.path for entry in bundle.walked(program.root)} == before


def test_git_ignores_what_the_bundle_leaves_out():
    """
    Without git the bundle holds what git would have given.
    """
    ignored = (ROOT / ".gitignore").read_text().split()

    assert {name for name in bundle.LEFT_OUT if name not in ignored and f"{name}/" not in ignored} == {".git"}


@pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")
def test_only_committed_files_are_taken(program: Program):
    """
    With git the bundle is what is committed, executable bits included, not what lies about.
    """
    git = ["git", "-C", program.root, "-c", "user.name=Lin", "-c", "user.email=lin@example.org"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "run", "pyproject.toml"], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "Begin"], check=True)
    (program.root / "notes.txt").write_text("mine")

    assert {entry.path: entry.executable for entry in bundle.program(program.root)} == {
        "run": True, "pyproject.toml": False,
    }  # fmt: skip


def test_same_contents_same_bytes(program: Program, make_wheel: Callable[..., Path], tmp_path: Path):
    """
    Two people who make the bundle of one commit can compare it by its hash.
    """
    wheels = [make_wheel("one"), make_wheel("two")]
    for name in ("a", "b"):
        bundle.write(make(program, wheels), tmp_path / name, folder="shuyuan-1.2.3", when=WHEN)

    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_order_time_and_owner(program: Program, make_wheel: Callable[..., Path], tmp_path: Path):
    """
    Files stand in the order of their paths, in one folder, at one time, owned by root.
    """
    bundle.write(make(program, [make_wheel("one")]), tmp_path / "a", folder="shuyuan-1.2.3", when=WHEN)
    with tarfile.open(tmp_path / "a") as tar:
        members = tar.getmembers()
    paths = [member.name for member in members]

    assert paths == sorted(paths)
    assert {(member.mtime, member.uid, member.uname) for member in members} == {(WHEN, 0, "root")}
    assert {path.split("/")[0] for path in paths} == {"shuyuan-1.2.3"}
    assert next(member.mode for member in members if member.name.endswith("/run")) == 0o755


@pytest.mark.parametrize(("name", "algorithm"), [("SHA256SUMS", "sha256"), ("SM3SUMS", "sm3")])
def test_sums_cover_every_other_file(program: Program, make_wheel: Callable[..., Path], name: str, algorithm: str):
    """
    A receiver can check every file, by SHA-256 and by the national SM3 where OpenSSL has it.
    """
    if algorithm not in hashlib.algorithms_available:
        pytest.skip(f"OpenSSL here has no {algorithm}")
    entries = {entry.path: entry for entry in make(program, [make_wheel("one")])}
    listed = dict(reversed(line.split("  ", 1)) for line in entries[name].source.decode().splitlines())

    assert set(listed) == set(entries) - {"SHA256SUMS", "SM3SUMS"}
    assert listed == {path: bundle.digest(entries[path], algorithm=algorithm) for path in listed}


def test_bundle_of_a_bundle_is_the_same(program: Program, make_wheel: Callable[..., Path], tmp_path: Path):
    """
    The listings of an earlier bundle are written anew, not counted as files of the program.
    """
    entries = make(program, [make_wheel("one")])
    bundle.write(entries, tmp_path / "a", folder="program", when=WHEN)
    shutil.rmtree(program.root)
    with tarfile.open(tmp_path / "a") as tar:
        for member in tar:
            (tmp_path / member.name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / member.name).write_bytes(tar.extractfile(member).read())

    assert [entry.path for entry in make(program, [make_wheel("one")])] == [entry.path for entry in entries]


@pytest.mark.parametrize(
    ("metadata", "licence"),
    [
        ("License-Expression: MIT OR Apache-2.0\nLicense: old", "MIT OR Apache-2.0"),
        ("Classifier: License :: OSI Approved :: BSD License\nLicense: see file", "BSD License"),
        ("Classifier: License :: OSI Approved\nLicense: Zlib\n  and more", "Zlib"),
        ("Classifier: Programming Language :: Python", "not stated"),
    ],
)
def test_licence_in_one_line(make_wheel: Callable[..., Path], metadata: str, licence: str):
    """
    The SPDX expression counts before the classifiers, these before the free text.
    """
    assert bundle.part(make_wheel("one", metadata)).licence == licence


def test_bill_names_every_wheel_and_pip(program: Program, make_wheel: Callable[..., Path]):
    """
    The bill of materials lists each package with version, licence and the hash of its file.
    """
    wheel = make_wheel("one_two", "License-Expression: MIT")
    entries = {entry.path: entry for entry in make(program, [wheel])}
    components = json.loads(entries["sbom.cdx.json"].source)["components"]

    assert [part["purl"] for part in components] == ["pkg:pypi/one-two@1.0", "pkg:pypi/pip@0"]
    assert components[0]["hashes"] == [{"alg": "SHA-256", "content": hashlib.sha256(wheel.read_bytes()).hexdigest()}]
    assert "one_two\t1.0\tMIT\t" in entries["LICENCES.tsv"].source.decode()


@pytest.mark.parametrize("machine", bundle.MACHINES)
def test_no_wheel_needs_a_newer_system(machine: str):
    """
    Nothing in the bundle asks for a glibc later than 2.28, the one of Kylin V10 and UOS 20.
    """
    names = bundle.platforms(machine)

    assert names[0] == f"manylinux_2_28_{machine}"
    assert f"manylinux2014_{machine}" in names
    assert all(name.endswith(machine) for name in names)


def test_bundle_command(program: Program, make_wheel: Callable[..., Path], tmp_path: Path):
    """
    `./run bundle` fetches the wheels of the test lock, writes one file and prints its hash and place.
    """
    make_wheel("one", folder=program.root / "index")
    status, output, _ = program.run("bundle", "--machine", "aarch64", "--output", str(tmp_path / "out"))
    digest, place = output.split()
    words = program.calls[0]["words"]

    assert status == 0
    assert Path(place).name.startswith("shuyuan-1.2.3-linux-aarch64-py3")
    assert digest == hashlib.sha256(Path(place).read_bytes()).hexdigest()
    assert words[words.index("-r") + 1].endswith("test.lock")
    assert {"manylinux_2_28_aarch64", "--require-hashes"} <= set(words)


def test_bundle_without_its_packages_is_not_made(program: Program, tmp_path: Path):
    """
    If a wheel cannot be had there is no half bundle, and pip's words are shown.
    """
    (program.root / "fail").touch()
    status, _, errors = program.run("bundle", "--machine", "x86_64", "--output", str(tmp_path / "out"))

    assert status == 7
    assert "ERROR: no such package" in errors
    assert not (tmp_path / "out").exists()


def test_file_appears_when_it_is_whole(tmp_path: Path):
    """
    A bundle that cannot be finished leaves the earlier one as it was.
    """
    target = tmp_path / "bundle.tar.gz"
    target.write_text("earlier")
    with pytest.raises(FileNotFoundError):
        bundle.write([Entry(path="gone", source=tmp_path / "gone")], target, folder="x", when=WHEN)

    assert target.read_text() == "earlier"


def test_moment_can_be_given(program: Program, monkeypatch: pytest.MonkeyPatch):
    """
    SOURCE_DATE_EPOCH decides, as everywhere where builds are to be repeated.
    """
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(WHEN))

    assert bundle.moment(program.root) == WHEN
