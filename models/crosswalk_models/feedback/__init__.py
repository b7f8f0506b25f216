"""Decisions: what people said to suggestions, append-only, one JSON object a line in ``decisions/*.ndjson``.

Applying all decisions of a mapping, in order, to nothing gives exactly its document.
"""

from crosswalk_models.feedback.decision import Decision, DecisionLog
from crosswalk_models.feedback.log import append_decision, read_decisions
from crosswalk_models.feedback.replay import apply_decisions, decisions_of

__all__ = ["Decision", "DecisionLog", "append_decision", "apply_decisions", "decisions_of", "read_decisions"]
