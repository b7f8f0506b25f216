"""Infor M3 as a target: customers by CRS610MI, orders by OIS100MI's batch entry.

An order goes in as a batch head with its lines, charges, address and texts, and becomes real by Confirm,
under another number. The order's own number at the customer (CUOR) is its natural key; M3 does not hold it
unique, so nothing is sent twice without a look.
"""

from collections.abc import Callable, Mapping
from typing import Any

from crosswalk_engine.connectors.contract import Document, Found
from crosswalk_engine.connectors.infor.client import Fields, M3Client, M3Result, refuse
from crosswalk_engine.connectors.retry import Sleep
from crosswalk_engine.errors import OutcomeUnknownError, RetriableError

#: Collections and groups of a sales order, each written by its own transaction after the head.
_PARTS: Mapping[str, str] = {
    "address": "AddBatchAddress",
    "lines": "AddBatchLine",
    "charges": "AddBatchHeadChg",
    "texts": "AddBatchText",
}

#: How often, and how many seconds apart, the final number is asked for when Confirm does not give it.
_CONFIRM_POLLS = 20
_CONFIRM_PAUSE = 0.5


class InforM3Target:
    """Customers and sales orders of one M3 company.

    Args:
        client: the tenant's M3.
        sleep: how to wait for a confirmation that is made in the background.
    """

    entities: Mapping[str, str] = {"sales_order": "CUOR", "customer": "CUNO"}

    def __init__(self, client: M3Client, *, sleep: Sleep) -> None:
        self._client = client
        self._sleep = sleep

    async def close(self) -> None:
        """Nothing of its own is open."""

    async def find(
        self, entity: str, output: Document, *, sent: Document | None, progress: str | None
    ) -> Found | None:
        """Look the record up; batch heads that an earlier attempt left unconfirmed are deleted first.

        The order is asked for last: while a head was still there, a background job could have made it real.

        Raises:
            RetriableError: M3 is still making the order; ask again later.
        """
        if entity == "customer":
            rows = await self._client.read("CRS610MI", "GetBasicData", {"CUNO": output["CUNO"]})
            return Found(rows[0]["CUNO"]) if rows else None
        if sent is not None:
            await self._clear_leftovers({sent["CUNO"], output["CUNO"]}, output["CUOR"], progress)
        if progress and (number := await self._final_number(progress)):
            return Found(number)
        rows = await self._client.read("OIS120MI", "LstCOStopByCUOR", {"CUOR": output["CUOR"]})
        # A list may go on behind the asked-for position, so each row's own number is compared.
        there = [row for row in rows if row.get("CUOR") == output["CUOR"]]
        return Found(there[0]["ORNO"]) if there else None

    async def _clear_leftovers(self, customers: set[str], order: str, progress: str | None) -> None:
        temporary = {progress} if progress else set()
        for customer in sorted(customers):
            heads = await self._client.read("OIS100MI", "LstBatchHead", {"CUNO": customer})
            temporary |= {head["ORNO"] for head in heads if head.get("CUOR") == order}
        for number in sorted(temporary):
            if not await self._final_number(number):
                await self._clear(number)

    async def create(self, entity: str, output: Document, *, remember: Callable[[str], None]) -> str:
        """Create the record and return its number (CUNO or the final ORNO)."""
        if entity == "customer":
            return await self._write("CRS610MI", "Add", _flat(output), "CUNO")
        temporary = await self._write("OIS100MI", "AddBatchHead", _flat(output), "ORNO")
        remember(temporary)
        await self._add_parts(temporary, output)
        return await self._confirm(temporary)

    async def _add_parts(self, temporary: str, output: Document) -> None:
        calls: list[tuple[str, Fields]] = []
        for part, transaction in _PARTS.items():
            content = output.get(part) or []
            entries = content if isinstance(content, list) else [content]
            calls += [(transaction, {"ORNO": temporary, **_flat(entry)}) for entry in entries]
        results = await self._client.run("OIS100MI", calls, writes=True)
        for result, (_, fields) in zip(results, calls, strict=True):
            if result.failed:
                await self._abandon(temporary, result, fields)

    async def _confirm(self, temporary: str) -> str:
        fields = {"ORNO": temporary}
        (result,) = await self._client.run("OIS100MI", [("Confirm", fields)], writes=True)
        if result.failed:
            await self._abandon(temporary, result, fields)
        number = result.records[0].get("ORNO", "") if result.records else ""
        if number and number != temporary:
            return number
        return await self._wait_for_number(temporary)

    async def _wait_for_number(self, temporary: str) -> str:
        for _ in range(_CONFIRM_POLLS):
            if number := await self._final_number(temporary):
                return number
            errors = await self._client.read("OIS100MI", "LstErrMsgOrder", {"ORNO": temporary})
            if errors:
                text = errors[0].get("TX60") or errors[0].get("MDTA") or "not confirmed"
                await self._abandon(
                    temporary, M3Result("Confirm", error=text, code=errors[0].get("MSID", "")), {}
                )
            await self._sleep(_CONFIRM_PAUSE)
        raise OutcomeUnknownError(
            "CW-M3-CONFIRMING", "M3 has not made the order yet", where="OIS100MI/Confirm"
        )

    async def _final_number(self, temporary: str) -> str:
        rows = await self._client.read("OIS100MI", "GetOrderNo", {"ORNO": temporary})
        return rows[0].get("ORNR", "") if rows else ""

    async def _clear(self, temporary: str) -> None:
        """Delete a leftover batch head, unless M3 is just making an order of it."""
        rows = await self._client.read("OIS275MI", "GetTmpOrderStat", {"ORNO": temporary})
        if rows and rows[0].get("STAT") in _CONFIRMING:
            raise RetriableError("CW-M3-CONFIRMING", "M3 is still making this order", where="OIS275MI")
        await self._delete(temporary)

    async def _abandon(self, temporary: str, result: M3Result, fields: Fields) -> None:
        """M3 refused a part: leave nothing behind, then say why."""
        await self._delete(temporary)
        if result.passes:
            raise RetriableError("CW-M3-BUSY", result.error or "not processed", where=result.transaction)
        raise refuse(result, "OIS100MI", fields)

    async def _delete(self, temporary: str) -> None:
        """Delete a batch head; that it is not there is as good.

        Raises:
            RetriableError: M3 does not delete it now (it may just be becoming an order).
        """
        fields = {"ORNO": temporary}
        (result,) = await self._client.run("OIS100MI", [("DelBatchHead", fields)], writes=True)
        if result.failed and not result.absent(fields):
            raise RetriableError("CW-M3-BUSY", result.error, where="OIS100MI/DelBatchHead")

    async def _write(self, program: str, transaction: str, fields: Fields, key: str) -> str:
        (result,) = await self._client.run(program, [(transaction, fields)], writes=True)
        if result.failed and result.passes:
            raise RetriableError("CW-M3-BUSY", result.error, where=f"{program}/{transaction}")
        if result.failed:
            raise refuse(result, program, fields)
        value = result.records[0].get(key, "") if result.records else ""
        if not value:
            raise OutcomeUnknownError("CW-M3-NO-KEY", f"M3 gave no {key}", where=f"{program}/{transaction}")
        return value


#: Status of a batch order that Confirm has been called for.
_CONFIRMING = frozenset({"20", "25"})


def _flat(output: Document) -> dict[str, str]:
    """The scalar fields as M3 takes them: text; null and blank fields are left out."""
    return {
        name: _text(value)
        for name, value in output.items()
        if not isinstance(value, (dict, list)) and value is not None and value != ""
    }


def _text(value: Any) -> str:
    return ("1" if value else "0") if isinstance(value, bool) else str(value)
