"""The composition root: builds the rooms of the agent and runs them until it is told to stop."""

import asyncio
import os
import resource
import signal
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from random import SystemRandom
from time import monotonic, thread_time
from zoneinfo import ZoneInfo

import structlog

from edge_agent import __version__
from edge_agent.api.errors import StoreError
from edge_agent.api.lane import LaneState
from edge_agent.config import Config, KafkaSection
from edge_agent.control.server import ControlServer, free_socket
from edge_agent.logs import log_loop_errors
from edge_agent.runtime.clock_watch import ClockWatch
from edge_agent.runtime.delivery_journal import DeliveryJournal
from edge_agent.runtime.devices.host import DeviceHost
from edge_agent.runtime.devices.hotplug import Hotplug
from edge_agent.runtime.devices.manager import DeviceManager
from edge_agent.runtime.devices.recorder import DeviceRecorder
from edge_agent.runtime.devices.status import DeviceSetup
from edge_agent.runtime.jobs.housekeeping import Housekeeping
from edge_agent.runtime.jobs.http_calls import HttpCaller
from edge_agent.runtime.jobs.outputs import Outputs
from edge_agent.runtime.jobs.queue import JobQueue
from edge_agent.runtime.jobs.remote_calls import RemoteCalls
from edge_agent.runtime.jobs.service import JobService
from edge_agent.runtime.pipeline.changes import ChangeSignals
from edge_agent.runtime.pipeline.pipeline import HeadSigner, Pipeline, Policy
from edge_agent.runtime.pipeline.timers import Timers
from edge_agent.runtime.pipeline.unit_of_work import Budget
from edge_agent.runtime.plugins.slot import PluginSeed, PluginSlot, PluginStatus, load_slot
from edge_agent.runtime.plugins.watchdog import Watchdog
from edge_agent.runtime.registry import Registry
from edge_agent.runtime.self_report import SelfReport
from edge_agent.runtime.supervisor import Supervisor
from edge_agent.services import AgentServices
from edge_agent.store.lock import DirectoryLock
from edge_agent.store.reader import Reader
from edge_agent.store.transaction import Transaction
from edge_agent.store.writer import Writer
from sync.forwarder import CURSOR, Forwarder
from sync.kafka import KafkaPublisher, KafkaSettings

log = structlog.get_logger()
STOP_DEADLINE_S = 20.0
PLUGIN_DEADLINE_S = 1.0
SECONDS_A_DAY = 86_400
FEWEST_DESCRIPTORS = 1024


def utc_now() -> datetime:
    """The agent's only clock."""
    return datetime.now(UTC)


def prepare_data_dir(path: Path) -> DirectoryLock:
    """Makes the data directory, for its owner only, and locks it; raises ``StoreError``."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        return DirectoryLock(path)
    except OSError as error:
        raise StoreError(f"data_dir {path} cannot be used: {error.strerror}.") from error


def reserve_descriptors() -> None:
    """Allow more open files than the control socket's connections can ever take."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FEWEST_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(FEWEST_DESCRIPTORS, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def build_pipeline(
    config: Config, changes: ChangeSignals, on_death: Callable[[], None]
) -> Pipeline:
    """The pipeline over the configured data directory."""
    return Pipeline(
        Policy(
            intake=config.intake,
            no_sale_needs_lead=config.lane.no_sale == "lead",
            budget=Budget(
                config.agent.plugin_budget_ms / 1000, thread_time, Watchdog(PLUGIN_DEADLINE_S)
            ),
        ),
        utc_now,
        os.urandom,
        lambda committed, rolled_back: Writer(
            config.agent.data_dir,
            config.lane.source,
            os.urandom,
            on_commit=committed,
            on_rollback=rolled_back,
            on_death=on_death,
        ),
        changes.notify_from_thread,
        signer(config),
    )


def signer(config: Config) -> HeadSigner | None:
    """The signer of the journal; None where no key is configured. Raises ``ConfigError``."""
    if config.agent.signing_key_file is None:
        return None
    from edge_agent.store.signing import Signer  # noqa: PLC0415 - costs memory only where used

    return Signer.load(config.agent.signing_key_file)


async def start_pipeline(pipeline: Pipeline, config: Config, registry: Registry) -> None:
    """Puts the lane and its plugins back as the last commit left them."""
    fresh = LaneState(
        store=config.lane.store,
        lane=config.lane.lane,
        currency=config.lane.currency,
        prices_include_tax=config.lane.prices_include_tax,
    )

    def slots(tx: Transaction) -> Mapping[str, PluginSlot]:
        stored = {plugin.name: plugin for plugin in tx.plugins.load()}
        seeds = {
            name: PluginSeed(enabled=table.enabled, settings=table.settings)
            for name, table in config.plugins.items()
        }
        return {
            name: load_slot(
                name, registry, stored.get(name), seeds.get(name), tx.plugin_states.of_plugin
            )
            for name in sorted({*registry.plugins, *stored, *seeds})
        }

    await pipeline.start(fresh, slots, __version__)
    for slot in pipeline.state.plugins.values():
        if slot.status is PluginStatus.UNAVAILABLE:
            log.warning("plugin is unavailable", plugin=slot.name, reason=slot.detail)


