"""Crosswalk's suggestion models: what a person is asked to approve, and how sure the software is."""

__version__ = "0.1.0"
