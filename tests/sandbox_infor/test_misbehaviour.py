"""Faults that every client of M3 must live through: lost replies, records in use, termination."""

from typing import Any

import httpx
import pytest
from crosswalk_engine.sandbox.infor import describe, make_app
from crosswalk_engine.sandbox.server import running


async def test_a_lost_confirm_has_made_the_order(sandbox: Any) -> None:
    """The reply is cut, the effect is there, and a look-up by CUOR finds it."""
    temporary = await sandbox.head(CUOR="BP31")
    await sandbox.records("OIS100MI", "AddBatchLine", ORNO=temporary, ITNO="MUG-STN-BLU", ORQT="1", SAPR="5")
    await sandbox.control("faults", script=[{"match": "GET */OIS100MI/Confirm", "do": "lost_cut"}])
    with pytest.raises(ConnectionResetError):
        await sandbox.get("OIS100MI", "Confirm", ORNO=temporary)
    (found,) = await sandbox.records("OIS120MI", "LstCOStopByCUOR", CUOR="BP31")
    assert found["ORNO"] == "0010004501"
    counts = (await sandbox.control("calls"))["counts"]
    assert counts["by_fault"] == {"lost:cut": 1}


async def test_lost_replies_hit_gets_that_write_and_spare_those_that_read(sandbox: Any) -> None:
    """With every write's reply lost, reads still answer, although both are GETs."""
    await sandbox.control("faults", lost_reply_rate=1, lost_reply_as="error")
    lost = await sandbox.get("OIS100MI", "AddBatchHead", CUNO="WEBUKGBP", CUOR="BP32")
    assert lost.status_code in (500, 502, 503)
    assert lost.json()["error"] == "server_error"
    (head,) = await sandbox.records("OIS100MI", "LstBatchHead", CUNO="WEBUKGBP")
    assert head["CUOR"] == "BP32"
    assert (await sandbox.login()).status_code == 200


async def test_an_error_without_effect_leaves_nothing_behind(sandbox: Any) -> None:
    """An injected 503 opens no head."""
    await sandbox.control("faults", script=[{"match": "*AddBatchHead", "do": "error", "status": 503}])
    assert (await sandbox.get("OIS100MI", "AddBatchHead", CUNO="WEBUKGBP")).status_code == 503
    assert (await sandbox.control("state"))["counts"]["open_batch_heads"] == 0


async def test_a_record_in_use_passes(sandbox: Any) -> None:
    """Writes find the record held, without effect; reads do not; afterwards the same call succeeds."""
    temporary = await sandbox.head()
    await sandbox.control("faults", in_use_rate=1)
    line = {"ORNO": temporary, "ITNO": "MUG-STN-BLU", "ORQT": "1", "SAPR": "5"}
    refused = await sandbox.refusal("OIS100MI", "AddBatchLine", **line)
    assert refused == ("XRE0200", "ORNO", f"Record {temporary} is in use by another user")
    assert await sandbox.records("OIS100MI", "LstBatchLine", ORNO=temporary) == []
    await sandbox.control("faults", in_use_rate=0)
    assert await sandbox.records("OIS100MI", "AddBatchLine", **line) == [
        {"PONR": "1", "POSX": "0", "ATNR": "0"}
    ]


async def test_a_terminated_bulk_call_tells_what_was_not_processed(sandbox: Any) -> None:
    """Some transactions ran, the rest did not, and the state agrees with the reply."""
    await sandbox.control("faults", terminate_rate=1)
    reply = await sandbox.bulk("OIS100MI", *[("AddBatchHead", {"CUNO": "WEBUKGBP"})] * 10)
    body = reply.json()
    assert body["wasTerminated"] is True
    assert body["terminationErrorType"] == "ProgramTerminated"
    done, left = body["nrOfSuccessfullTransactions"], body["nrOfNotProcessedTransactions"]
    assert done + left == 10 and left >= 1
    assert [entry.get("notProcessed", False) for entry in body["results"]] == [False] * done + [True] * left
    assert (await sandbox.control("state"))["counts"]["open_batch_heads"] == done


async def test_settings_are_checked(sandbox: Any) -> None:
    """An unknown switch or a rate above 1 answers 400 and changes nothing."""
    for change in ({"error_shap": "400"}, {"in_use_rate": 2}, {"error_shape": "500"}):
        reply = await sandbox.client.put("/_sandbox/faults", json=change)
        assert (reply.status_code, "error" in reply.json()) == (400, True)
    assert (await sandbox.control("faults"))["error_shape"] == "200"


async def test_latency_is_waited_and_not_slept_in_tests(sandbox: Any) -> None:
    """The injected sleep hears of the latency."""
    await sandbox.control("faults", latency_ms=250)
    await sandbox.records("GENERAL", "GetUserInfo")
    assert sandbox.slept == [0.25]


async def test_over_a_real_socket_a_lost_reply_is_a_broken_connection(write_masters: Any) -> None:
    """uvicorn cuts the connection, the head is there all the same, and the ionapi file's addresses work."""
    data = write_masters()
    async with running(make_app(data)) as [base_url], httpx.AsyncClient(base_url=base_url) as client:
        ionapi = describe(base_url, data)["ionapi"]
        form = {"grant_type": "client_credentials", "client_id": ionapi["ci"], "client_secret": ionapi["cs"]}
        token = (await client.post(ionapi["pu"] + ionapi["ot"], data=form)).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        url = f"{ionapi['iu']}/{ionapi['ti']}/M3/m3api-rest/v2/execute/OIS100MI"
        await client.put("/_sandbox/faults", json={"script": [{"match": "*AddBatchHead*", "do": "lost_cut"}]})
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get(f"{url}/AddBatchHead;maxrecs=1?CUNO=WEBUKGBP&CUOR=BP%2041", headers=headers)
        reply = await client.get(f"{url}/LstBatchHead;returncols=CUOR?CUNO=WEBUKGBP", headers=headers)
        assert reply.json()["results"][0]["records"] == [{"CUOR": "BP 41"}]
