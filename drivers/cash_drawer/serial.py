"""Cash drawer on a serial line of its own, opened by a few bytes."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from drivers.wire.control_text import ControlText
from drivers.wire.drawer import open_and_watch
from drivers.wire.serial_line import ModemLine, SerialLine, SerialLineOptions
from drivers.wire.together import until_one_ends
from edge_agent.api.device import (
    UNKNOWN,
    Attached,
    Bus,
    DeviceClass,
    Host,
    OpenDrawer,
    Output,
    OutputCompleteEvent,
    OutputDriver,
    OutputOutcome,
    StatusUpdateEvent,
)
from edge_agent.api.errors import ClaimError, DeviceLost


class SerialDrawerOptions(SerialLineOptions):
    """Options of a drawer on a serial line.

    It tells whether it is open by a modem line, by the answer to a question, or not at all.
    """

    open_command: Annotated[ControlText, Field(min_length=1)] = b"\x07"
    """The bytes that open it."""
    sense_line: ModemLine | None = None
    """The modem line that shows whether it is open."""
    status_request: ControlText = b""
    """The bytes it answers with one byte that shows whether it is open."""
    status_mask: Annotated[int, Field(ge=1, le=255)] = 1
    """The bits of that byte that count."""
    open_level: Literal["high", "low"] = "high"
    """``high``: the line is active, or the bits are set, when it is open; ``low``: when shut."""
    moves_within_s: Annotated[float, Field(gt=0, le=5)] = 1.0
    """A drawer that is not open after so many seconds did not open."""
    reply_timeout_s: Annotated[float, Field(gt=0, le=10)] = 0.5
    """Seconds that an answer may take."""
    poll_every_s: Annotated[float, Field(gt=0, le=60)] = 0.5
    """Seconds between two looks."""

    @model_validator(mode="after")
    def _one_sense(self) -> Self:
        if self.sense_line is not None and self.status_request:
            raise ValueError("give sense_line or status_request, not both")
        return self


class SerialDrawer(OutputDriver[SerialDrawerOptions]):
    """Opens it and says whether it is open, as far as the drawer tells."""

    device_classes = frozenset({DeviceClass.CASH_DRAWER})

    def __init__(self, name: str, config: SerialDrawerOptions, host: Host) -> None:
        super().__init__(name, config, host)
        self._line: SerialLine | None = None
        self._one_question = asyncio.Lock()
        self._answer: asyncio.Future[int] | None = None

    @classmethod
    def suggest(cls, attached: Attached) -> Mapping[str, Any] | None:
        return {"port": attached.best_path} if attached.bus is Bus.SERIAL else None

    async def claim(self) -> None:
        if self._line is not None:
            raise ClaimError(f"{self.name}: {self.config.port} is already claimed.")
        self._line = SerialLine(self.name, self.config)

    async def run(self) -> None:
        await until_one_ends(self._read(), self._poll())

    async def release(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            await line.close()

    async def output(self, request: Output) -> OutputCompleteEvent:
        outcome, detail = OutputOutcome.IMPOSSIBLE, "it prints nothing"
        if isinstance(request, OpenDrawer):
            outcome, detail = await self._open()
        return OutputCompleteEvent(output_id=request.output_id, outcome=outcome, detail=detail)

    async def _open(self) -> tuple[OutputOutcome, str]:
        if self._line is None:
            return OutputOutcome.FAILED, "it is not connected"
        line = self._line

        async def look() -> str:
            state = await self._state()
            await self._tell(state)
            return state

        return await open_and_watch(
            lambda: line.write(self.config.open_command),
            line.drop_output,
            look,
            self.config.moves_within_s,
        )

    async def _poll(self) -> None:
        while True:
            await self._tell(await self._state())
            await asyncio.sleep(self.config.poll_every_s)

    async def _tell(self, state: str) -> None:
        await self.host.fire(StatusUpdateEvent(facts={"drawer": state}))

    async def _state(self) -> str:
        """``open``, ``closed`` or ``unknown``; raises ``DeviceLost``."""
        line = self._claimed()
        if self.config.sense_line is not None:
            return self._by_level(line.modem_line(self.config.sense_line))
        if not self.config.status_request:
            return UNKNOWN
        async with self._one_question:
            self._answer = asyncio.get_running_loop().create_future()
            await line.write(self.config.status_request)
            try:
                async with asyncio.timeout(self.config.reply_timeout_s):
                    byte = await self._answer
            except TimeoutError:
                return UNKNOWN
            return self._by_level(byte & self.config.status_mask == self.config.status_mask)

    def _by_level(self, high: bool) -> str:
        return "open" if high == (self.config.open_level == "high") else "closed"

    async def _read(self) -> None:
        while True:
            data = await self._claimed().read()
            if self._answer is not None and not self._answer.done():
                # The last byte is the newest; what came before answered an earlier question.
                self._answer.set_result(data[-1])

    def _claimed(self) -> SerialLine:
        if self._line is None:
            raise DeviceLost(f"{self.name}: {self.config.port} is not claimed")
        return self._line
