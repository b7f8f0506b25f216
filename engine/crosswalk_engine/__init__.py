"""Crosswalk's engine: payloads in, approved rules applied, effects out, each exactly once."""

__version__ = "0.1.0"
