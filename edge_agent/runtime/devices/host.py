"""Runs one device: claims it, serves it, notices that it is lost, backs off and claims it again."""

import asyncio
import contextlib
import traceback
from collections.abc import Awaitable, Callable
from datetime import datetime
from random import Random
from typing import Any

import structlog
from pydantic import ValidationError

from edge_agent.api.device import (
    DataEvent,
    DeviceClass,
    DeviceEvent,
    DeviceState,
    Driver,
    ErrorEvent,
    Output,
    OutputCompleteEvent,
    OutputDriver,
    OutputOutcome,
    Reply,
    StatusUpdateEvent,
    checked_classes,
)
from edge_agent.api.errors import DeviceError, EdgeAgentError, StoreError
from edge_agent.api.text import described, fit
from edge_agent.api.validation import explain
from edge_agent.api.values import Scan
from edge_agent.runtime.backoff import backoff_s
from edge_agent.runtime.devices.drawer_watch import DrawerWatch
from edge_agent.runtime.devices.recorder import DeviceRecorder
from edge_agent.runtime.devices.status import DeviceSetup, DeviceStatus
from edge_agent.runtime.registry import Registry

log = structlog.get_logger()
SHORTEST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 0.7
STEADY_AFTER_S = 10.0
LONGEST_FAULTY_PAUSE_S = 30.0
_DRAWER = "drawer"


