"""The flow document (`crosswalk/flow@1`): what starts a sync, what it does, and how it retries.

One flow takes records of one entity of one connection to one entity of another, step by step.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import BeforeValidator, Discriminator, Field, PlainSerializer, Tag, model_validator

from crosswalk_engine.payload.documents import Document, Strict
from crosswalk_engine.payload.durations import Duration

FORMAT: Final = "crosswalk/flow@1"


class Endpoint(Strict):
    """One side of a flow: an entity behind a connection that the engine's configuration names."""

    connection: str
    entity: str


class WebhookTrigger(Strict):
    """Events that the source sends, e.g. ``order.modified``."""

    events: Annotated[tuple[str, ...], Field(min_length=1)]


class Trigger(Strict):
    """What starts the flow; ids that arrive within `linger` of each other are fetched together."""

    webhook: WebhookTrigger
    linger: Duration = timedelta(seconds=2)


class Ensure(Strict):
    """Make sure that a related record has its counterpart in the target before the record itself goes.

    `related` names the mapping's ``with:`` record that is sent; `key` is the path of its id in the source
    record; `when` is a formula over the source record: false means that there is nothing to ensure.
    """

    entity: str
    mapping: str
    related: str
    key: str
    when: str | None = None


class Deliver(Strict):
    """Write to the target. `natural_key` is the target field by which a write is looked up before a resend.

    Changes of the fields in `unsent_after_delivery` are recorded, not sent, once the record is delivered.
    """

    natural_key: str
    unsent_after_delivery: tuple[str, ...] = ()


class WriteBack(Strict):
    """Tell the source: set `status`, with `note`, in which ``{FIELD}`` stands for a field of the reply."""

    status: int
    note: str | None = None


class EnsureStep(Strict):
    """``- ensure: {…}``"""

    ensure: Ensure


class MapChoice(Strict):
    """A mapping for the records for which `when` is true; without `when`, for all that are left."""

    mapping: str
    when: str | None = None


def _as_choices(value: object) -> object:
    return [{"mapping": value}] if isinstance(value, str) else value


def _as_written(choices: "tuple[MapChoice, ...]") -> Any:
    """One mapping for all records is written as its name."""
    if len(choices) == 1 and choices[0].when is None:
        return choices[0].mapping
    return [choice.model_dump(mode="json") for choice in choices]


Choices = Annotated[
    tuple[MapChoice, ...],
    BeforeValidator(_as_choices),
    Field(min_length=1),
    PlainSerializer(_as_written),
]


class MapStep(Strict):
    """``- map: <mapping name>``, or a list of choices of which the first that holds is taken."""

    map: Choices


class Route(Strict):
    """Where records go for which `when` is true (a formula over the record and its related records).

    `to` says it: deliver; skip (nothing is to be done); hold (a person decides); reject (a dead letter). The
    `reason` is shown to people. `mapping` maps these records instead of the `map` step's.
    """

    name: Annotated[str, Field(min_length=1, max_length=60)]
    when: str | None = None
    to: Literal["deliver", "skip", "hold", "reject"] = "deliver"
    reason: str | None = None
    mapping: str | None = None

    @model_validator(mode="after")
    def _mapping_is_used(self) -> "Route":
        if self.mapping is not None and self.to != "deliver":
            raise ValueError("a `mapping` stands only where records are delivered")
        return self


class RouteStep(Strict):
    """``- route: [{…}, …]``: the first route that holds; without one, the record is delivered.

    Before the `map` step it decides at once; after it, once the record is mapped and validated.
    """

    route: Annotated[tuple[Route, ...], Field(min_length=1)]


class ValidateStep(Strict):
    """``- validate: [<validator>, …]``"""

    validate_: tuple[str, ...] = Field(alias="validate")


class DeliverStep(Strict):
    """``- deliver: {…}``"""

    deliver: Deliver


class WriteBackStep(Strict):
    """``- write_back: {…}``"""

    write_back: WriteBack


