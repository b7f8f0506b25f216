"""Reading `engine.yaml` for the commands that run or operate an engine."""

from pathlib import Path

from crosswalk_engine.connectors.config import EngineConfig
from crosswalk_engine.errors import MissingFileError
from crosswalk_engine.payload.access import unreadable
from crosswalk_engine.payload.documents import load_document


def load_config(path: Path) -> EngineConfig:
    """The engine's configuration.

    Raises:
        MissingFileError: it is not there.
        FindingsError: every fault of it, with lines.
    """
    try:
        raw = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise MissingFileError(
            "CW-CONFIG-MISSING",
            "there is no engine configuration here",
            where=str(path),
            fix="write engine.yaml (docs/running.md has an example), or name it by --config",
        ) from error
    except OSError as error:
        raise unreadable(error, path) from error
    config, _ = load_document(raw, EngineConfig, where=str(path))
    return config


def journal_path(config: Path) -> Path:
    """Where the journal of the engine with this configuration lives."""
    settings = load_config(config)
    return config.resolve().parent / settings.journal
