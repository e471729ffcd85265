"""One file from which a machine without network is installed (`./run`) and tested (`./run test`)."""

import argparse
import email.message
import email.parser
import email.policy
import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from environment import ELSEWHERE, Lock, SetupError, lock_file, pip_command, pip_wheel, say

ROOT = Path(__file__).resolve().parent.parent
MACHINES = ("x86_64", "aarch64")
NEWEST_GLIBC = 28  # glibc 2.28: Kylin V10, UOS 20, Debian 10
OLDEST_GLIBC = {"x86_64": 5, "aarch64": 17}
OLD_NAMES = {"x86_64": ("manylinux2014", "manylinux2010", "manylinux1"), "aarch64": ("manylinux2014",)}
LEFT_OUT = frozenset(
    {".git", ".venv", ".venv.lock", "var", "dist", "wheelhouse", "node_modules", "__pycache__"}
    | {".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", ".import_linter_cache"}
)
MADE_HERE = frozenset({"SHA256SUMS", "SM3SUMS", "sbom.cdx.json", "LICENCES.tsv"})
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A file of the bundle: its path in it, and where its bytes come from."""

    path: str
    source: Path | bytes
    executable: bool = False

    def open(self) -> io.BufferedIOBase:
        """The bytes."""
        return io.BytesIO(self.source) if isinstance(self.source, bytes) else self.source.open("rb")

    @property
    def size(self) -> int:
        """How many bytes."""
        return len(self.source) if isinstance(self.source, bytes) else self.source.stat().st_size


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A package in the bundle, as its wheel describes itself."""

    name: str
    version: str
    licence: str
    file: str
    sha256: str


def git(root: Path, *words: str) -> bytes | None:
    """What git says about this folder; None without git, or if it is not the top of a repository."""
    program = shutil.which("git")
    if program is None or not (root / ".git").exists():
        return None
    done = subprocess.run([program, "-C", root, *words], capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None


def program(root: Path) -> list[Entry]:
    """The program's own files: what is committed; without git, all but what is made here."""
    archive = git(root, "archive", "--format=tar", "HEAD")
    if archive is None:
        say("没有 git：按目录收集文件。", "No git: taking the files of the folder.")
        return walked(root)
    if git(root, "status", "--porcelain"):
        say("注意：未提交的修改不会进入安装包。", "Note: changes that are not committed are left out.")
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return [committed(tar, member) for member in tar if not member.isdir()]


def committed(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Entry:
    """One committed file. Raises SetupError for what is not a plain file."""
    file = tar.extractfile(member) if member.isreg() else None
    if file is None:
        raise SetupError(f"不支持符号链接：{member.name}", f"Not a plain file: {member.name}")
    return Entry(path=member.name, source=file.read(), executable=bool(member.mode & 0o100))


def walked(root: Path) -> list[Entry]:
    """Every plain file below a folder but what is made here; links are not followed and not taken."""
    found = []
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in LEFT_OUT]
        for name in files:
            file = Path(folder, name)
            path = file.relative_to(root).as_posix()
            if name in LEFT_OUT or name.endswith(".pyc") or path in MADE_HERE or file.is_symlink():
                continue
            found.append(Entry(path=path, source=file, executable=os.access(file, os.X_OK)))
    return found


def version(root: Path) -> str:
    """The program's version."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])


def moment(root: Path) -> int:
    """The time all files bear (Unix seconds): SOURCE_DATE_EPOCH, the commit's, or pyproject.toml's."""
    given = os.environ.get("SOURCE_DATE_EPOCH") or git(root, "log", "-1", "--format=%ct")
    return int(given) if given else int((root / "pyproject.toml").stat().st_mtime)


def platforms(machine: str) -> list[str]:
    """The wheel platforms that run on every Linux with glibc 2.28 or later, the newest first."""
    steps = range(NEWEST_GLIBC, OLDEST_GLIBC[machine] - 1, -1)
    names = [f"manylinux_2_{minor}" for minor in steps] + [*OLD_NAMES[machine], "linux"]
    return [f"{name}_{machine}" for name in names]


def download(root: Path, target: Path, *, machine: str) -> list[Path]:
    """All wheels of the test lock for a machine, checked by hash. Raises SetupError with pip's status."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    words = [
        "download",
        "--dest",
        str(target),
        "-r",
        str(lock_file(root, Lock.TEST)),
        "--python-version",
        python,
    ]
    words += [
        "--implementation",
        "cp",
        "--abi",
        f"cp{python.replace('.', '')}",
        "--abi",
        "abi3",
        "--abi",
        "none",
    ]
    for platform in platforms(machine):
        words += ["--platform", platform]
    left_out = (*ELSEWHERE, "PIP_REQUIRE_VIRTUALENV")
    variables = {key: value for key, value in os.environ.items() if key not in left_out}
    command = pip_command(Path(sys.executable), *words, root=root)
    done = subprocess.run(command, env=variables, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
        raise SetupError("下载软件包失败。", "The packages could not be fetched.", status=done.returncode)
    return sorted(target.glob("*.whl"))


def part(wheel: Path) -> Part:
    """What a wheel says about itself. Raises SetupError if it says nothing."""
    with zipfile.ZipFile(wheel) as archive:
        inside = [name for name in archive.namelist() if name.count("/") == 1 and name.endswith(".dist-info/METADATA")]
        if not inside:
            raise SetupError(f"{wheel.name} 没有元数据。", f"{wheel.name} has no metadata.")
        metadata = email.parser.BytesParser(policy=email.policy.compat32).parsebytes(archive.read(inside[0]))
    return Part(
        name=str(metadata["Name"]),
        version=str(metadata["Version"]),
        licence=licence(metadata),
        file=wheel.name,
        sha256=digest(Entry(path=wheel.name, source=wheel), algorithm="sha256"),
    )


def licence(metadata: email.message.Message) -> str:
    """The licence in one line: SPDX expression, else classifiers, else the old field's first line."""
    if expression := metadata["License-Expression"]:
        return str(expression)
    kinds = [str(value) for value in metadata.get_all("Classifier", []) if str(value).startswith("License ::")]
    names = sorted({kind.rsplit(" :: ", 1)[1] for kind in kinds} - {"OSI Approved"})
    return "; ".join(names) or (str(metadata["License"] or "").strip().splitlines() or ["not stated"])[0]


def bill(parts: Sequence[Part], *, name: str, release: str) -> bytes:
    """The bill of materials in CycloneDX 1.6 JSON."""
    components = [
        {
            "type": "library",
            "name": one.name,
            "version": one.version,
            "purl": f"pkg:pypi/{one.name.lower().replace('_', '-')}@{one.version}",
            "licenses": [{"license": {"name": one.licence}}],
            "hashes": [{"alg": "SHA-256", "content": one.sha256}],
            "properties": [{"name": "file", "value": one.file}],
        }
        for one in parts
    ]
    root = {"type": "application", "name": name, "version": release}
    document = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "metadata": {"component": root}}
    return json.dumps({**document, "components": components}, ensure_ascii=False, indent=1).encode() + b"\n"