async def run_agent(config: Config, lines_lost: Callable[[], int]) -> None:
    """Run until SIGTERM or SIGINT, then stop in order.

    Args:
        lines_lost: how many log lines could not be written.

    Raises:
        StoreError: the database cannot be used, or another agent uses it.
    """
    reserve_descriptors()
    lock = prepare_data_dir(config.agent.data_dir)
    free_socket(config.agent.socket)
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    try:
        await _run(config, stopping, lines_lost)
    finally:
        lock.release()


async def _run(config: Config, stopping: asyncio.Event, lines_lost: Callable[[], int]) -> None:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(log_loop_errors)
    receipt_context = config.receipt.receipt_context(ZoneInfo(config.lane.time_zone))
    changes = ChangeSignals(loop)
    registry = Registry()
    died = asyncio.Event()

    def on_death() -> None:
        loop.call_soon_threadsafe(died.set)
        loop.call_soon_threadsafe(stopping.set)

    pipeline = build_pipeline(config, changes, on_death)
    await start_pipeline(pipeline, config, registry)
    reader = Reader(config.agent.data_dir)
    caller = HttpCaller()
    recorder = DeviceRecorder(pipeline)
    devices = DeviceManager(
        [
            DeviceHost(
                DeviceSetup(device.name, device.driver, device.options),
                registry,
                pipeline.scan,
                recorder,
                utc_now,
                SystemRandom(),
                config.lane.drawer_left_open_after_s,
            )
            for device in config.devices
        ]
    )
    jobs = JobService(pipeline)
    queue = JobQueue(reader, changes.jobs, utc_now)
    outputs = Outputs(jobs, queue, devices, receipt_context, utc_now)
    forwarder = _forwarder(config, reader, changes, pipeline)
    report = SelfReport(pipeline)
    supervisor = Supervisor(report.service_failed)
    services = AgentServices(
        pipeline,
        jobs,
        reader,
        changes,
        devices,
        supervisor,
        forwarder.status if forwarder is not None else None,
        lines_lost,
    )
    for host in devices.hosts:
        # One that is set up wrongly has nothing to do; its own state says so.
        supervisor.start(f"device:{host.name}", host.run, may_end=True)
    supervisor.start("hotplug", Hotplug(devices.look_now).run)
    supervisor.start("receipts", outputs.print_receipts)
    supervisor.start("drawers", outputs.open_drawers)
    supervisor.start("http-calls", RemoteCalls(pipeline, jobs, queue, caller, utc_now).run)
    supervisor.start("timers", Timers(pipeline, reader, changes.timers, utc_now).run)
    retention_s = config.agent.retention_days * SECONDS_A_DAY
    supervisor.start("housekeeping", Housekeeping(jobs, CURSOR, retention_s, monotonic).run)
    watch = ClockWatch(report.clock_jumped, utc_now, monotonic)
    supervisor.start("clock", watch.run)
    supervisor.start("announcement", pipeline.announce, may_end=True)
    if forwarder is not None:
        supervisor.start("forwarder", forwarder.run)
    supervisor.start("control", ControlServer(services, config.agent.socket).run)
    log.info("agent is up", lane=config.lane.source, version=__version__)
    try:
        await stopping.wait()
    finally:
        log.info("agent is stopping")
        await supervisor.stop(STOP_DEADLINE_S)
        await caller.close()
        reader.close()
        if died.is_set():
            raise StoreError("The database thread failed; the log says why.")
        await pipeline.stop()


def kafka_settings(table: KafkaSection) -> KafkaSettings:
    """``[kafka]`` as the publisher takes it."""
    return KafkaSettings(
        bootstrap_servers=table.bootstrap_servers,
        topic=table.topic,
        delivery_timeout_s=table.delivery_timeout_s,
        client=table.client,
        ca_file=table.ca_file,
        certificate_file=table.certificate_file,
        key_file=table.key_file,
    )


def _forwarder(
    config: Config, reader: Reader, changes: ChangeSignals, pipeline: Pipeline
) -> Forwarder | None:
    if config.kafka is None:
        return None
    return Forwarder(
        config.lane.source,
        reader,
        changes.events,
        KafkaPublisher(kafka_settings(config.kafka)),
        DeliveryJournal(pipeline, utc_now),
        batch_size=config.kafka.batch_size,
        longest_pause_s=config.kafka.longest_pause_s,
    )
