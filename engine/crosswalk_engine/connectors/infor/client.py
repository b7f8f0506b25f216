"""Calls to M3 by the ION API gateway: tokens, transactions single and in bulk, M3's ways of saying no.

Facts: every value is a string; a refusal comes as 200 with the error inside, or as 400 with the same keys at
the top; messages are padded and repeat their code and field; some "GET" transactions write.
"""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from crosswalk_engine.connectors.http import HttpClient, Reply
from crosswalk_engine.connectors.infor.ionapi import IonApi
from crosswalk_engine.connectors.oauth import TokenSource
from crosswalk_engine.connectors.retry import Backoff, Sleep, repeat
from crosswalk_engine.errors import (
    ConfigError,
    OutcomeUnknownError,
    RecordError,
    RetriableError,
    ThrottledError,
    masked,
)

#: Transactions in one bulk call; the stored practice is 100 to 150.
BULK = 100

#: M3 locks a record while somebody edits it; that passes.
_IN_USE = re.compile(r"\b(in use|locked|being (?:processed|updated))\b", re.IGNORECASE)

#: Reads change nothing, so they are repeated at once before a whole record has to come round again.
READS = Backoff(attempts=4, first=0.2, longest=2.0)

#: How M3 says that a record is not there.
_ABSENT = re.compile(r"\b(does not exist|not found|no records?)\b", re.IGNORECASE)

Fields = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class M3Result:
    """The outcome of one transaction: its records, or its error."""

    transaction: str
    records: tuple[dict[str, str], ...] = ()
    error: str = ""
    code: str = ""
    field: str = ""
    not_processed: bool = False

    @property
    def failed(self) -> bool:
        """Whether M3 said no, or did not come to it."""
        return bool(self.error or self.code or self.not_processed)

    def absent(self, fields: Fields) -> bool:
        """Whether the refusal says that the very key that was asked for is not there.

        "Company 100 does not exist" and "user … not found" are other troubles: their field is none of ours.
        """
        return bool(self.field in fields and _ABSENT.search(self.error))

    @property
    def passes(self) -> bool:
        """Whether the refusal is of the kind that passes by itself."""
        return self.not_processed or bool(_IN_USE.search(self.error))


class M3Client:
    """One tenant's M3.

    Args:
        client: the guarded HTTP client.
        ionapi: the credentials file's content.
        tokens: gives access tokens.
        company: CONO of every call.
        rng: draws the jitter of repeated reads.
        sleep: how to wait.
        monotonic: seconds on a clock that never jumps.
    """

    def __init__(
        self,
        client: HttpClient,
        ionapi: IonApi,
        tokens: TokenSource,
        *,
        company: str | None,
        rng: random.Random,
        sleep: Sleep,
        monotonic: Callable[[], float],
    ) -> None:
        self._client = client
        self._rng = rng
        self._sleep = sleep
        self._execute = f"{ionapi.iu.rstrip('/')}/{ionapi.ti}/M3/m3api-rest/v2/execute"
        self._tokens = tokens
        self._company = company
        self._monotonic = monotonic
        self._closed_until = 0.0

    async def read(self, program: str, transaction: str, fields: Fields) -> list[dict[str, str]]:
        """All records that a reading transaction gives; "does not exist" is an empty list.

        Any other refusal is an error: taken for "not there" it would invite a second record.

        Raises:
            RetriableError: M3 or the gateway failed, several times in a row.
            RecordError: M3 refuses the question.
        """
        return await repeat(
            partial(self._read_once, program, transaction, fields), READS, rng=self._rng, sleep=self._sleep
        )

    async def _read_once(self, program: str, transaction: str, fields: Fields) -> list[dict[str, str]]:
        (result,) = await self.run(program, [(transaction, fields)], writes=False)
        if not result.failed:
            return list(result.records)
        if result.passes:
            raise RetriableError("CW-M3-BUSY", masked(result.error), where=f"{program}/{transaction}")
        if result.absent(fields):
            return []
        raise refuse(result, program, fields)

    async def run(
        self, program: str, transactions: Sequence[tuple[str, Fields]], *, writes: bool
    ) -> list[M3Result]:
        """Run transactions of one program in as few bulk calls as possible, in order.

        Raises:
            OutcomeUnknownError: the call writes, and its reply was lost.
            RetriableError, ThrottledError, ConfigError: as their names say.
        """
        results: list[M3Result] = []
        for start in range(0, len(transactions), BULK):
            part = transactions[start : start + BULK]
            body: dict[str, Any] = {
                "program": program,
                "transactions": [{"transaction": name, "record": dict(fields)} for name, fields in part],
            }
            if self._company:
                body["cono"] = int(self._company)
            self._respect_pause(program)
            reply = await self._post(body, program, writes)
            try:
                results += _results(reply, program, [name for name, _ in part], writes)
            except ThrottledError as error:
                self._closed_until = self._monotonic() + error.retry_after
                raise
        return results

    def _respect_pause(self, where: str) -> None:
        """A pause that the gateway asked for holds for every call of the tenant."""
        left = self._closed_until - self._monotonic()
        if left > 0:
            raise ThrottledError(
                "CW-M3-THROTTLED", "the gateway asked for a pause", retry_after=left, where=where
            )

    async def _post(self, body: dict[str, Any], where: str, writes: bool) -> Reply:
        token = await self._tokens.token()
        reply = await self._send(body, token, writes)
        if reply.status == 401:
            reply = await self._send(body, await self._tokens.token(rejected=token), writes)
        if reply.status in (401, 403):
            raise ConfigError(
                "CW-M3-AUTH",
                "M3 does not accept these credentials",
                where=where,
                got=f"status {reply.status}",
                fix="check the .ionapi file and the authorised app's rights",
            )
        return reply

    async def _send(self, body: dict[str, Any], token: str, writes: bool) -> Reply:
        # maxrecs=0: a list that silently stops at 100 would hide an order that is there.
        url = f"{self._execute}?maxrecs=0&righttrim=true"
        headers = {"authorization": f"Bearer {token}"}
        return await self._client.send("POST", url, headers=headers, json_body=body, writes=writes)


