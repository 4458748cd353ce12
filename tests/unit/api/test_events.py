"""The catalogue."""

import pytest
from pydantic import ValidationError

from edge_agent.api import events
from edge_agent.api.events import CATALOGUE, AgentStopped, Event, catalogue_json_schema, parse_event
from edge_agent.testing import NOON
from tests.conftest import SEVEN_OF_A_SALE


def test_catalogue_begins_with_the_seven_of_a_sale() -> None:
    assert list(CATALOGUE)[:7] == SEVEN_OF_A_SALE


def test_every_event_class_is_in_the_catalogue() -> None:
    defined = {c for c in vars(events).values() if isinstance(c, type) and issubclass(c, Event)}
    assert defined - {Event} == set(CATALOGUE.values())


def test_every_event_says_what_it_is() -> None:
    assert all(
        event.__doc__ and event.model_fields["version"].default for event in CATALOGUE.values()
    )


def test_an_event_is_read_back_as_its_own_type() -> None:
    stopped = AgentStopped(occurred_at=NOON)
    assert parse_event(stopped.model_dump_json()) == stopped


def test_a_type_outside_the_catalogue_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"pos\.nonsense"):
        parse_event('{"type": "pos.nonsense", "version": 1}')


def test_json_schema_names_every_type() -> None:
    mapping = catalogue_json_schema()["discriminator"]["mapping"]
    assert set(mapping) == set(CATALOGUE)
