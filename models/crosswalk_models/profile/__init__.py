"""Profiling: what a file holds, field by field."""
