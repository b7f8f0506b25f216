"""Execute every notebook from top to bottom; a failing cell fails the run.

Usage: python notebooks/run.py [NAME …]
"""

import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).parent

#: Seconds for one cell.
PATIENCE = 300


def main(names: list[str]) -> int:
    """Run the named notebooks, or all."""
    chosen = [HERE / name for name in names] or sorted(HERE.glob("*.ipynb"))
    for path in chosen:
        started = time.monotonic()
        notebook = nbformat.read(path, as_version=4)
        client = NotebookClient(notebook, timeout=PATIENCE, kernel_name="python3")
        client.resources = {"metadata": {"path": str(HERE.parent)}}
        client.execute()
        print(f"{path.name}: {len(notebook.cells)} cells, {time.monotonic() - started:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
