"""Sub-commands that need the models."""
