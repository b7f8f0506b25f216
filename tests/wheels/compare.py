"""Compare built wheels with the source tree: every tracked file of a member must be in its wheel.

Usage: python tests/wheels/compare.py FOLDER_WITH_WHEELS
"""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
MEMBERS = {"crosswalk_engine": "engine", "crosswalk_models": "models", "crosswalk_studio": "studio"}


def tracked(member: str, package: str) -> set[str]:
    """Paths of the package's tracked files, relative to the member's folder."""
    command = ["git", "ls-files", f"{member}/{package}"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return {line.removeprefix(f"{member}/") for line in listed.splitlines()}


def main(folder: Path) -> int:
    """Print what is missing; 0 when nothing is."""
    missing = 0
    for package, member in MEMBERS.items():
        (wheel,) = folder.glob(f"{package}-*.whl")
        with zipfile.ZipFile(wheel) as archive:
            held = set(archive.namelist())
        lacking = sorted(tracked(member, package) - held)
        missing += len(lacking)
        print(f"{wheel.name}: {len(held)} files, {wheel.stat().st_size / 1e6:.1f} MB, {len(lacking)} missing")
        for name in lacking:
            print(f"  missing: {name}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