class DeviceHost:
    """The state machine of one device, and the ``Host`` its driver sees."""

    def __init__(
        self,
        setup: DeviceSetup,
        registry: Registry,
        take_scan: Callable[[Scan], Awaitable[Reply]],
        recorder: DeviceRecorder,
        clock: Callable[[], datetime],
        random: Random,
        drawer_left_open_after_s: float,
    ) -> None:
        """
        Args:
            take_scan: commits a scan and says whether the lane took it.
        """
        self._setup = setup
        self._registry = registry
        self._take_scan = take_scan
        self._recorder = recorder
        self._clock = clock
        self._random = random
        self._driver: Driver[Any] | None = None
        self._classes: frozenset[DeviceClass] = frozenset()
        self._state = DeviceState.CLOSED
        self._detail = "not claimed yet"
        self._facts: dict[str, str] = {}
        self._one_output = asyncio.Lock()
        self._arrived = asyncio.Event()
        self._faults = 0
        self._drawer = DrawerWatch(setup.name, recorder, drawer_left_open_after_s)

    @property
    def name(self) -> str:
        """The device's name in the configuration file."""
        return self._setup.name

    def status(self) -> DeviceStatus:
        """The device as of now."""
        return DeviceStatus(
            name=self._setup.name,
            driver=self._setup.driver,
            classes=tuple(sorted(self._classes)),
            state=self._state,
            detail=self._detail,
            facts=dict(self._facts),
        )

    def now(self) -> datetime:
        """UTC."""
        return self._clock()

    async def fire(self, event: DeviceEvent) -> Reply:
        """Take an event of the driver; return when it is committed."""
        match event:
            case DataEvent(scan=scan):
                return await self._scan(scan)
            case StatusUpdateEvent(facts=facts):
                told = {fit(str(key)): fit(str(value)) for key, value in facts.items()}
                changed = {
                    key: value for key, value in told.items() if self._facts.get(key) != value
                }
                self._facts.update(changed)
                # The drawer moves with every sale and has events of its own.
                if drawer := changed.pop(_DRAWER, None):
                    await self._drawer.seen(drawer)
                if changed:
                    words = ", ".join(f"{key} {value}" for key, value in sorted(changed.items()))
                    await self._report(self._state, words)
            case ErrorEvent(locus=locus, message=message):
                log.warning("device error", device=self.name, locus=locus, message=message)
                await self._report("error", message)
        return Reply(accepted=True)

    async def _scan(self, scan: Scan) -> Reply:
        try:
            return await self._take_scan(scan)
        # A full disk, or a fault of ours: the scanner beeps its error and stays in service.
        except Exception as error:
            self._fault("scan not taken", error)
            reason = str(error) if isinstance(error, EdgeAgentError) else type(error).__name__
            return Reply(accepted=False, message=f"The scan was not taken: {reason}")

    async def output(self, request: Output, not_after: datetime | None) -> OutputCompleteEvent:
        """Prints or opens; a device that is not ready certainly does nothing.

        Args:
            not_after: an output that has to wait for another one until then is not done at all.
        """
        patience = None if not_after is None else (not_after - self._clock()).total_seconds()
        too_late = not_done(request, OutputOutcome.FAILED, f"the {self.name} was busy for too long")
        try:
            async with asyncio.timeout(patience):
                await self._one_output.acquire()
        except TimeoutError:
            return too_late
        try:
            if not_after is not None and self._clock() > not_after:
                return too_late
            if self._state is not DeviceState.READY or not isinstance(self._driver, OutputDriver):
                detail = f"the {self.name} is {self._state}"
                return not_done(request, OutputOutcome.FAILED, detail)
            try:
                return await self._driver.output(request)
            # A stranger's driver may raise anything, and may have printed before it did.
            except (Exception, SystemExit) as error:
                self._fault("driver fault", error)
                detail = described(error)
                return not_done(request, OutputOutcome.UNCERTAIN, detail)
        finally:
            self._one_output.release()

    async def run(self) -> None:
        """Serves the device until cancelled; a driver that cannot be loaded is shown as broken."""
        try:
            driver_type = self._registry.load_driver(self._setup.driver)
            config = driver_type.parse_config(self._setup.options)
            driver = driver_type(self.name, config, self)
            self._classes = checked_classes(driver.device_classes)
            self._driver = driver
        except ValidationError as error:
            problems = "; ".join(explain(error))
            await self._become(DeviceState.BROKEN, f"wrong configuration: {problems}")
            return
        except EdgeAgentError as error:
            await self._become(DeviceState.BROKEN, str(error))
            return
        # A stranger's driver may raise anything; the other devices go on.
        except (Exception, SystemExit) as error:
            self._fault("driver fault", error)
            await self._become(DeviceState.BROKEN, described(error))
            return
        failures = 0
        while True:
            served = await self._claim_and_run(self._driver)
            failures = 0 if served else failures + 1
            pause = max(
                backoff_s(failures, SHORTEST_PAUSE_S, LONGEST_PAUSE_S),
                # A driver that is wrong again and again must not fill the journal.
                backoff_s(self._faults, SHORTEST_PAUSE_S, LONGEST_FAULTY_PAUSE_S),
            )
            self._arrived.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause * self._random.uniform(0.5, 1.0)):
                    await self._arrived.wait()

    def look_now(self) -> None:
        """Something was plugged in: perhaps this device."""
        self._arrived.set()

    async def _claim_and_run(self, driver: Driver[Any]) -> bool:
        """One life of the device; whether it was ready for a good while."""
        loop = asyncio.get_running_loop()
        claimed_at: float | None = None
        try:
            await driver.claim()
            claimed_at = loop.time()
            await self._become(DeviceState.READY, "claimed and enabled")
            await driver.run()
            await self._become(DeviceState.LOST, "the driver stopped serving it")
        except DeviceError as error:
            self._faults = 0
            await self._become(DeviceState.LOST, str(error))
        # A stranger's driver may raise anything: its device is lost, the lane is not.
        except (Exception, SystemExit) as error:
            self._faults += 1
            self._fault("driver fault", error)
            await self._become(
                DeviceState.LOST, f"its driver failed ({type(error).__name__}); the log says why"
            )
        except asyncio.CancelledError:
            self._state, self._detail = DeviceState.CLOSED, "released"
            self._drawer.stop()
            raise
        finally:
            await driver.release()
        return claimed_at is not None and loop.time() - claimed_at > STEADY_AFTER_S

    async def _become(self, state: DeviceState, detail: str) -> None:
        detail = fit(detail)
        if (state, detail) == (self._state, self._detail):
            return
        self._state, self._detail = state, detail
        if state is not DeviceState.READY:
            self._facts.clear()
        say = log.info if state is DeviceState.READY else log.warning
        say("device", device=self.name, state=state, detail=detail)
        await self._report(self._state, detail)

    async def _report(self, state: str, detail: str) -> None:
        try:
            await self._recorder.device_changed(self.name, state, detail, self._trouble())
        except StoreError as error:
            # A full disk must not stop the device from being served and claimed again.
            log.error("not recorded", device=self.name, detail=detail, reason=str(error))  # noqa: TRY400

    def _fault(self, what: str, error: BaseException) -> None:
        """Says where it happened and not in which words: they may repeat what was scanned."""
        frames = traceback.format_tb(error.__traceback__)
        log.error(what, device=self.name, error=type(error).__name__, where="".join(frames))

    def _trouble(self) -> str:
        """Advice about this device for the cashier; empty where all is well."""
        if self._state is DeviceState.LOST:
            return f"The {self.name} does not answer. Check its cable and power."
        if self._state is DeviceState.BROKEN:
            return f"The {self.name} is set up wrongly. Tell IT."
        status = self.status()
        told = (*status.obstacles, *status.warnings)
        return f"The {self.name} {' and '.join(told)}." if told else ""


def not_done(request: Output, outcome: OutputOutcome, detail: str) -> OutputCompleteEvent:
    """The end of an output that no driver reported."""
    return OutputCompleteEvent(output_id=request.output_id, outcome=outcome, detail=detail)
