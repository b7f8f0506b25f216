"""Crosswalk's browser studio."""

__version__ = "0.1.0"
