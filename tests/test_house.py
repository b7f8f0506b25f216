"""House rules that no linter knows: what a test says, what a module is called, what the repository names."""

import ast
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
MEMBERS = ("engine/crosswalk_engine", "models/crosswalk_models", "studio/crosswalk_studio")

#: Longest module of the product, in lines; split by noun before a file is famous.
LONGEST = 400


def python_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def test_every_test_says_one_sentence() -> None:
    """Each test function has a docstring."""
    silent = []
    for path in python_files("tests"):
        for node in ast.walk(ast.parse(path.read_text())):
            is_test = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith(
                "test_"
            )
            if is_test and not ast.get_docstring(node):
                silent.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
    assert silent == []


def test_modules_stay_small() -> None:
    """No module of the product is longer than the limit."""
    long = [
        f"{path.relative_to(ROOT)} {lines}"
        for path in python_files(*MEMBERS)
        if (lines := path.read_text().count("\n")) > LONGEST
    ]
    assert long == []


def test_no_room_without_a_noun() -> None:
    """There is no utils, common or helpers module."""
    nameless = {"utils", "util", "common", "helpers", "helper", "misc"}
    assert [path for path in python_files(*MEMBERS) if path.stem in nameless] == []


def test_nothing_is_unpickled_or_evaluated() -> None:
    """No pickle, eval, yaml.load or torch.load; exec stands in one place, for code made from our own IR."""
    found = []
    for path in python_files(*MEMBERS):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [alias.name for alias in node.names] + [getattr(node, "module", "") or ""]
                found += [f"{path.name} imports {n}" for n in names if n in ("pickle", "joblib", "shelve")]
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("eval", "exec")
            ):
                found.append(f"{path.relative_to(ROOT)} {node.func.id}")
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = node.func.value.id if isinstance(node.func.value, ast.Name) else ""
                if node.func.attr == "load" and owner in ("yaml", "torch", "pickle"):
                    found.append(f"{path.relative_to(ROOT)} {owner}.load")
    allowed = [entry for entry in found if entry.endswith(" exec") and "compile" in entry]
    assert [entry for entry in found if entry not in allowed] == []
    assert len(allowed) <= 1


def test_versions_are_equal() -> None:
    """The three members carry one version."""
    import crosswalk_engine
    import crosswalk_models
    import crosswalk_studio

    versions = {m.__version__ for m in (crosswalk_engine, crosswalk_models, crosswalk_studio)}
    written = {
        line.split('"')[1]
        for member in ("engine", "models", "studio", ".")
        for line in (ROOT / member / "pyproject.toml").read_text().splitlines()
        if line.startswith("version = ")
    }
    assert versions == written
    assert len(versions) == 1


def test_no_path_of_one_machine_is_committed() -> None:
    """Tracked text names no folder of the machine it was written on."""
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    needles = ["/" + "work/", "/" + "root/", "/home" + "/"]
    found = []
    for name in tracked.stdout.splitlines():
        path = ROOT / name
        if path.is_file() and path.suffix in (
            ".py",
            ".md",
            ".toml",
            ".yaml",
            ".yml",
            ".json",
            ".txt",
            ".js",
            "",
        ):
            text = path.read_text(errors="replace")
            found += [f"{name}: {needle}" for needle in needles if needle in text]
    assert found == []


def test_documents_link_to_what_is_there() -> None:
    """Every relative link in the documentation leads to a file."""
    broken = []
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            there = (page.parent / target).exists()
            broken += [] if there else [f"{page.relative_to(ROOT)} -> {target}"]
    assert broken == []
