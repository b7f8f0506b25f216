"""Monitoring: figures and health of a running engine."""
