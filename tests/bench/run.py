"""Measure: `python tests/bench/run.py [NAME]` prints a table and writes build/bench/<name>.json.

Every figure is a ratio against a peer or a baseline in the same run, medians of several rounds, so that a
noisy machine moves both sides alike. A bench is a module `bench_<name>.py` here, with
`measure() -> list[dict]`: name, ratio, ours, theirs, unit; where a limit holds, `must` and `reached`. The
exit code is 0 in any case: a busy machine can miss what a quiet one reaches.
"""

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).parent
OUT = HERE.parents[1] / "build" / "bench"
sys.path.insert(0, str(HERE.parents[1]))


def load(name: str) -> ModuleType:
    """The bench module of `name`."""
    path = HERE / f"bench_{name}.py"
    spec = importlib.util.spec_from_file_location(f"bench_{name}", path)
    if spec is None or spec.loader is None or not path.exists():
        known = ", ".join(sorted(p.stem.removeprefix("bench_") for p in HERE.glob("bench_*.py")))
        raise SystemExit(f"no bench {name!r}; there are: {known}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main(names: list[str]) -> int:
    """Run the named benches, or all."""
    OUT.mkdir(parents=True, exist_ok=True)
    for name in names or sorted(p.stem.removeprefix("bench_") for p in HERE.glob("bench_*.py")):
        print(f"{name}")
        ratios = load(name).measure()
        for ratio in ratios:
            must, reached = ratio.get("must", ""), {True: "reached", False: "MISSED", None: ""}
            print(
                f"  {ratio['name']:<54} {ratio['ratio']:>9.2f} {must:>8} {reached[ratio.get('reached')]:<8} "
                f"{ratio['ours']:.4g} against {ratio['theirs']:.4g} {ratio['unit']}"
            )
        (OUT / f"{name}.json").write_text(json.dumps({"bench": name, "ratios": ratios}, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main([name for name in sys.argv[1:] if name]))
