"""Formulas: SQL scalar expressions, typed, total, compiled to Python."""
