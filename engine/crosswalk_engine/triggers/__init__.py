"""Triggers: what starts a sync."""
