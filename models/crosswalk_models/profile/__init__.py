"""Profiling: what a file holds, field by field, measured in DuckDB.

`profile_files` reads and measures files; `profile_fields` measures what was read before; `render` makes the
table for people. Personal values are masked unless asked for.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crosswalk_models.profile.build import profile_fields, profile_files, profile_read
    from crosswalk_models.profile.model import FieldProfile, FileProfile, ForeignKey, Profile
    from crosswalk_models.profile.report import render

__all__ = [
    "FieldProfile",
    "FileProfile",
    "ForeignKey",
    "Profile",
    "profile_fields",
    "profile_files",
    "profile_read",
    "render",
]
_HOMES = {"profile_fields": "build", "profile_files": "build", "profile_read": "build", "render": "report"}


def __getattr__(name: str) -> Any:
    """Import on first use: the matcher needs the kinds of values from here, not all of profiling."""
    if name not in __all__:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(f"crosswalk_models.profile.{_HOMES.get(name, 'model')}"), name)
