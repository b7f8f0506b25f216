"""Replies of the M3 REST API v2: results inside 200, or a single call's error at the top of a 400."""

from typing import Any

import msgspec
from starlette.responses import Response

from crosswalk_engine.sandbox.host import JsonReply
from crosswalk_engine.sandbox.infor.execute import Executed, Outcome
from crosswalk_engine.sandbox.infor.m3.refusal import RefusedError

_TERMINATED = {
    "terminationReason": "The program was terminated before the call was finished",
    "terminationErrorType": "ProgramTerminated",
}


def error_keys(refusal: RefusedError) -> dict[str, str]:
    """The five error keys, the same inside a result and at the top of a 400."""
    return {
        "errorMessage": refusal.message(),
        "errorCode": refusal.code,
        "errorField": refusal.field,
        "errorType": refusal.kind,
        "errorCfg": "",
    }


def results_body(executed: Executed) -> dict[str, Any]:
    """The body of a 200. The counter's spelling is M3's own."""
    outcomes = executed.outcomes
    failed = sum(one.refusal is not None for one in outcomes)
    left = sum(not one.processed for one in outcomes)
    body: dict[str, Any] = {
        "results": [_result(one) for one in outcomes],
        "wasTerminated": executed.terminated,
    }
    if executed.terminated:
        body |= _TERMINATED
    return body | {
        "nrOfSuccessfullTransactions": len(outcomes) - failed - left,
        "nrOfFailedTransactions": failed,
        "nrOfNotProcessedTransactions": left,
    }


def _result(outcome: Outcome) -> dict[str, Any]:
    result: dict[str, Any] = {"transaction": outcome.item.transaction}
    if outcome.item.options.extended:
        result["parameters"] = dict(outcome.item.fields)
    if not outcome.processed:
        return result | {"notProcessed": True}
    if outcome.refusal is not None:
        return result | error_keys(outcome.refusal)
    return result | {"records": list(outcome.records)}


def bad_call(why: str) -> Response:
    """400 for a call that cannot be read at all."""
    return JsonReply(error_keys(RefusedError("MIREQ02", why, kind="BadRequest")), 400)


def m3_reply(executed: Executed, *, as_400: bool, pretty: bool) -> Response:
    """The reply; `as_400` moves the error of a call with one refused transaction to the top of a 400."""
    only = executed.outcomes[0] if len(executed.outcomes) == 1 else None
    if as_400 and only is not None and only.refusal is not None:
        return JsonReply(error_keys(only.refusal), 400)
    reply = JsonReply(results_body(executed))
    if pretty:
        reply.body = msgspec.json.format(reply.body)
        reply.headers["content-length"] = str(len(reply.body))
    return reply
