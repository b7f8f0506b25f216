"""Addresses: parsed, verified and corrected, deterministically."""
