"""The target paths of a mapping: each is filled once, and no value lies inside another."""

Names = tuple[str, ...]
#: Stands after the names of a list: what follows is in its elements.
EACH = "[]"


class Targets:
    """The target paths so far; a path is its names, with `EACH` after those of a list."""

    def __init__(self) -> None:
        self._filled: dict[Names, str] = {}
        #: the beginnings of paths that are filled -> one of these paths
        self._begun: dict[Names, str] = {}

    def add(self, path: Names, shown: str) -> str | None:
        """Notes a path; the one (as it was shown) that it clashes with, if there is one."""
        clash = self._filled.get(path) or self._begun.get(path)
        for length in range(1, len(path)):
            if clash is None and path[length] != EACH:
                clash = self._filled.get(path[:length])
        if clash is not None:
            return clash
        self._filled[path] = shown
        for length in range(1, len(path)):
            if path[length] != EACH:
                self._begun.setdefault(path[:length], shown)
        return None
