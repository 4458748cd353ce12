"""Migrated databases have the tables that the models declare."""

from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, inspect
from sqlalchemy.exc import OperationalError
from sqlmodel import SQLModel

from edge_agent.store.connection import open_connection
from edge_agent.store.master_data import MasterData
from edge_agent.store.schema import schema_steps, upgrade
from tests.conftest import SOURCE
from tests.unit.store.journals import read_events, verify, write_events


def shape(connection: Connection) -> dict[str, object]:
    inspector = inspect(connection)
    return {
        table: (
            {c["name"]: (str(c["type"]), c["nullable"]) for c in inspector.get_columns(table)},
            inspector.get_pk_constraint(table)["constrained_columns"],
            sorted(i["name"] or "" for i in inspector.get_indexes(table)),
        )
        for table in inspector.get_table_names()
    }


def test_the_schemas_make_the_tables_of_the_models(tmp_path: Path) -> None:
    declared = create_engine("sqlite://")
    SQLModel.metadata.create_all(declared)
    with open_connection(tmp_path) as connection, declared.connect() as models:
        upgrade(connection, schema_steps())
        assert shape(connection) == shape(models)


def test_upgrading_twice_changes_nothing(tmp_path: Path) -> None:
    with open_connection(tmp_path) as connection:
        upgrade(connection, schema_steps())
        before = shape(connection)
        upgrade(connection, schema_steps())
        assert shape(connection) == before


def test_a_step_that_fails_leaves_the_version_before_it(tmp_path: Path) -> None:
    with open_connection(tmp_path) as connection:
        upgrade(connection, schema_steps())
        bad = [*schema_steps(), "CREATE TABLE fine (a INTEGER); CREATE TABLE fine (a INTEGER)"]
        with pytest.raises(OperationalError):
            upgrade(connection, bad)
        assert connection.exec_driver_sql("PRAGMA user_version").scalar_one() == len(schema_steps())
        assert "fine" not in shape(connection)


def test_a_database_of_the_first_schema_keeps_its_prices(tmp_path: Path) -> None:
    with open_connection(tmp_path) as connection:
        upgrade(connection, schema_steps()[:1])
        connection.exec_driver_sql(
            "INSERT INTO price VALUES ('04006381333931', 'Pen', 129, 'EUR', '19', NULL)"
        )
        connection.commit()
        upgrade(connection, schema_steps())
        item = MasterData(connection).item("04006381333931")
    assert item is not None
    assert (item.description, item.sold_by) == ("Pen", "each")


@pytest.mark.parametrize("pruned", [0, 3])
def test_journal_of_the_second_schema_is_whole(tmp_path: Path, pruned: int) -> None:
    """What an older agent wrote, and what it had pruned, verifies after the upgrade."""
    write_events(tmp_path, 6)
    records = read_events(tmp_path)
    for path in tmp_path.iterdir():
        path.unlink()
    with open_connection(tmp_path) as connection:
        upgrade(connection, schema_steps()[:2])
        connection.exec_driver_sql(
            "INSERT INTO epoch (epoch, source) VALUES (?, ?)", (records[0].epoch, SOURCE)
        )
        for record in records[pruned:]:
            connection.exec_driver_sql(
                "INSERT INTO outbox VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    record.position, record.epoch, record.sequence, record.event_id, record.type,
                    record.version, record.occurred_at, record.body, record.previous_hash,
                    record.hash,
                ),
            )  # fmt: skip
        connection.exec_driver_sql("INSERT INTO cursor VALUES ('kafka', 4)")
    after = write_events(tmp_path, 1)
    assert [record.sequence for record in after] == list(range(pruned + 1, 8))
    assert verify(tmp_path).problems == ()
