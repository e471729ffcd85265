"""The house rules: who may import whom, how large things may grow, what may never be written."""

import ast
import re
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FEATURES = (
    "audit", "accounts", "particulars", "roster", "library", "bank", "courses", "authoring", "study", "reading", "exams", "admission", "sitting", "rehearsal", "supervision", "marking", "analysis", "standards", "appeals", "signoff", "practice", "classes", "claims", "transcripts", "overview", "hours", "evidence", "plans", "home", "admin",
)  # fmt: skip
#: features that may import each other's public modules only downwards; jobs serves all and knows none
CORE_PACKAGES = ("jobs",)
#: what a feature shows others: writes, reads, rights, and (accounts only) who is asking
PUBLIC_MODULES = {"service", "queries", "quick", "policy", "gate", "tickets", "telling"}
ASSEMBLERS = {"lms.app", "lms.cli", "lms.install", "lms.content", "lms.demo", "lms.load"}
DOMAIN_ALLOWED = {
    "question_bank": {"numpy", "fsrs", "python_calamine", "xlsxwriter", "lxml", "markdown_it", "latex2mathml"},
    "courseware": {"markdown_it"},
}
LAYERS = {"routes": 4, "cli": 4, "work": 4, "forms": 3, "service": 2, "policy": 1, "queries": 1, "models": 0}
FILE_LINES, FUNCTION_LINES, ROUTE_LINES = 500, 60, 25


def sources(*packages: str) -> list[Path]:
    """Every Python file of the packages."""
    return [path for package in packages for path in sorted((ROOT / package).rglob("*.py"))]


ALL = sources("lms", "question_bank", "courseware")


