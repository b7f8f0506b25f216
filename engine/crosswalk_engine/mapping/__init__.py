"""Mappings: the rules of one entity pair, linted, tested and compiled."""
