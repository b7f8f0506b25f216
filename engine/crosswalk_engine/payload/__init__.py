"""Payloads: decoding with hard limits, paths, shapes."""
