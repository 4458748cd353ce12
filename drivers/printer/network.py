"""ESC/POS receipt printer on TCP port 9100, with the cash drawer that may be wired to it."""

import asyncio
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from drivers.printer.encoder import ReceiptEncoder
from drivers.printer.status import (
    PAPER_SENSOR_REQUEST,
    Facts,
    PrintedUpTo,
    RealTime,
    StatusDecoder,
    Unexpected,
)
from edge_agent.api.device import (
    DeviceClass,
    ErrorEvent,
    ErrorLocus,
    Host,
    OpenDrawer,
    Output,
    OutputCompleteEvent,
    OutputDriver,
    OutputOutcome,
    PrintReceipt,
    StatusUpdateEvent,
)
from edge_agent.api.errors import ClaimError, DeviceLost

UNKNOWN_FACTS = dict.fromkeys(("paper", "cover", "online", "error", "drawer_pin"), "unknown")
_SILENT_POLLS = 3
_DRAWER_LOOK_S = 0.02


class Drawer(BaseModel):
    """A cash drawer on the printer's connector; ``open_level`` is the pin's level when open."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pin: Literal[2, 5] = 2
    open_level: Literal["high", "low", "none"] = "high"
    moves_within_s: Annotated[float, Field(gt=0, le=5)] = 1.0


class NetworkPrinterConfig(BaseModel):
    """Options of a network printer.

    ``columns``: characters per line in font A (48 on 80 mm paper, 32 on 58 mm).
    ``profile``: a python-escpos capability profile.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field(min_length=1)
    port: Annotated[int, Field(ge=1, le=65535)] = 9100
    profile: str = "default"
    columns: Annotated[int, Field(ge=24, le=64)] = 48
    drawer: Drawer | None = None
    connect_timeout_s: Annotated[float, Field(gt=0, le=30)] = 3.0
    print_timeout_s: Annotated[float, Field(gt=0, le=120)] = 15.0
    poll_every_s: Annotated[float, Field(gt=0, le=60)] = 2.0
    reply_timeout_s: Annotated[float, Field(gt=0, le=10)] = 1.0


