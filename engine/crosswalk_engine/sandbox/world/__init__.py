"""A made-up business world, the same for the same seed: account `acme` in Brightpearl and in M3."""

from crosswalk_engine.sandbox.world.write import ORDERS, SEED, write_world

__all__ = ["ORDERS", "SEED", "write_world"]
