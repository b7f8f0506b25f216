"""Sandboxes: faithful local servers of the systems, for demo, tests and try-outs."""
