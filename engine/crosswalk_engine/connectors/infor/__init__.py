"""Infor M3 through the ION API: orders and customers go there."""

from crosswalk_engine.connectors.infor.target import InforM3Target

__all__ = ["InforM3Target"]
