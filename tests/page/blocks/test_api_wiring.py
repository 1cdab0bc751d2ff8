"""A page is called by programs, by real clients of Gradio and of the Model Context Protocol."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args, get_type_hints

import pytest

from pfviz.exports.registry import EXPORT_FORMATS
from pfviz.page import Page, build_page
from pfviz.page.blocks import api_wiring
from pfviz.trace.json_file import loads
from tests.browser import chromium
from tests.browser.conftest import wait_until
from tests.browser.fake_pair import FakeEngine
from tests.coroutines import run_coroutine

ENDPOINTS = ("run", "resume", "score", "options", "list_runs", "get", "compare", "diagnose", "export")
PROBLEM = "Compute 2 + 3 * 4"


@pytest.fixture(scope="module")
def page() -> Page:
    return build_page(FakeEngine(pace=0))


@pytest.fixture(scope="module")
def served() -> Iterator[Page]:
    made = build_page(FakeEngine(pace=0))
    made.launch(prevent_thread_lock=True, quiet=True, server_port=chromium.free_port(), warm=False)
    yield made
    made.close()


@pytest.fixture
def client(served: Page) -> Iterator[Any]:
    from gradio_client import Client

    made = Client(served.local_url, verbose=False)
    yield made
    made.close()


def test_the_api_lists_what_is_meant_for_programs_and_nothing_else(page: Page) -> None:
    info = page.get_api_info()
    assert info is not None
    assert tuple(info["named_endpoints"]) == tuple(f"/{name}" for name in ENDPOINTS)
    assert info["unnamed_endpoints"] == {}


def test_every_value_of_an_endpoint_has_a_type_and_every_argument_a_description(page: Page) -> None:
    info = page.get_api_info()
    assert info is not None
    for name, endpoint in info["named_endpoints"].items():
        function = next(fn.fn for fn in page.fns.values() if fn.api_name == name[1:])
        assert all(value["type"] for value in (*endpoint["parameters"], *endpoint["returns"])), name
        for parameter in endpoint["parameters"]:
            assert f"{parameter['parameter_name']}: " in (function.__doc__ or ""), name
    (told,) = info["named_endpoints"]["/run"]["returns"]
    assert {"status", "step", "result"} <= told["type"]["properties"].keys()


def test_the_formats_of_an_export_are_those_of_the_registry(page: Page) -> None:
    export = next(fn.fn for fn in page.fns.values() if fn.api_name == "export")
    assert get_args(get_type_hints(export)["format"]) == tuple(EXPORT_FORMATS)


def test_mcp_is_served_where_it_is_installed_in_a_version_that_gradio_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    for known, expected in (("1.30.0", True), ("2.3.0", False)):
        monkeypatch.setattr(api_wiring, "version", lambda name, known=known: known)
        assert api_wiring.can_serve_mcp() is expected
    monkeypatch.setattr(api_wiring, "version", lambda name: "1.30.0")
    for said, expected in (("0", False), ("false", False), ("1", True), ("", True)):
        monkeypatch.setenv("GRADIO_MCP_SERVER", said)
        assert api_wiring.can_serve_mcp() is expected

    def refuse(name: str) -> str:
        raise api_wiring.PackageNotFoundError(name)

    monkeypatch.setattr(api_wiring, "version", refuse)
    assert not api_wiring.can_serve_mcp()


def test_what_a_tool_answers_is_json() -> None:
    server = SimpleNamespace(postprocess_output_data=lambda data, root: [root, *data])
    api_wiring.answer_in_json(server)
    assert server.postprocess_output_data([{"a": None}, "text"], "root") == ["root", '{"a": null}', "text"]


@pytest.mark.slow
def test_a_run_streams_to_a_client_of_gradio_and_ends_with_its_trace(client: Any) -> None:
    *before, last = client.submit(PROBLEM, particles=4, seed=3, api_name="/run")
    assert {update["status"] for update in before} <= {"loading", "queued", "running"}
    trace = loads(last["result"]["trace"])
    assert (trace.problem, trace.particles, trace.seed) == (PROBLEM, 4, 3)
    again = client.predict(PROBLEM, particles=4, seed=3, detail="summary", api_name="/run")["result"]
    assert again["answer"] == trace.answer
    assert client.predict(again["run"], "trace", api_name="/get")["answer"] == trace.answer


@pytest.mark.slow
def test_a_client_of_gradio_reads_runs(client: Any) -> None:
    names = [item["run"] for item in client.predict(api_name="/list_runs")]
    assert "story:rescue" in names
    assert len(client.predict(["story:rescue", "story:loses"], api_name="/compare")["labels"]) == 2
    assert client.predict(["story:rescue"], api_name="/diagnose")["runs"] == 1
    assert client.predict("story:rescue", "graphml", api_name="/export")["name"].endswith(".graphml")
    assert "embedded" in client.predict(api_name="/options")["models"]
    (scored,) = client.predict(PROBLEM, [["3 * 4 = 12", "12 + 2 = 14"]], api_name="/score")
    assert [0 <= value <= 1 for value in scored] == [True, True]


@pytest.mark.slow
def test_what_is_refused_comes_to_the_client_as_a_sentence_and_events_of_the_page_are_not_for_it(client: Any) -> None:
    with pytest.raises(Exception, match="must lie between"):
        client.predict(PROBLEM, particles=100_000, api_name="/run")
    with pytest.raises(Exception, match="no run"):
        client.predict("nothing", api_name="/get")
    with pytest.raises(ValueError, match="Cannot find"):
        client.predict(api_name="/press_run")


@pytest.mark.slow
def test_a_client_who_cancels_stops_the_run(served: Page, client: Any) -> None:
    engine: Any = served.engine
    engine.generator.gate.clear()
    job = client.submit("held 1 + 1", particles=2, api_name="/run")
    for update in job:
        if update["step"] >= 3:
            break
    job.cancel()
    engine.generator.gate.set()
    wait_until(lambda: engine.shares.running_count() == 0)


@pytest.mark.slow
def test_a_client_of_the_model_context_protocol_uses_the_tools(served: Page) -> None:
    pytest.importorskip("mcp", reason="the package mcp is not installed: pip install 'pfviz[mcp]'")
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    async def use() -> None:
        address = f"{served.local_url}gradio_api/mcp/"
        async with streamable_http_client(address) as (read, write, _), ClientSession(read, write) as session:
            await session.initialize()
            tools = {tool.name: tool for tool in (await session.list_tools()).tools}
            assert set(tools) == set(ENDPOINTS)
            assert tools["run"].inputSchema["properties"]["particles"]["type"] == "integer"
            assert tools["get"].inputSchema["properties"]["detail"]["enum"] == ["trace", "summary"]
            for name, given, known in (
                ("run", {"problem": PROBLEM, "particles": 2, "detail": "summary"}, "result"),
                ("get", {"run": "story:rescue", "detail": "summary"}, "answer"),
                ("compare", {"runs": ["story:rescue", "story:loses"]}, "labels"),
                ("diagnose", {"runs": ["story:rescue"]}, "measures"),
            ):
                answered = await session.call_tool(name, given)
                assert not answered.isError, name
                assert json.loads(answered.content[0].text)[known], name  # type: ignore[union-attr]
            refused = await session.call_tool("get", {"run": "nothing"})
            assert refused.isError
            assert "no run" in refused.content[0].text  # type: ignore[union-attr]

    run_coroutine(use())


@pytest.mark.slow
def test_the_example_of_the_documents_runs(served: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (Path(__file__).parents[3] / "docs" / "api.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(from pathlib.*?)```", text, flags=re.DOTALL)
    monkeypatch.chdir(tmp_path)
    example = example.replace("http://127.0.0.1:7860", served.local_url)
    names: dict[str, Any] = {}
    exec(compile(example, "docs/api.md", "exec"), names)
    assert loads((tmp_path / "run.json").read_text(encoding="utf-8")).particles == 8
    names["page"].close()


@pytest.mark.slow
def test_a_page_starts_where_mcp_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_wiring, "can_serve_mcp", lambda: False)
    made = build_page(FakeEngine(pace=0))
    made.launch(prevent_thread_lock=True, quiet=True, server_port=chromium.free_port(), warm=False)
    assert not made.mcp_server
    assert made.mcp_server_obj is None
    made.close()