STEP_KINDS = ("ensure", "map", "validate", "route", "deliver", "write_back")


def step_kind(value: Any) -> str | None:
    """Which of `STEP_KINDS` a step is, as written or as read; `None` when it is none."""
    keys = value if isinstance(value, dict) else getattr(value, "__pydantic_fields_set__", ())
    return next((kind for kind in STEP_KINDS if kind in keys or f"{kind}_" in keys), None)


Step = Annotated[
    Annotated[EnsureStep, Tag("ensure")]
    | Annotated[MapStep, Tag("map")]
    | Annotated[ValidateStep, Tag("validate")]
    | Annotated[RouteStep, Tag("route")]
    | Annotated[DeliverStep, Tag("deliver")]
    | Annotated[WriteBackStep, Tag("write_back")],
    Discriminator(
        step_kind,
        custom_error_type="step_kind",
        custom_error_message=f"a step is one of {', '.join(STEP_KINDS)}",
    ),
]


class Retry(Strict):
    """Transient failures: the first wait `first`, doubling up to `longest`; see `Waiting` for the end."""

    attempts: int = Field(default=8, ge=1, le=100)
    first: Duration = timedelta(milliseconds=500)
    longest: Duration = timedelta(seconds=60)


class Waiting(Strict):
    """How long a record may wait for a key, or be retried, before a person is asked."""

    longest: Duration = timedelta(hours=1)


_Found = TypeVar("_Found", bound=Strict)


class FlowDocument(Document):
    """Trigger, source, target and steps of one sync."""

    format: Literal["crosswalk/flow@1"] = FORMAT
    name: str
    source: Endpoint
    target: Endpoint
    trigger: Trigger
    accept: str | None = None
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]
    retry: Retry = Retry()
    waiting: Waiting = Waiting()

    @property
    def ensures(self) -> tuple[Ensure, ...]:
        """What must be there first, in order."""
        return tuple(step.ensure for step in self._of(EnsureStep))

    @property
    def choices(self) -> tuple[MapChoice, ...]:
        """The mappings of the record itself; none when there is no `map` step (the lint says so)."""
        return next((step.map for step in self._of(MapStep)), ())

    @property
    def mapping(self) -> str:
        """The mapping of records for which no condition holds: the last choice; empty without one."""
        return self.choices[-1].mapping if self.choices else ""

    @property
    def candidates(self) -> tuple[str, ...]:
        """Every mapping that a record may be mapped with, each once."""
        routed = [route.mapping for route in self.routes if route.mapping is not None]
        return tuple(dict.fromkeys([*(choice.mapping for choice in self.choices), *routed]))

    @property
    def routes(self) -> tuple[Route, ...]:
        """The conditional routes, in order."""
        return next((step.route for step in self._of(RouteStep)), ())

    @property
    def routes_first(self) -> bool:
        """Whether routes are taken before a record is mapped."""
        kinds = [step_kind(step) for step in self.steps]
        return "route" in kinds and "map" in kinds and kinds.index("route") < kinds.index("map")

    @property
    def validators(self) -> tuple[str, ...]:
        """The validators that look at the mapped record, in order."""
        return tuple(name for step in self._of(ValidateStep) for name in step.validate_)

    @property
    def deliver(self) -> Deliver | None:
        """The write to the target."""
        return next((step.deliver for step in self._of(DeliverStep)), None)

    @property
    def write_back(self) -> WriteBack | None:
        """What the source is told afterwards."""
        return next((step.write_back for step in self._of(WriteBackStep)), None)

    @property
    def mappings(self) -> tuple[str, ...]:
        """Every mapping that the flow uses, the ensured ones first."""
        return tuple(ensure.mapping for ensure in self.ensures) + self.candidates

    def _of(self, kind: type[_Found]) -> Iterable[_Found]:
        return (step for step in self.steps if isinstance(step, kind))

    def to_json(self) -> dict[str, Any]:
        """The stored form: every default written out, spans as text."""
        return self.model_dump(mode="json", by_alias=True)
