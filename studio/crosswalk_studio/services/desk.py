"""What this server has open: at most one project at a time, for everybody who is connected."""

import threading
from dataclasses import dataclass, field
from pathlib import Path

from crosswalk_studio.services.ledger import finish_pending
from crosswalk_studio.services.workspace import Workspace


@dataclass
class Desk:
    """The open project of this process."""

    workspace: Workspace | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def open(self, folder: Path) -> Workspace:
        """Open the project in `folder` in place of the one that is open.

        Raises:
            MissingFileError: there is no project (66).
            BusyError: another studio has it open (75).
        """
        with self._lock:
            current = self.workspace
            if current is not None and current.root == folder.resolve():
                return current
            opened = Workspace(folder)
            finish_pending(opened)
            self.workspace = opened
            if current is not None:
                current.close()
            return opened

    def close(self) -> None:
        """Close what is open."""
        with self._lock:
            if self.workspace is not None:
                self.workspace.close()
                self.workspace = None


DESK = Desk()
