"""The sub-commands of `crosswalk`, one module a group."""
