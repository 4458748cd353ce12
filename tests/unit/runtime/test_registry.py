"""What is installed is listed; what is broken is a status, never a crash."""

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from edge_agent.api.errors import NotFound, PluginUnavailable
from edge_agent.runtime.plugins.slot import PluginSeed, PluginStatus, load_slot
from edge_agent.runtime.registry import Offer, Registry
from edge_agent.store.plugin_table import StoredPlugin

PLUGINS = "tests.unit.runtime.plugins_for_tests"


def registry(name: str, target: str) -> Registry:
    made = Registry()
    made.plugins = {name: Offer(name, "some-dist", EntryPoint(name, target, "edge_agent.plugins"))}
    return made


def test_our_own_come_in_through_entry_points() -> None:
    found = Registry()
    assert {"serial-scanner", "network-printer"} <= set(found.drivers)
    assert {
        "age-verification",
        "customer-lookup",
        "employee-time",
        "fraud-detection",
        "purchase-recommender",
    } <= set(found.plugins)


def test_every_plugin_of_ours_keeps_the_contract() -> None:
    found = Registry()
    for name in found.plugins:
        assert load_slot(name, found, None, None).status in (
            PluginStatus.ACTIVE,
            PluginStatus.INACTIVE,
        )


def test_an_unknown_driver_is_named_with_the_known_ones() -> None:
    with pytest.raises(NotFound, match=r"'teleporter'.*serial-scanner"):
        Registry().load_driver("teleporter")


@pytest.mark.parametrize(
    ("name", "target", "says"),
    [
        ("x", "no.such.module:Thing", "does not load: ModuleNotFoundError"),
        ("x", "json:dumps", "is not a Plugin"),
        ("x", f"{PLUGINS}:Counter", "a plugin named 'counter'"),
        ("x", "edge_agent.api.plugin:Plugin", "does not define"),
    ],
)
def test_a_broken_entry_point_is_unavailable_with_its_reason(
    name: str, target: str, says: str
) -> None:
    made = registry(name, target)
    with pytest.raises(PluginUnavailable, match=says):
        made.load_plugin(name)
    slot = load_slot(name, made, None, None)
    assert (slot.status, says in slot.detail) == (PluginStatus.UNAVAILABLE, True)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("    handles = [ItemAdded]", "Wrong.handles must be a tuple"),
        ("    handles = (ItemAdded,)\n    publishes = ('x',)", "Wrong.publishes must be a tuple"),
        (
            "    handles = (ItemAdded,)\n"
            "    guards = (Guard(event=ItemAdded, when_set='typo', message='m'),)",
            "ItemAdded has no field 'typo'",
        ),
        ("    import sys; sys.exit(3)", "SystemExit: 3"),
    ],
)
def test_a_wrong_declaration_is_said_and_stops_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str, says: str
) -> None:
    module = f"wrong_{abs(hash(wrong))}"
    (tmp_path / f"{module}.py").write_text(
        "from edge_agent.api.events import ItemAdded\n"
        "from edge_agent.api.plugin import Guard, Plugin, Settings, State\n"
        "class Wrong(Plugin[Settings, State]):\n"
        f"    name = title = summary = 'wrong'\n{wrong}\n"
        "    def decide(self, event, state, lane): ...\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    slot = load_slot("wrong", registry("wrong", f"{module}:Wrong"), None, None)
    assert slot.status is PluginStatus.UNAVAILABLE
    assert says in slot.detail


@pytest.mark.parametrize(
    ("version", "body", "says"),
    [
        (0, '{"count": "Jane Doe"}', "version 0 of its states stored (ValidationError)"),
        (0, "Jane", "version 0 of its states stored (JSONDecodeError)"),
        (9, "{}", "a newer version of it stored"),
    ],
)
def test_states_that_are_not_understood(version: int, body: str, says: str) -> None:
    """The plugin is unavailable, and what it had stored is neither touched nor repeated."""
    stored = StoredPlugin("counter", True, True, "{}", version)
    made = registry("counter", f"{PLUGINS}:Counter")
    slot = load_slot("counter", made, stored, None, lambda _: {"": body})
    assert (slot.status, slot.upgraded) == (PluginStatus.UNAVAILABLE, None)
    assert slot.stored().state_version == version
    assert says in slot.detail
    assert "Jane" not in slot.detail
    with pytest.raises(PluginUnavailable, match="does not understand"):
        slot.with_settings({})


def test_states_are_upgraded() -> None:
    stored = StoredPlugin("counter", True, True, "{}", 0)
    made = registry("counter", f"{PLUGINS}:Counter")
    slot = load_slot("counter", made, stored, None, lambda _: {"a": '{"count": 3}'})
    assert (slot.status, slot.upgraded) == (PluginStatus.ACTIVE, {"a": '{"count":3}'})
    assert slot.stored().state_version == 1


def test_the_configuration_only_seeds() -> None:
    made = registry("counter", f"{PLUGINS}:Counter")
    seed = PluginSeed(enabled=False, settings={"step": 5})
    fresh = load_slot("counter", made, None, seed)
    assert (fresh.enabled, fresh.settings) == (False, {"step": 5})
    stored = StoredPlugin("counter", True, True, '{"step": 7}', 1)
    known = load_slot("counter", made, stored, seed)
    assert (known.enabled, known.settings) == (True, {"step": 7})


def test_stored_settings_that_no_longer_fit_make_it_unavailable_not_reset() -> None:
    made = registry("counter", f"{PLUGINS}:Counter")
    slot = load_slot("counter", made, StoredPlugin("counter", True, True, '{"old": 1}', 1), None)
    assert slot.status is PluginStatus.UNAVAILABLE
    assert (slot.enabled, slot.settings) == (True, {"old": 1})


def test_a_plugin_that_was_uninstalled_stays_visible() -> None:
    made = registry("other", f"{PLUGINS}:Counter")
    slot = load_slot("gone", made, StoredPlugin("gone", True, True, "{}", 1), None)
    assert "Plugin gone is not installed" in slot.detail


def test_wrong_settings_in_the_configuration_can_be_put_right_while_it_runs() -> None:
    made = registry("broken", f"{PLUGINS}:Broken")
    slot = load_slot("broken", made, None, PluginSeed(enabled=None, settings={"typo": 1}))
    assert slot.status is PluginStatus.UNAVAILABLE
    assert "typo" in slot.detail
    assert slot.with_settings({"step": 2}).plugin is not None


def test_a_plugin_nobody_has_is_shown_and_holds_up_no_sale() -> None:
    slot = load_slot("typo", Registry(), None, PluginSeed(enabled=True, settings={}))
    assert (slot.status, slot.guards) == (PluginStatus.UNAVAILABLE, ())


def test_a_plugin_that_somebody_relied_on_guards_even_when_it_is_gone() -> None:
    slot = load_slot("gone", Registry(), StoredPlugin("gone", True, True, "{}", 4), None)
    assert [guard.when_set for guard in slot.guards] == ["restriction"]
    assert slot.stored().state_version == 4


def test_a_strangers_plugin_starts_switched_off() -> None:
    slot = load_slot("counter", registry("counter", f"{PLUGINS}:Counter"), None, None)
    assert slot.status is PluginStatus.INACTIVE