class NetworkPrinter(OutputDriver[NetworkPrinterConfig]):
    """One connection for printing and status; one reader sorts the replies out."""

    def __init__(self, name: str, config: NetworkPrinterConfig, host: Host) -> None:
        super().__init__(name, config, host)
        self._encoder = ReceiptEncoder(config.profile, config.columns)
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._decoder = StatusDecoder()
        self._facts = dict(UNKNOWN_FACTS)
        self._told = asyncio.Event()
        self._one_inquiry = asyncio.Lock()
        self._printed: asyncio.Future[None] | None = None

    @property
    def device_classes(self) -> frozenset[DeviceClass]:
        drawer = {DeviceClass.CASH_DRAWER} if self.config.drawer is not None else set()
        return frozenset({DeviceClass.POS_PRINTER} | drawer)

    async def claim(self) -> None:
        where = f"{self.config.host}:{self.config.port}"
        if self._writer is not None:
            raise ClaimError(f"{self.name}: {where} is already claimed.")
        try:
            async with asyncio.timeout(self.config.connect_timeout_s):
                self._reader, self._writer = await asyncio.open_connection(
                    self.config.host, self.config.port
                )
        except (OSError, TimeoutError) as error:
            reason = str(error) or "no answer"
            raise ClaimError(f"{self.name}: {where} cannot be reached: {reason}") from error
        self._decoder = StatusDecoder()
        self._facts = dict(UNKNOWN_FACTS)

    async def run(self) -> None:
        await self.host.fire(StatusUpdateEvent(facts=self._lasting_facts()))
        tasks = {asyncio.create_task(self._read()), asyncio.create_task(self._poll())}
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def release(self) -> None:
        writer, self._reader, self._writer = self._writer, None, None
        if self._printed is not None and not self._printed.done():
            self._printed.set_exception(DeviceLost(f"{self.name}: the connection is gone"))
        if writer is not None:
            writer.close()

    async def output(self, request: Output) -> OutputCompleteEvent:
        match request:
            case PrintReceipt():
                outcome, detail = await self._print(request)
            case OpenDrawer():
                outcome, detail = await self._open_drawer()
        return OutputCompleteEvent(output_id=request.output_id, outcome=outcome, detail=detail)

    async def _print(self, request: PrintReceipt) -> tuple[OutputOutcome, str]:
        if self._writer is None:
            return OutputOutcome.FAILED, "the printer is not connected"
        if obstacle := self._obstacle():
            return OutputOutcome.FAILED, obstacle
        data = self._encoder.receipt(request.receipt)
        self._printed = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(self.config.print_timeout_s):
                self._writer.write(data + PAPER_SENSOR_REQUEST)
                await self._writer.drain()
                await self._printed
        except TimeoutError:
            # A late confirmation must not be taken for that of the next receipt: hang up.
            self._writer.transport.abort()
            return OutputOutcome.UNCERTAIN, self._obstacle() or "the printer did not confirm it"
        except (OSError, DeviceLost):
            return OutputOutcome.UNCERTAIN, "the connection was lost while printing"
        finally:
            self._printed = None
        return OutputOutcome.DONE, "confirmed by the printer"

    async def _open_drawer(self) -> tuple[OutputOutcome, str]:
        drawer = self.config.drawer
        if self._writer is None or drawer is None:
            return OutputOutcome.FAILED, "The drawer's printer is not connected."
        try:
            self._writer.write(self._encoder.drawer_pulse(drawer.pin))
            await self._writer.drain()
            if drawer.open_level == "none" or self._facts["drawer_pin"] == "unknown":
                return OutputOutcome.UNCERTAIN, "the drawer cannot be observed"
            async with asyncio.timeout(drawer.moves_within_s):
                while self._facts["drawer_pin"] != drawer.open_level:
                    if self._writer is None:
                        return OutputOutcome.UNCERTAIN, "the connection was lost after the pulse"
                    await self._inquire(RealTime.PRINTER)
                    await asyncio.sleep(_DRAWER_LOOK_S)
        except TimeoutError:
            return OutputOutcome.FAILED, "It did not move."
        except OSError:
            return OutputOutcome.UNCERTAIN, "the connection was lost during the pulse"
        return OutputOutcome.DONE, "seen open"

    def _obstacle(self) -> str:
        if self._facts["paper"] == "end":
            return "paper is out"
        if self._facts["cover"] == "open":
            return "the cover is open"
        if self._facts["error"] == "yes":
            return "the printer reports an error"
        return ""

    async def _poll(self) -> None:
        """Asks for status at intervals; a printer that used to answer and stops is lost."""
        ever, silent = False, 0
        while True:
            answered = [await self._inquire(request) for request in RealTime]
            ever = ever or any(answered)
            silent = 0 if any(answered) else silent + 1
            if ever and silent >= _SILENT_POLLS:
                raise DeviceLost(f"{self.name}: the printer stopped answering")
            await asyncio.sleep(self.config.poll_every_s)

    async def _inquire(self, request: RealTime) -> bool:
        """Asks one thing; without a reply what it would tell is unknown."""
        async with self._one_inquiry:
            if self._writer is None:
                return False
            self._told.clear()
            self._decoder.expect(request)
            self._writer.write(request.request)
            try:
                async with asyncio.timeout(self.config.reply_timeout_s):
                    await self._told.wait()
            except TimeoutError:
                self._decoder.expect(None)
                self._facts.update(dict.fromkeys(request.facts, "unknown"))
                await self.host.fire(StatusUpdateEvent(facts=self._lasting_facts()))
                return False
            return True

    async def _read(self) -> None:
        if self._reader is None:
            raise DeviceLost(f"{self.name} is not claimed")
        while True:
            try:
                data = await self._reader.read(1024)
            except OSError as error:
                raise DeviceLost(f"{self.name}: the connection broke: {error}") from error
            if not data:
                raise DeviceLost(f"{self.name}: the printer closed the connection")
            for item in self._decoder.feed(data):
                await self._take(item)

    def _lasting_facts(self) -> dict[str, str]:
        # The pin moves with every sale; what it says is told by the drawer's own event.
        return {name: value for name, value in self._facts.items() if name != "drawer_pin"}

    async def _take(self, item: Facts | PrintedUpTo | Unexpected) -> None:
        match item:
            case PrintedUpTo():
                if self._printed is not None and not self._printed.done():
                    self._printed.set_result(None)
            case Facts(values=values, answers=answers):
                self._facts.update(values)
                if answers is not None:
                    self._told.set()
                await self.host.fire(StatusUpdateEvent(facts=self._lasting_facts()))
            case Unexpected(byte=byte):
                message = f"the printer sent an unexpected byte 0x{byte:02x}"
                await self.host.fire(ErrorEvent(locus=ErrorLocus.INPUT, message=message))
