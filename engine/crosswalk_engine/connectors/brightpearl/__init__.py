"""Brightpearl: retail operations; orders, contacts and products come from here."""

from crosswalk_engine.connectors.brightpearl.source import BrightpearlSource

__all__ = ["BrightpearlSource"]
