"""The optional packages behind the address checks, imported when first needed."""

from functools import cache
from importlib import import_module
from types import ModuleType

from crosswalk_engine.errors import ConfigError


@cache
def require(name: str) -> ModuleType:
    """The module `name` of the extra ``[addresses]``.

    Raises:
        ConfigError: the extra is not installed.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise ConfigError(
            "CW-ADDRESSES-EXTRA",
            "the address checks need packages that are not installed here",
            got=f"no module {error.name}",
            fix="pip install crosswalk-engine[addresses]",
        ) from error
