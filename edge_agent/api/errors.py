"""The errors of the agent, each with a message for the person who reads it.

::

    EdgeAgentError
    ├── ConfigError          a configuration file: which file, which key, what was expected
    ├── ImportRefused        a price book or people file: which lines, and why
    ├── DeviceError
    │   ├── DriverUnavailable  an entry point that does not load, or is no driver
    │   ├── ClaimError       the device cannot be opened now (absent, taken, not permitted)
    │   └── DeviceLost       the device was claimed and is gone
    ├── PluginError
    │   ├── PluginUnavailable  an entry point that does not load, or breaks the contract
    │   └── InvalidSettings    settings that the plugin's own model refuses
    ├── NotFound             an id (plugin, device, service, job) that this lane does not have
    ├── Conflict             what was asked is understood, but cannot be done in this state
    ├── StoreError
    │   ├── StoreUncertain   a commit failed, and what is on the disk cannot be told
    │   ├── StoreLocked      another agent has this data directory open
    │   └── SchemaTooNew     the database was written by a newer agent
    ├── DeliveryError        events were not acknowledged by the broker
    │   └── RecordRefused    the broker will never take one of them
    └── ControlError         the agent's control socket did not answer, or refused
"""


class EdgeAgentError(Exception):
    """Base of every error that the agent raises on purpose."""


class ConfigError(EdgeAgentError):
    """A configuration file is missing, is not TOML, or has a key with a wrong value."""


class ImportRefused(EdgeAgentError):
    """A price book or people file has lines that cannot be taken; nothing was imported."""


class DeviceError(EdgeAgentError):
    """Something about a device, named in the message."""


class DriverUnavailable(DeviceError):
    """A driver is listed, but does not load or is no driver."""


class ClaimError(DeviceError):
    """The device could not be opened for exclusive use."""


class DeviceLost(DeviceError):
    """A claimed device stopped answering or was unplugged."""


class PluginError(EdgeAgentError):
    """Something about a plugin, named in the message."""


class PluginUnavailable(PluginError):
    """The plugin's entry point does not load, or what it loads is not a plugin."""


class InvalidSettings(PluginError):
    """The plugin's settings model refused the values.

    Attributes:
        fields: dotted setting name -> what was wrong with it.
    """

    def __init__(self, plugin: str, fields: dict[str, str]) -> None:
        self.fields = fields
        listed = "; ".join(f"{name}: {reason}" for name, reason in fields.items())
        super().__init__(f"The settings of {plugin} were not changed. {listed}")


class NotFound(EdgeAgentError):
    """The id names nothing on this lane."""


class Conflict(EdgeAgentError):
    """The request is understood, but the thing it names is in a state that does not allow it."""


class StoreError(EdgeAgentError):
    """The local database cannot be used."""


class StoreUncertain(StoreError):
    """A commit failed in a way that leaves open whether it happened."""


class StoreLocked(StoreError):
    """Another process holds the data directory."""


class SchemaTooNew(StoreError):
    """The database was written by a newer version of the agent."""


class DeliveryError(EdgeAgentError):
    """A batch of events was not acknowledged; it stays in the outbox and is sent again."""


class RecordRefused(DeliveryError):
    """The broker will never take one of the records, however often it is sent."""


class ControlError(EdgeAgentError):
    """The control socket did not answer, or answered with a refusal.

    Attributes:
        status: HTTP status, or 0 where there was no answer.
        code: the problem's code, empty where there was no answer.
        fields: for refused settings, setting name -> reason.
    """

    def __init__(
        self,
        message: str,
        status: int = 0,
        code: str = "",
        fields: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.fields = fields or {}
