"""Duplicates: which records are the same customer."""