def table(parts: Sequence[Part]) -> bytes:
    """The same for people: one line for each package."""
    rows = [("name", "version", "licence", "sha256", "file")]
    rows += [(one.name, one.version, one.licence, one.sha256, one.file) for one in parts]
    return "".join("\t".join(row) + "\n" for row in rows).encode()


def digest(entry: Entry, *, algorithm: str) -> str:
    """The hash of a file in hexadecimal."""
    hasher = hashlib.new(algorithm)
    with entry.open() as stream:
        while block := stream.read(BLOCK):
            hasher.update(block)
    return hasher.hexdigest()


def sums(entries: Iterable[Entry], *, algorithm: str) -> bytes:
    """A list that `sha256sum -c` reads."""
    return "".join(f"{digest(entry, algorithm=algorithm)}  {entry.path}\n" for entry in entries).encode()


def contents(own: Iterable[Entry], wheels: Sequence[Path], *, pip: Path, release: str, python: str) -> list[Entry]:
    """Everything in the bundle, sorted by path, with the listings and the sums of all else."""
    parts = sorted((part(wheel) for wheel in (*wheels, pip)), key=lambda one: one.name.lower())
    entries = [entry for entry in own if entry.path not in MADE_HERE]
    entries += [Entry(path=f"wheelhouse/{wheel.name}", source=wheel) for wheel in wheels]
    entries.append(Entry(path="wheelhouse/python-version", source=f"{python}\n".encode()))
    entries.append(Entry(path="sbom.cdx.json", source=bill(parts, name="shuyuan", release=release)))
    entries.append(Entry(path="LICENCES.tsv", source=table(parts)))
    entries.sort(key=lambda entry: entry.path)
    lists = [Entry(path="SHA256SUMS", source=sums(entries, algorithm="sha256"))]
    if "sm3" in hashlib.algorithms_available:
        lists.append(Entry(path="SM3SUMS", source=sums(entries, algorithm="sm3")))
    return sorted([*entries, *lists], key=lambda entry: entry.path)


def write(entries: Sequence[Entry], target: Path, *, folder: str, when: int) -> None:
    """Write the bundle; the same entries give the same bytes. The file appears when it is whole."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(target.name + ".part")
    with (
        draft.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=when, compresslevel=1) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for entry in entries:
            header = tarfile.TarInfo(f"{folder}/{entry.path}")
            header.size, header.mtime, header.mode = entry.size, when, 0o755 if entry.executable else 0o644
            header.uname = header.gname = "root"
            with entry.open() as stream:
                tar.addfile(header, stream)
    draft.replace(target)


def build(root: Path, *, machine: str, output: Path) -> Path:
    """Make the bundle of a machine; returns its file. Raises SetupError."""
    release = version(root)
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    name = f"shuyuan-{release}-linux-{machine}-py{python.replace('.', '')}"
    own = program(root)
    say("正在收集软件包……", "Fetching the packages ...")
    with tempfile.TemporaryDirectory() as scratch:
        wheels = download(root, Path(scratch), machine=machine)
        entries = contents(own, wheels, pip=pip_wheel(root), release=release, python=python)
        target = output / f"{name}.tar.gz"
        write(entries, target, folder=f"shuyuan-{release}", when=moment(root))
    return target


def main(words: Sequence[str]) -> int:
    """Read the command line and make the bundle; prints its sha256 and its place."""
    parser = argparse.ArgumentParser(prog="./run bundle", description="制作离线安装包 make the offline bundle")
    here = os.uname().machine
    parser.add_argument(
        "--machine",
        choices=MACHINES,
        default=here if here in MACHINES else None,
        required=here not in MACHINES,
    )
    parser.add_argument("--output", type=Path, default=ROOT / "dist", metavar="FOLDER")
    chosen = parser.parse_args(words)
    try:
        target = build(ROOT, machine=chosen.machine, output=chosen.output)
    except SetupError as trouble:
        say(trouble.chinese, trouble.english)
        return trouble.status
    print(f"{digest(Entry(path=target.name, source=target), algorithm='sha256')}  {target}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