def _results(reply: Reply, program: str, names: Sequence[str], writes: bool) -> list[M3Result]:
    if reply.status == 429:
        after = reply.headers.get("retry-after", "")
        pause = float(after) if after.isdigit() else 60.0
        raise ThrottledError(
            "CW-M3-THROTTLED", "the gateway's quota is used up", retry_after=pause, where=program
        )
    # Whatever cannot be read says nothing about what has happened.
    doubt = OutcomeUnknownError if writes else RetriableError
    if reply.status not in (200, 400):
        raise doubt("CW-M3-DOWN", "M3 failed", where=program, got=f"status {reply.status}")
    try:
        body = reply.json(program)
    except RetriableError as error:
        raise doubt(error.code, error.what, where=program, got=error.got) from error
    if not isinstance(body, dict):
        raise doubt("CW-M3-REPLY", "M3's reply has no results", where=program, got=type(body).__name__)
    if body.get("wasTerminated"):
        raise doubt("CW-M3-TERMINATED", "M3 ended the call half-way", where=program)
    if "results" not in body and (body.get("errorCode") or body.get("errorMessage")) and len(names) == 1:
        return [_one(body, names[0])]
    entries = body.get("results")
    if not isinstance(entries, list) or len(entries) != len(names):
        raise doubt("CW-M3-REPLY", "M3's reply has not one result for each call", where=program)
    return [_one(entry, name) for entry, name in zip(entries, names, strict=True)]


def _one(entry: Mapping[str, Any], name: str) -> M3Result:
    code, field = str(entry.get("errorCode") or ""), str(entry.get("errorField") or "")
    message = " ".join(str(entry.get("errorMessage") or "").split())
    if code:
        message = message.removeprefix(code).strip()
    if field:
        message = message.removesuffix(field).strip()
    records = tuple(entry.get("records") or ())
    return M3Result(name, records, masked(message), code, field, bool(entry.get("notProcessed")))


#: Fields of people: their values, and messages that quote them, stay out of what is shown.
_PERSONAL = frozenset(
    ("CUNM", "CUA1", "CUA2", "CUA3", "CUA4", "TOWN", "PONO", "PHNO", "PHN2", "TFNO", "MAIL", "YREF", "YRE2")
)


def refuse(result: M3Result, program: str, fields: Fields) -> RecordError:
    """The error of a refused transaction, naming the field and, where it is not personal, its value."""
    personal = result.field in _PERSONAL
    return RecordError(
        f"CW-M3-{result.code or 'REFUSED'}",
        f"M3 refused {result.field}" if personal else result.error or "M3 refused the record",
        where=f"{program}/{result.transaction} {result.field}".strip(),
        got="" if personal else masked(fields.get(result.field, "")),
        fix="correct the record or its mapping, then replay it",
    )