def module_name(path: Path) -> str:
    """The dotted name of a file."""
    parts = list(path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def tree(path: Path) -> ast.Module:
    """The parsed file."""
    return ast.parse(path.read_text(encoding="utf-8"))


KNOWN = {module_name(path) for path in ALL}


def imported(path: Path) -> set[str]:
    """The modules a file imports, `from package import module` resolved to the module."""
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add(inner if inner in KNOWN else node.module)
    return found


def feature_of(module: str) -> str | None:
    """The feature a module belongs to, None for the core and the domain."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[0] == "lms" and parts[1] in FEATURES else None


def failing(complaints: list[str]) -> None:
    """Fail with all complaints at once."""
    assert not complaints, "\n" + "\n".join(complaints)


@pytest.mark.parametrize("package", ["question_bank", "courseware"])
def test_domain_imports_only_the_standard_library_and_the_allow_list(package: str) -> None:
    """
    The domain stays free of frameworks, databases and the other domain package.
    """
    allowed = set(sys.stdlib_module_names) | DOMAIN_ALLOWED[package] | {package}

    failing(
        [
            f"{module_name(path)} imports {name}"
            for path in sources(package)
            for name in imported(path)
            if name.split(".")[0] not in allowed
        ]
    )


@pytest.mark.parametrize("package", ["question_bank", "courseware"])
def test_domain_has_no_clock_chance_or_disk(package: str) -> None:
    """
    Time, chance and bytes are arguments of the domain, never its own doing.
    """
    forbidden = {"random", "secrets", "time", "os", "socket", "subprocess", "pathlib", "tempfile", "shutil"}
    calls = re.compile(r"\b(datetime\.now|datetime\.utcnow|date\.today|open)\(")

    failing(
        [f"{module_name(p)} imports {n}" for p in sources(package) for n in imported(p) if n in forbidden]
        + [f"{module_name(p)} calls {m[1]}" for p in sources(package) for m in calls.finditer(p.read_text())]
    )


def test_features_import_downwards_and_only_public_modules() -> None:
    """
    A feature uses another one only when it is lower, and only its service, queries or policy.
    """
    complaints = []
    for path in sources("lms"):
        name = module_name(path)
        own = feature_of(name)
        for target in imported(path):
            other = feature_of(target)
            if own is None or other is None or own == other:
                continue
            if FEATURES.index(other) >= FEATURES.index(own):
                complaints.append(f"{name} imports {target}, which is not below it")
            if (target.split(".") + [""] * 3)[2] not in PUBLIC_MODULES:
                complaints.append(f"{name} imports {target}, which is private")
    failing(complaints)


def test_core_knows_no_feature() -> None:
    """
    Only the assemblers (app, cli, install, demo) know features.
    """
    failing(
        [
            f"{module_name(path)} imports {target}"
            for path in sources("lms")
            if feature_of(module_name(path)) is None
            and not any(module_name(path) == a or module_name(path).startswith(a + ".") for a in ASSEMBLERS)
            for target in imported(path)
            if feature_of(target)
        ]
    )


def test_inside_a_feature_imports_point_one_way() -> None:
    """
    routes > forms > service > queries, policy > models.
    """
    complaints = []
    for path in sources("lms"):
        parts = module_name(path).split(".")
        if len(parts) != 3 or parts[1] not in FEATURES or parts[2] not in LAYERS:
            continue
        for target in imported(path):
            other = target.split(".")
            within = other[:2] == parts[:2] and len(other) == 3 and other[2] in LAYERS
            if within and LAYERS[other[2]] > LAYERS[parts[2]]:
                complaints.append(f"{'.'.join(parts)} imports {target}")
    failing(complaints)


def test_no_import_cycles() -> None:
    """
    The largest group of modules that import each other has one member.
    """
    graph = {module_name(path): imported(path) & KNOWN for path in ALL}
    seen: dict[str, int] = {}
    complaints: list[str] = []

    def visit(name: str, trail: tuple[str, ...]) -> None:
        if seen.get(name) == 2:
            return
        if name in trail:
            complaints.append(" -> ".join((*trail[trail.index(name) :], name)))
            return
        for target in sorted(graph[name]):
            if target != name:
                visit(target, (*trail, name))
        seen[name] = 2

    for name in sorted(graph):
        visit(name, ())
    failing(complaints)


def test_no_imports_inside_functions() -> None:
    """
    What a module needs stands at its head.
    """
    failing(
        [
            f"{path.relative_to(ROOT)}:{inner.lineno}"
            for path in ALL
            for node in ast.walk(tree(path))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            for inner in ast.walk(node)
            if isinstance(inner, ast.Import | ast.ImportFrom)
        ]
    )


def _is_route(node: ast.FunctionDef) -> bool:
    return any(
        isinstance(d, ast.Call)
        and isinstance(d.func, ast.Attribute)
        and d.func.attr in {"get", "post", "put", "delete", "route"}
        for d in node.decorator_list
    )


def _body_lines(node: ast.FunctionDef) -> int:
    first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
    return (node.end_lineno or first.lineno) - first.lineno + 1


def test_budgets_of_size() -> None:
    """
    A file has at most 500 lines, a function 60, the body of a route 25.
    """
    complaints = []
    for path in ALL:
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > FILE_LINES:
            complaints.append(f"{path.relative_to(ROOT)}: {lines} lines")
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.FunctionDef):
                continue
            length = (node.end_lineno or 0) - node.lineno + 1
            if length > FUNCTION_LINES:
                complaints.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {length} lines")
            if _is_route(node) and _body_lines(node) > ROUTE_LINES:
                complaints.append(f"{path.relative_to(ROOT)}:{node.lineno} route {node.name}: {_body_lines(node)}")
    failing(complaints)


def test_no_drawers() -> None:
    """
    There is no util, helpers, common or misc module: a file is one subject.
    """
    drawers = {"util", "utils", "helpers", "helper", "common", "misc"}

    failing([str(path.relative_to(ROOT)) for path in ALL if path.stem in drawers])


def test_public_things_have_docstrings() -> None:
    """
    Every module, public class and public function outside the tests says what it is for.
    """
    complaints = []
    for path in ALL:
        if path.read_text(encoding="utf-8").strip() and not ast.get_docstring(tree(path)):
            complaints.append(f"{path.relative_to(ROOT)}: module")
        for node in tree(path).body:
            named = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
            if named and not ast.get_docstring(node):
                complaints.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
    failing(complaints)


def test_every_test_says_what_it_proves() -> None:
    """
    Each test function has a docstring with its rule.
    """
    failing(
        [
            f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
            for path in sources("tests")
            for node in ast.walk(tree(path))
            if isinstance(node, ast.FunctionDef)
            and node.name.startswith("test_")
            and path.name.startswith("test_")
            and not ast.get_docstring(node)
        ]
    )


#: what may stand only in the files named (each with the reason)
ONLY_IN = {
    r"\bimport bleach|\bfrom bleach|\bimport nh3|\bfrom nh3": {"lms/html.py"},  # one door for foreign HTML
    r"\bMarkup\(": {"lms/html.py"},
    r"datetime\.now\(|datetime\.utcnow\(|date\.today\(|\btime\.time\(": {"lms/clock.py"},
    r"os\.environ|os\.getenv": {"lms/config.py"},
    r"get_json\(force|force=True": {"lms/security.py"},
    r"request\.values": set(),
    r"render_template_string": set(),
    r"\bpickle\b|\bmarshal\b|\byaml\.load\b|shell=True|os\.system\(": set(),
    r"(?<![\w.])(?:eval|exec)\(": set(),
    r"\bimport random\b|\bfrom random\b": set(),
    r"(?<![\w.])text\(f[\"']|exec_driver_sql\(f|\.execute\(f[\"']": {"lms/migrate.py"},  # quoted role and table names
    r"secure_filename": set(),
    r"\bimport (?:requests|urllib\.request|httpx)\b|urlopen\(": set(),
}


@pytest.mark.parametrize("pattern", sorted(ONLY_IN))
def test_forbidden_words(pattern: str) -> None:
    """
    What is dangerous stands in the one file that may hold it, or nowhere (S21).
    """
    failing(
        [
            f"{path.relative_to(ROOT)}: {match[0]}"
            for path in ALL
            if path.relative_to(ROOT).as_posix() not in ONLY_IN[pattern]
            for match in re.finditer(pattern, path.read_text(encoding="utf-8"))
        ]
    )


TEMPLATES = sorted((ROOT / "lms").rglob("*.html"))


@pytest.mark.parametrize(
    "pattern",
    [
        r"\|\s*safe\b", r"autoescape\s+false", r"\sstyle=", r"<script(?![^>]*\b(?:src=|type=\"application/json\"))", r"<style", r"\son[a-z]+=", r"javascript:", r"https?://(?!www\.w3\.org)"],
)  # fmt: skip
def test_templates_keep_the_content_security_policy(pattern: str) -> None:
    """
    No inline script or style, no unescaped output, nothing from another host.
    """
    failing(
        [
            f"{path.relative_to(ROOT)}: {match[0]}"
            for path in TEMPLATES
            for match in re.finditer(pattern, path.read_text(encoding="utf-8"))
        ]
    )


def test_the_project_speaks_of_itself_alone() -> None:
    """
    No path of a developer's machine stands in a tracked source or document.
    """
    pattern = re.compile(r"/(?:work|root|home/\w+)/")
    files = [*ALL, *sources("tests"), *sorted((ROOT / "docs").rglob("*.md")), *ROOT.glob("*.md")]

    failing(
        [
            f"{path.relative_to(ROOT)}: {match[0]}"
            for path in files
            if path != Path(__file__)
            for match in pattern.finditer(path.read_text(encoding="utf-8"))
        ]
    )
