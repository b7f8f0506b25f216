"""The sync: receive, fetch, map, validate, deliver, write back."""
