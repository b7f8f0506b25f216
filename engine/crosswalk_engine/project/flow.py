"""The flow document (`crosswalk/flow@1`): what starts a sync, what it does, and how it retries.

One flow takes records of one entity of one connection to one entity of another, step by step.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import Discriminator, Field, Tag

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


class MapStep(Strict):
    """``- map: <mapping name>``"""

    map: str


class ValidateStep(Strict):
    """``- validate: [<validator>, …]``"""

    validate_: tuple[str, ...] = Field(alias="validate")


class DeliverStep(Strict):
    """``- deliver: {…}``"""

    deliver: Deliver


class WriteBackStep(Strict):
    """``- write_back: {…}``"""

    write_back: WriteBack


STEP_KINDS = ("ensure", "map", "validate", "deliver", "write_back")


def step_kind(value: Any) -> str | None:
    """Which of `STEP_KINDS` a step is, as written or as read; `None` when it is none."""
    keys = value if isinstance(value, dict) else getattr(value, "__pydantic_fields_set__", ())
    return next((kind for kind in STEP_KINDS if kind in keys or f"{kind}_" in keys), None)


Step = Annotated[
    Annotated[EnsureStep, Tag("ensure")]
    | Annotated[MapStep, Tag("map")]
    | Annotated[ValidateStep, Tag("validate")]
    | Annotated[DeliverStep, Tag("deliver")]
    | Annotated[WriteBackStep, Tag("write_back")],
    Discriminator(
        step_kind,
        custom_error_type="step_kind",
        custom_error_message="a step is one of ensure, map, validate, deliver, write_back",
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
    def mapping(self) -> str:
        """The mapping of the record itself; empty when there is no `map` step (the lint says so)."""
        return next((step.map for step in self._of(MapStep)), "")

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
        return tuple(ensure.mapping for ensure in self.ensures) + tuple(filter(None, [self.mapping]))

    def _of(self, kind: type[_Found]) -> Iterable[_Found]:
        return (step for step in self.steps if isinstance(step, kind))

    def to_json(self) -> dict[str, Any]:
        """The stored form: every default written out, spans as text."""
        return self.model_dump(mode="json", by_alias=True)
