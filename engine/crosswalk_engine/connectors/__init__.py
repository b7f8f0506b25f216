"""Connectors: one guarded client and the systems that it speaks to."""
