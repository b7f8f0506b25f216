"""Addresses: parsed, verified and corrected, deterministically and offline.

Needs the extra ``[addresses]``; importing this package does not. Corrections are only ever suggested.
"""

from crosswalk_engine.addresses.check import validate_address, validate_batch
from crosswalk_engine.addresses.model import (
    Address,
    AddressResult,
    AddressSuggestion,
    Component,
    Level,
    Verdict,
)

__all__ = [
    "Address",
    "AddressResult",
    "AddressSuggestion",
    "Component",
    "Level",
    "Verdict",
    "validate_address",
    "validate_batch",
]
