"""The control socket as a POS author meets it: plain HTTP, problems with reasons, a live stream."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pytest

from edge_agent.api.commands import COMMANDS
from simulator.virtual_lane import VirtualLane
from simulator.world import by_name


@pytest.fixture
async def http(lane: VirtualLane) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.AsyncHTTPTransport(uds=str(lane.socket))
    async with httpx.AsyncClient(transport=transport, base_url="http://lane") as client:
        yield client


async def test_a_refused_command_is_a_problem_with_its_reason(http: httpx.AsyncClient) -> None:
    answer = await http.post("/lane/payment", json={"tender": "cash", "tendered": 500})
    assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json")
    problem = answer.json()
    assert (problem["code"], problem["status"]) == ("no_sale", 409)
    assert problem["detail"] == "There is no open sale. Scan an item to start one."


@pytest.mark.parametrize(
    ("path", "body", "names"),
    [
        ("/lane/payment", {}, "tender"),
        ("/lane/payment", {"tender": "shells"}, "tender"),
        ("/lane/void-line", {"line_id": 0}, "line_id"),
        ("/lane/enter-code", {"code": "1", "price": 3}, "price"),
        ("/lane/age-check", {"minimum_age": 18, "verdict": "maybe"}, "verdict"),
    ],
)
async def test_a_body_that_is_wrong_names_its_fields(
    http: httpx.AsyncClient, path: str, body: dict[str, object], names: str
) -> None:
    answer = await http.post(path, json=body)
    assert answer.status_code == 422
    assert names in answer.json()["fields"]


async def test_a_body_that_is_no_json_is_refused(http: httpx.AsyncClient) -> None:
    answer = await http.post("/lane/payment", content=b"\xff{")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "says"),
    [
        ("POST", "/lane/nope", "POST /lane/nope: Not Found"),
        ("DELETE", "/lane", "Method Not Allowed"),
    ],
)
async def test_a_path_that_is_not_there_is_a_problem_too(
    http: httpx.AsyncClient, method: str, path: str, says: str
) -> None:
    answer = await http.request(method, path)
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.json()["detail"]


async def test_a_forgotten_content_type_is_said(http: httpx.AsyncClient) -> None:
    answer = await http.post("/lane/payment", content=b'{"tender": "cash"}')
    assert "content-type application/json" in answer.json()["fields"]["body"]


async def test_commands_without_fields_need_no_body(
    lane: VirtualLane, http: httpx.AsyncClient
) -> None:
    assert (await http.post("/lane/start-basket")).status_code == 200
    await lane.scanner.scan(by_name(lane.assortment, "Soap").gtin)
    assert (await http.post("/lane/subtotal")).json()["phase"] == "subtotaled"


async def test_every_command_is_in_the_openapi_document(http: httpx.AsyncClient) -> None:
    paths = (await http.get("/openapi.json")).json()["paths"]
    assert {f"/lane/{command.name}" for command in COMMANDS} <= set(paths)
    assert "/plugins/{plugin_id}" in paths


async def test_plugins_are_listed_changed_unregistered_and_registered(
    http: httpx.AsyncClient,
) -> None:
    listed = {plugin["id"]: plugin for plugin in (await http.get("/plugins/")).json()}
    assert set(listed) == {
        "age-verification",
        "customer-lookup",
        "employee-time",
        "fraud-detection",
        "purchase-recommender",
    }
    one = "/plugins/fraud-detection"
    changed = await http.put(one, json={"enabled": False})
    assert changed.json()["status"] == "inactive"
    gone = await http.delete(one)
    assert gone.json()["status"] == "unregistered"
    assert (await http.put(one, json={"enabled": True})).status_code == 409
    back = await http.post(one, json={"enabled": True})
    assert back.json()["status"] == "active"


async def test_wrong_settings_are_refused_field_by_field_and_nothing_changes(
    http: httpx.AsyncClient,
) -> None:
    one = "/plugins/fraud-detection"
    before = (await http.get(one)).json()["settings"]
    answer = await http.put(one, json={"settings": {**before, "voids_in_window": -1, "x": 1}})
    assert answer.status_code == 422
    assert set(answer.json()["fields"]) == {"voids_in_window", "x"}
    assert (await http.get(one)).json()["settings"] == before


@pytest.mark.parametrize(
    "path", ["/plugins/none", "/services/status/none", "/plugins/none/records"]
)
async def test_an_unknown_id_is_not_found(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_known")


@pytest.mark.parametrize(
    ("service", "status"),
    [
        ("control", "running"),
        ("receipts", "running"),
        ("scanner", "ready"),
        ("age-verification", "active"),
    ],
)
async def test_every_service_has_a_status(
    http: httpx.AsyncClient, service: str, status: str
) -> None:
    assert (await http.get(f"/services/status/{service}")).json()["status"] == status


async def test_health_names_what_is_wrong(lane: VirtualLane, http: httpx.AsyncClient) -> None:
    assert (await http.get("/health")).json()["status"] == "ok"
    lane.scanner.unplug()
    async with asyncio.timeout(5):
        while (health := (await http.get("/health")).json())["status"] == "ok":
            await asyncio.sleep(0.02)
    assert "device scanner is lost" in health["problems"][0]


async def test_health_names_a_printer_without_paper_and_the_receipts_that_wait(
    lane: VirtualLane, http: httpx.AsyncClient
) -> None:
    lane.printer.faults.paper_out = True
    await lane.scanner.scan(by_name(lane.assortment, "Soap").gtin)
    await http.post("/lane/subtotal")
    await http.post("/lane/payment", json={"tender": "card"})
    async with asyncio.timeout(10):
        while len(problems := (await http.get("/health")).json()["problems"]) < 2:
            await asyncio.sleep(0.02)
    assert problems == [
        "device printer is out of paper",
        "receipts that wait for the printer: 1, the oldest of sale 1 (paper is out)",
    ]
    lane.printer.faults.paper_out = False
    assert await lane.printer.wait_for_receipts(1, 20)
    async with asyncio.timeout(5):
        while (await http.get("/health")).json()["status"] != "ok":
            await asyncio.sleep(0.02)


async def test_events_stream_live_and_from_where_a_reader_left_off(
    lane: VirtualLane, http: httpx.AsyncClient
) -> None:
    soap = by_name(lane.assortment, "Soap").gtin

    listening = asyncio.Event()

    async def read(count: int, headers: dict[str, str]) -> list[dict[str, object]]:
        seen: list[dict[str, object]] = []
        async with http.stream("GET", "/events", headers=headers, timeout=10) as stream:
            async for line in stream.aiter_lines():
                listening.set()
                if line.startswith("data: "):
                    seen.append(json.loads(line[6:]))
                if len(seen) == count:
                    break
        return seen

    live = asyncio.create_task(read(2, {}))
    # The first line comes when it is settled from where on the reader hears.
    await asyncio.wait_for(listening.wait(), 10)
    await lane.scanner.scan(soap)
    started, added = await live
    assert [started["type"], added["type"]] == ["pos.basket.started", "pos.item.added"]
    again = await read(1, {"Last-Event-ID": str(started["position"])})
    assert again == [added]
    # The database that gave this position was replaced.
    (first,) = await read(1, {"Last-Event-ID": "1000000000"})
    assert first["position"] == 1
    for path in ("/events?after=1" + 30 * "0", "/events?after=-1"):
        assert (await http.get(path)).status_code == 422
    assert (await http.post(f"/jobs/{10**24}/dismiss")).status_code == 422


async def test_an_import_through_a_running_agent_replaces_the_price_book(
    lane: VirtualLane, http: httpx.AsyncClient
) -> None:
    head = "gtin,description,unit_price,tax_rate,restriction\n"
    bad = await http.put("/price-book", content=head + "123,x,1,19,\n")
    assert (bad.status_code, "line 2" in bad.json()["detail"]) == (422, True)
    good = await http.put("/price-book", content=head + "4006381333931,Pen,1.29,19,\n")
    assert good.json() == {"rows": 1}
    assert await lane.scanner.scan("4006381333931")


async def test_the_socket_is_for_owner_and_group_only(lane: VirtualLane) -> None:
    assert lane.socket.stat().st_mode & 0o777 == 0o660


async def test_the_agent_stops_in_order_while_somebody_listens(
    lane: VirtualLane, http: httpx.AsyncClient
) -> None:
    async with http.stream("GET", "/events", timeout=10) as stream:
        await anext(stream.aiter_lines())
        await lane.stop_agent()
    told = (lane.directory / "agent.log").read_text()
    assert "agent is stopping" in told
    assert lane.agent is None or lane.agent.returncode == 0
    assert "Traceback" not in told
