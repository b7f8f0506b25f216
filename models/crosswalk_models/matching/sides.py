"""The two sides of a comparison, prepared once: names taken apart, texts for the model, value forms."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from crosswalk_models.embed import TextEncoder
from crosswalk_models.matching.names import Name, read_names
from crosswalk_models.matching.pairs import Pairs
from crosswalk_models.matching.value_forms import ValueForms, overlaps, value_forms
from crosswalk_models.readers import FieldSet

Floats = npt.NDArray[np.float32]
#: Characters of a description, of one sample, and number of samples that the model reads.
DESCRIPTION = 200
SAMPLE = 30
SAMPLES = 5


class Side:
    """One field set, ready to be compared."""

    def __init__(self, fields: FieldSet) -> None:
        self.set = fields
        self.fields = fields.fields
        self.names: tuple[Name, ...] = read_names(
            fields.paths, [field.description for field in fields.fields]
        )
        self.forms: ValueForms = value_forms(fields)

    def __len__(self) -> int:
        return len(self.fields)

    @cached_property
    def descriptions(self) -> tuple[str, ...]:
        """Name and description where there is one, else parent and name."""
        return tuple(
            f"{name.leaf}. {field.description[:DESCRIPTION]}" if field.description else name.full
            for name, field in zip(self.names, self.fields, strict=True)
        )

    @cached_property
    def with_samples(self) -> tuple[str, ...]:
        """Parent and name, then up to five example values."""
        return tuple(
            f"{name.full}: {values}" if values else name.full
            for name, values in zip(self.names, self.sample_texts, strict=True)
        )

    @cached_property
    def sample_texts(self) -> tuple[str, ...]:
        """Up to five example values, joined; empty when there are none."""
        return tuple(", ".join(value[:SAMPLE] for value in field.samples[:SAMPLES]) for field in self.fields)

    @property
    def has_descriptions(self) -> bool:
        """Whether any field is described."""
        return any(field.description for field in self.fields)

    @cached_property
    def groups(self) -> npt.NDArray[np.intp]:
        """Number of the group (same parent) of each field: array (n,)."""
        places: dict[str, int] = {}
        return np.asarray([places.setdefault(name.group, len(places)) for name in self.names], np.intp)


@dataclass
class Comparison:
    """A source side, a target side, and the pairs of them that are compared."""

    sources: Side
    targets: Side
    pairs: Pairs
    encoder: TextEncoder

    def meaning(self, text: Callable[[Side], tuple[str, ...]]) -> Floats | None:
        """Cosine of the embedded texts of each pair; `None` without a model."""
        left = self.encoder.encode(text(self.sources))
        if left is None:
            return None
        right = self.encoder.encode(text(self.targets))
        assert right is not None  # one encoder either embeds or does not
        return self.pairs.cosine(left, right)

    @cached_property
    def overlaps(self) -> tuple[Floats, Floats, Floats]:
        """Jaccard, containment and token containment of the values, per pair."""
        found = overlaps(self.sources.forms, self.targets.forms)
        jaccard, contained, tokens = (self.pairs.gather(matrix) for matrix in found)
        return jaccard, contained, tokens

    @cached_property
    def both_valued(self) -> npt.NDArray[np.bool_]:
        """Whether both fields of a pair have values."""
        left, right = self.sources.forms.present, self.targets.forms.present
        both: npt.NDArray[np.bool_] = left[self.pairs.rows] & right[self.pairs.cols]
        return both
