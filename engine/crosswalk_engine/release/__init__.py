"""Releases: the immutable set of approved documents that the engine runs."""
