"""All tables over one connection."""

from sqlalchemy import Connection

from edge_agent.store.epochs import Epochs
from edge_agent.store.job_table import JobTable
from edge_agent.store.master_data import MasterData
from edge_agent.store.outbox import Outbox
from edge_agent.store.plugin_states import PluginStates
from edge_agent.store.plugin_table import PluginTable
from edge_agent.store.retention import Retention
from edge_agent.store.snapshots import Snapshots


class Database:
    """The rooms of the database file, reached through one connection."""

    def __init__(self, connection: Connection) -> None:
        self.outbox = Outbox(connection)
        self.epochs = Epochs(connection)
        self.retention = Retention(connection)
        self.snapshots = Snapshots(connection)
        self.plugins = PluginTable(connection)
        self.plugin_states = PluginStates(connection)
        self.jobs = JobTable(connection)
        self.master_data = MasterData(connection)
