"""The optional packages behind Parquet and XLSX, imported when first needed."""

from importlib import import_module
from types import ModuleType

from crosswalk_engine.errors import ConfigError


def require(name: str, what: str) -> ModuleType:
    """The module `name` of the extra ``[tabular]``; `what` is what it is needed for.

    Raises:
        ConfigError: CW-NEEDS-TABULAR.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise ConfigError(
            "CW-NEEDS-TABULAR",
            f"{what} needs packages that are not installed here",
            got=f"no module {error.name}",
            fix='pip install "crosswalk-engine[tabular]"',
        ) from error
