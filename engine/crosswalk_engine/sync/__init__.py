"""The sync: receive, fetch, apply, validate, route, deliver, write back. Read `pipeline.py` first."""
