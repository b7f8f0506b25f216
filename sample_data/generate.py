"""Write the sample data beside this file again: ``python sample_data/generate.py``."""

import argparse
from pathlib import Path

from crosswalk_engine.sandbox.world import ORDERS, SEED, write_world
from crosswalk_engine.sandbox.world.write import sample_files, write_files

SAMPLES = Path("projects/brightpearl-infor/samples")


def main() -> None:
    """Read the arguments and write the folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=ORDERS, help="orders to sync (default %(default)s)")
    parser.add_argument("--seed", type=int, default=SEED, help="which world (default %(default)s)")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="data folder")
    given = parser.parse_args()
    write_world(given.out, orders=given.orders, seed=given.seed)
    write_files(given.out / SAMPLES, sample_files(orders=given.orders, seed=given.seed))


if __name__ == "__main__":
    main()
