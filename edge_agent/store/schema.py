"""Numbered schemas: how a database of any older version becomes one of this version.

``schemas/001.sql`` makes an empty database version 1, ``002.sql`` takes version 1 to 2, and so on;
SQLite's ``user_version`` says where a file stands. Numbered files rather than Alembic: the agent
upgrades unattended on thousands of lanes, each step must be one SQLite transaction that can be
read as it runs, and there is one database dialect and one line of history.
"""

from importlib.resources import files

from sqlalchemy import Connection

from edge_agent.api.errors import SchemaTooNew, StoreError


def schema_steps() -> list[str]:
    """The SQL of each step, in order; the step at index ``n`` makes version ``n + 1``."""
    folder = files("edge_agent.store") / "schemas"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return [(folder / name).read_text("utf-8") for name in names]


def check_newest(connection: Connection) -> None:
    """Raise where the database is not of this agent's schema.

    Raises:
        StoreError: it is older, and is upgraded when the agent starts.
        SchemaTooNew: it was written by a newer agent.
    """
    version, newest = _version(connection), len(schema_steps())
    if version > newest:
        raise _too_new(version, newest)
    if version < newest:
        raise StoreError(
            f"The database has schema {version}, this agent reads {newest}. "
            "Start the agent once; it upgrades the database."
        )


def upgrade(connection: Connection, steps: list[str]) -> None:
    """Brings the database to the newest version, each step in a transaction of its own.

    Raises:
        SchemaTooNew: the file was written by a newer agent; it is left untouched.
    """
    version = _version(connection)
    if version > len(steps):
        raise _too_new(version, len(steps))
    for number, script in enumerate(steps[version:], start=version + 1):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            for statement in filter(str.strip, script.split(";")):
                connection.exec_driver_sql(statement)
            connection.exec_driver_sql(f"PRAGMA user_version = {number}")
            connection.exec_driver_sql("COMMIT")
        except BaseException:
            connection.exec_driver_sql("ROLLBACK")
            raise


def _version(connection: Connection) -> int:
    version: int = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    return version


def _too_new(version: int, newest: int) -> SchemaTooNew:
    return SchemaTooNew(
        f"The database has schema {version}, this agent knows up to {newest}. "
        "Install the newer agent again, or restore the backup made before the update."
    )
