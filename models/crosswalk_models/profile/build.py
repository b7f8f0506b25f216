"""From measures to a profile."""

from collections.abc import Callable, Sequence
from pathlib import Path

from crosswalk_models.profile.guess import Guess, date_form, guess_type
from crosswalk_models.profile.keys import find_foreign_keys
from crosswalk_models.profile.masking import is_personal_name, looks_personal, mask
from crosswalk_models.profile.measures import Measured, measure
from crosswalk_models.profile.model import Counted, FieldProfile, FileProfile, Profile, counted
from crosswalk_models.readers import Field, FieldSet, read_fields

_PERSONAL_TYPES = frozenset({"email", "phone"})
_NEVER_PERSONAL = frozenset({"empty", "boolean", "date", "datetime", "integer", "decimal"})
_KEY_TYPES = frozenset({"integer", "code", "uuid", "mixed", "text", "email"})


def profile_files(paths: Sequence[Path | str], *, show_values: bool = False) -> Profile:
    """The profile of several files, and guesses how they refer to each other.

    Args:
        paths: files of any format that `crosswalk_models.readers` reads.
        show_values: also show personal values; otherwise they are masked.

    Raises:
        MissingFileError, RecordError: a file cannot be read.
    """
    return profile_read([read_fields(path) for path in paths], show_values=show_values)


def profile_read(read: Sequence[FieldSet], *, show_values: bool = False) -> Profile:
    """The profile of several files that were read before, as `profile_files`."""
    made = [(fields, profile_fields(fields, show_values=show_values)) for fields in read]
    return Profile(tuple(profile for _, profile in made), find_foreign_keys(made))


def profile_fields(fields: FieldSet, *, show_values: bool = False) -> FileProfile:
    """The profile of a field set that was read before."""
    profiles = tuple(
        _field_profile(field, figures, fields.records, show_values)
        for field, figures in zip(fields.fields, measure(fields), strict=True)
    )
    return FileProfile(fields.name, fields.kind, fields.records, profiles)


def _field_profile(field: Field, figures: Measured, records: int, show_values: bool) -> FieldProfile:
    shares = {kind: count / figures.filled for kind, count in figures.kinds.items()} if figures.filled else {}
    guess = guess_type(field.path, shares)
    personal = guess.type in _PERSONAL_TYPES or (
        guess.type not in _NEVER_PERSONAL
        and (is_personal_name(field.path) or _mostly(looks_personal, figures.examples))
    )
    hidden = personal and not show_values
    least, most = _ends(guess, figures)
    places = max(field.places, figures.total)
    return FieldProfile(
        path=field.path,
        type=guess.type,
        form=_form(guess, figures),
        declared=field.type,
        places=places,
        filled=figures.filled,
        nulls=figures.nulls,
        blanks=figures.blanks,
        absent=places - figures.total,
        conforms=guess.conforms,
        distinct=figures.distinct,
        shortest=figures.shortest,
        longest=figures.longest,
        least=_shown(least, hidden),
        most=_shown(most, hidden),
        patterns=counted(figures.patterns),
        top=tuple(Counted(_shown(value, hidden), count) for value, count in figures.top),
        examples=tuple(_shown(value, hidden) for value in figures.examples),
        histogram=_histogram(guess, figures),
        personal=personal,
        key=guess.type in _KEY_TYPES and _is_key(field, figures, records),
    )


def _shown(value: str, hidden: bool) -> str:
    text = mask(value) if hidden else value
    return text if len(text) <= 80 else text[:79] + "…"


def _ends(guess: Guess, figures: Measured) -> tuple[str, str]:
    if guess.type in ("integer", "decimal"):
        return figures.least_number, figures.most_number
    return figures.least_text, figures.most_text


def _form(guess: Guess, figures: Measured) -> str:
    if guess.type in ("date", "datetime"):
        return date_form(tuple(pattern for pattern, _ in figures.patterns))
    if guess.type == "decimal":
        return f"{figures.decimals} decimals"
    return ""


def _histogram(guess: Guess, figures: Measured) -> tuple[Counted, ...]:
    if guess.type in ("integer", "decimal"):
        return counted(figures.numbers)
    return counted(figures.dates) if guess.type in ("date", "datetime") else ()


def _is_key(field: Field, figures: Measured, records: int) -> bool:
    """Filled in every record, never repeated, no words; a field inside a collection identifies no record."""
    spaced = any(" " in pattern for pattern, _ in figures.patterns)
    return "[]" not in field.path and not spaced and figures.filled == figures.distinct == records >= 2


def _mostly(test: Callable[[str], bool], values: Sequence[str]) -> bool:
    return 2 * sum(map(test, values)) > len(values)
