"""The conversation with an ESC/POS printer over any connection: print once, and tell the truth.

A receipt is followed by a request that the printer answers when everything before it is on paper:
the process id (``GS ( H``) where the printer has it, else the paper sensor (``GS r 1``). Before the
receipt the same request is sent alone. A printer that does not answer it has got nothing of the
receipt, which may then safely be printed later; one that falls silent later leaves it uncertain.
"""

import asyncio
import contextlib
from abc import abstractmethod
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Literal, Protocol, TypeVar

from escpos.capabilities import CAPABILITIES
from pydantic import BaseModel, ConfigDict, Field, field_validator

from drivers.printer.encoder import ReceiptEncoder
from drivers.printer.status import (
    AUTOMATIC_STATUS,
    CLEAR,
    MAKER_REQUEST,
    PAPER_SENSOR_REQUEST,
    RECOVER,
    Facts,
    Information,
    Item,
    PaperSensor,
    ProcessId,
    RealTime,
    StatusDecoder,
    Unexpected,
    process_id_request,
)
from drivers.wire.together import until_one_ends
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
from edge_agent.api.errors import ClaimError, DeviceError, DeviceLost

UNKNOWN = "unknown"
UNKNOWN_FACTS = dict.fromkeys(("paper", "cover", "online", "error", "drawer_pin"), UNKNOWN)
_SILENT_POLLS = 3
_DRAWER_LOOK_S = 0.02
_LOOK_S = 0.1
_STRANGE_EVERY_S = 5.0
_MOST_ANSWERS = 16
_QUIET_S = 0.1
_ASKED_FOR_ITS_MAKER = 2
# More than a piece of a picture has.
_FILLING = b"\0" * 4096
_RECOVER_EVERY_S = 2.0
_MAKER_WITH_PROCESS_ID = "EPSON"

Confirmation = Literal["process-id", "paper-sensor", "none"]


class Connection(Protocol):
    """What printers are connected by. Every method raises ``DeviceLost``."""

    async def read(self) -> bytes:
        """Waits for bytes."""
        ...

    async def write(self, data: bytes) -> None:
        """Writes as fast as the printer takes it."""
        ...

    async def close(self) -> None:
        """Gives the connection back; never raises."""
        ...


class Drawer(BaseModel):
    """A cash drawer on the printer's connector.

    ``open_level`` is the sensor pin's level when the drawer is open, ``none`` where the drawer has
    no sensor; ``on_ms`` and ``off_ms`` are the pulse and the pause after it (``ESC p``, 2 to 510).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    pin: Literal[2, 5] = 2
    open_level: Literal["high", "low", "none"] = "high"
    on_ms: Annotated[int, Field(ge=2, le=510)] = 100
    off_ms: Annotated[int, Field(ge=2, le=510)] = 100
    moves_within_s: Annotated[float, Field(gt=0, le=5)] = 1.0

    @property
    def pulse(self) -> bytes:
        """``ESC p m t1 t2``, times in units of 2 ms."""
        return bytes((0x1B, 0x70, 0 if self.pin == 2 else 1, self.on_ms // 2, self.off_ms // 2))

    def state(self, pin: str) -> str:
        """``open``, ``closed`` or ``unknown`` by the level of the pin."""
        if self.open_level == "none" or pin == UNKNOWN:
            return UNKNOWN
        return "open" if pin == self.open_level else "closed"


class PrinterConfig(BaseModel):
    """Options of every receipt printer.

    ``profile``: a python-escpos capability profile. ``columns``: characters of font A in a line,
    where the profile has it wrong (48 or 42 on 80 mm paper, 32 on 58 mm). ``confirmation``: how the
    printer tells that a receipt is printed; ``auto`` asks the printer, ``none`` is for one that
    cannot send, whose receipts are taken for printed when they are sent.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    profile: str = "default"
    columns: Annotated[int, Field(ge=24, le=72)] | None = None
    confirmation: Literal["auto", "process-id", "paper-sensor", "none"] = "auto"
    drawer: Drawer | None = None
    print_timeout_s: Annotated[float, Field(gt=0, le=120)] = 15.0
    poll_every_s: Annotated[float, Field(gt=0, le=60)] = 2.0
    reply_timeout_s: Annotated[float, Field(gt=0, le=10)] = 1.0

    @field_validator("profile")
    @classmethod
    def _known_profile(cls, profile: str) -> str:
        known = CAPABILITIES["profiles"]
        if profile not in known:
            raise ValueError(f"{profile!r} is no profile of python-escpos: {', '.join(known)}")
        return profile


PrinterConfigT = TypeVar("PrinterConfigT", bound=PrinterConfig)


class EscPosPrinter(OutputDriver[PrinterConfigT]):
    """One connection for printing and status; one reader sorts the replies out."""

    def __init__(self, name: str, config: PrinterConfigT, host: Host) -> None:
        super().__init__(name, config, host)
        self._encoder = ReceiptEncoder(config.profile, config.columns)
        self._connection: Connection | None = None
        self._decoder = StatusDecoder()
        self._facts = dict(UNKNOWN_FACTS)
        self._told = asyncio.Event()
        self._one_inquiry = asyncio.Lock()
        self._answers: deque[ProcessId | Information] = deque(maxlen=_MOST_ANSWERS)
        self._news = asyncio.Event()
        self._sensor_asked = self._sensor_told = self._sensor_heard = 0
        self._may_be_late = True
        self._one_write = asyncio.Lock()
        self._confirmation: Confirmation | None = None
        self._asked = 0
        self._broke_off = False
        self._strange_told_at = 0.0
        self._given_up = asyncio.Event()
        self._printing = False

    @property
    def device_classes(self) -> frozenset[DeviceClass]:
        drawer = {DeviceClass.CASH_DRAWER} if self.config.drawer is not None else set()
        return frozenset({DeviceClass.POS_PRINTER} | drawer)

    @property
    @abstractmethod
    def where(self) -> str:
        """The connection in words."""

    @abstractmethod
    async def connect(self) -> Connection:
        """Opens the connection; raises ``ClaimError``."""

    async def claim(self) -> None:
        if self._connection is not None:
            raise ClaimError(f"{self.name}: {self.where} is already claimed.")
        self._connection = await self.connect()
        self._decoder = StatusDecoder()
        self._facts = dict(UNKNOWN_FACTS)
        self._given_up.clear()
        self._forget_questions()
        self._answers.clear()
        # Another printer may be there now: it is asked anew what it can.
        configured = self.config.confirmation
        self._confirmation = None if configured == "auto" else configured

    async def run(self) -> None:
        await self._tell()
        await until_one_ends(self._read(), self._poll(), self._until_given_up())

    async def release(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def output(self, request: Output) -> OutputCompleteEvent:
        match request:
            case PrintReceipt():
                outcome, detail = await self._print(request)
            case OpenDrawer():
                outcome, detail = await self._open_drawer()
        return OutputCompleteEvent(output_id=request.output_id, outcome=outcome, detail=detail)

    async def _print(self, request: PrintReceipt) -> tuple[OutputOutcome, str]:
        try:
            parts = self._encoder.receipt(request.receipt)
        # Nothing was sent: whatever is wrong with the receipt, it is not on paper.
        except Exception as error:
            return OutputOutcome.FAILED, f"it cannot be encoded ({type(error).__name__}: {error})"
        try:
            if obstacle := await self._why_not_now():
                return OutputOutcome.FAILED, obstacle
        except DeviceError as error:
            return OutputOutcome.FAILED, f"{error}; nothing was sent"
        self._printing, self._broke_off = True, True
        try:
            async with self._deadline() as deadline:
                for number, part in enumerate(parts):
                    await self._write(part)
                    if number == 0 and self._confirmation == "process-id":
                        # The printer forgets it when it is initialised.
                        await self._write(AUTOMATIC_STATUS)
                    deadline.reschedule(self._in(self.config.print_timeout_s))
                if self._confirmation != "none":
                    await self._confirm(f"{request.output_id % 10_000:04}")
        except TimeoutError:
            # What is still on its way must not be printed when it is no longer expected: hang up.
            self._given_up.set()
            return OutputOutcome.UNCERTAIN, "the printer did not confirm it"
        except DeviceError:
            return OutputOutcome.UNCERTAIN, "the connection was lost while printing"
        finally:
            self._printing = False
        self._broke_off = False
        if self._confirmation == "none":
            return OutputOutcome.DONE, "sent; this printer cannot confirm it"
        return OutputOutcome.DONE, "confirmed by the printer"

    async def _why_not_now(self) -> str:
        """What keeps the printer from printing; asked of the printer itself before each receipt."""
        if self._connection is None:
            return "the printer is not connected"
        if obstacle := self._obstacle():
            return obstacle
        if self._confirmation == "none":
            return ""
        try:
            async with asyncio.timeout(2 * self.config.reply_timeout_s):
                if self._broke_off:
                    await self._write(CLEAR)
                    self._broke_off = False
                if self._confirmation is None:
                    self._confirmation = await self._find_confirmation()
                self._asked += 1
                await self._confirm(f"?{self._asked % 1000:03}")
                await self._until_quiet()
        except TimeoutError:
            if obstacle := self._obstacle():
                return obstacle
            # It may wait for the rest of a picture that a lost connection cut off. Both end that,
            # and print nothing.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.config.reply_timeout_s):
                    await self._write(CLEAR + _FILLING)
            self._forget_questions()
            return (
                "the printer does not answer. Check its cable; "
                'if it cannot answer at all, set confirmation = "none"'
            )
        return ""

    async def _find_confirmation(self) -> Confirmation:
        """Asks for the process id where the maker is known to have it.

        Other printers may print an unknown command as text. The paper sensor is asked behind the
        maker's name: a printer that answers only that has none to tell. Silence tells nothing.

        Raises:
            TimeoutError: by whoever limits the time.
        """
        self._answers.clear()
        makers: list[str] = []
        for _ in range(_ASKED_FOR_ITS_MAKER):
            await self._write(MAKER_REQUEST)
            await self._paper_sensor()
            makers += [answer.text for answer in self._answers if isinstance(answer, Information)]
        if not any(_MAKER_WITH_PROCESS_ID in maker.upper() for maker in makers):
            return "paper-sensor"
        try:
            async with asyncio.timeout(self.config.reply_timeout_s):
                await self._process_id("?000")
        except TimeoutError:
            return "paper-sensor"
        return "process-id"

    async def _confirm(self, process_id: str) -> None:
        """Waits until everything that was sent is printed."""
        if self._confirmation == "process-id":
            await self._process_id(process_id)
        else:
            await self._paper_sensor()

    async def _process_id(self, process_id: str) -> None:
        self._answers.clear()
        await self._write(process_id_request(process_id))
        await self._until(lambda: ProcessId(process_id) in self._answers)

    async def _paper_sensor(self) -> None:
        """These answers have no number, so they are counted: each question has one."""
        self._sensor_asked += 1
        mine = self._sensor_asked
        await self._write(PAPER_SENSOR_REQUEST)
        await self._until(lambda: self._sensor_told >= mine)

    async def _until_quiet(self) -> None:
        """Lets late answers to old questions pass, so that none is taken for a new one's."""
        while self._may_be_late:
            before = self._sensor_heard
            await asyncio.sleep(_QUIET_S)
            self._may_be_late = self._sensor_heard != before

    def _forget_questions(self) -> None:
        self._sensor_asked = self._sensor_told = 0
        self._may_be_late = True

    async def _until(self, told: Callable[[], bool]) -> None:
        """Waits for an answer; raises ``DeviceLost`` when the connection goes meanwhile."""
        connection = self._claimed()
        while not told():
            if self._claimed() is not connection:
                raise DeviceLost(f"{self.name}: {self.where} was connected anew")
            self._news.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_S):
                    await self._news.wait()

    @asynccontextmanager
    async def _deadline(self) -> AsyncIterator[asyncio.Timeout]:
        """Raises ``TimeoutError`` when the printer is silent although nothing keeps it.

        While it says what does (no paper, cover open), a person is at it, and the rest of the
        receipt is in its buffer.
        """
        async with asyncio.timeout(self.config.print_timeout_s) as deadline:
            watching = asyncio.create_task(self._watch(deadline))
            try:
                yield deadline
            finally:
                watching.cancel()

    async def _watch(self, deadline: asyncio.Timeout) -> None:
        recovered_at = self._in(0)
        while True:
            await asyncio.sleep(_LOOK_S)
            if self._obstacle():
                deadline.reschedule(self._in(self.config.print_timeout_s))
            put_right = self._facts["cover"] == "closed" and self._facts["paper"] != "end"
            stuck = self._facts["error"] == "yes" and put_right
            if stuck and self._in(-_RECOVER_EVERY_S) > recovered_at:
                recovered_at = self._in(0)
                # A connection that is lost meanwhile is found out by the one who reads.
                with contextlib.suppress(DeviceError):
                    await self._write(RECOVER)

    def _in(self, seconds: float) -> float:
        return asyncio.get_running_loop().time() + seconds

    async def _open_drawer(self) -> tuple[OutputOutcome, str]:
        drawer = self.config.drawer
        if self._connection is None or drawer is None:
            return OutputOutcome.FAILED, "The drawer's printer is not connected."
        if obstacle := self._obstacle():
            # It would keep the pulse and open the drawer when nobody expects it.
            return OutputOutcome.FAILED, f"Its printer cannot: {obstacle}."
        try:
            async with asyncio.timeout(drawer.moves_within_s):
                await self._write(drawer.pulse)
        except TimeoutError:
            # A pulse that is not taken now must not be taken later.
            self._given_up.set()
            return OutputOutcome.UNCERTAIN, "the printer did not take the pulse in time"
        except DeviceError:
            return OutputOutcome.UNCERTAIN, "the connection was lost during the pulse"
        return await self._did_it_open(drawer)

    async def _did_it_open(self, drawer: Drawer) -> tuple[OutputOutcome, str]:
        if drawer.open_level == "none":
            return OutputOutcome.UNCERTAIN, "the drawer cannot be observed"
        until = self._in(drawer.moves_within_s)
        while True:
            try:
                answered = await self._inquire(RealTime.PRINTER)
            except DeviceError:
                return OutputOutcome.UNCERTAIN, "the connection was lost during the pulse"
            if not answered:
                return OutputOutcome.UNCERTAIN, "the drawer cannot be observed"
            if drawer.state(self._facts["drawer_pin"]) == "open":
                return OutputOutcome.DONE, "seen open"
            if self._in(0) > until:
                return OutputOutcome.FAILED, "It did not move."
            await asyncio.sleep(_DRAWER_LOOK_S)

    def _obstacle(self) -> str:
        if self._facts["paper"] == "end":
            return "paper is out"
        if self._facts["cover"] == "open":
            return "the cover is open"
        if self._facts["error"] == "yes":
            return "the printer reports an error"
        if self._facts["online"] == "no":
            return "the printer is offline"
        return ""

    async def _poll(self) -> None:
        """Asks for status at intervals; a printer that used to answer and stops is lost."""
        ever, silent = False, 0
        while True:
            answered = [await self._inquire(request) for request in RealTime]
            ever = ever or any(answered)
            silent = 0 if any(answered) else silent + 1
            # While it prints, its buffer may be full and the question wait behind the receipt;
            # then the receipt's own deadline decides.
            if ever and silent >= _SILENT_POLLS and not self._printing:
                raise DeviceLost(f"{self.name}: the printer stopped answering")
            await asyncio.sleep(self.config.poll_every_s)

    async def _inquire(self, request: RealTime) -> bool:
        """Asks one thing; without a reply what it would tell is unknown."""
        async with self._one_inquiry:
            self._told.clear()
            self._decoder.expect(request)
            try:
                async with asyncio.timeout(self.config.reply_timeout_s):
                    await self._write(request.request)
                    await self._told.wait()
            except TimeoutError:
                self._decoder.expect(None)
                # While it prints, the question may wait behind a full buffer: what was known
                # before, or told by the printer itself, is still the best that is known.
                if not self._printing:
                    self._facts.update(dict.fromkeys(request.facts, UNKNOWN))
                    await self._tell()
                return False
            return True

    async def _write(self, data: bytes) -> None:
        """Writes one piece at a time: a question within a command would become a part of it."""
        async with self._one_write:
            await self._claimed().write(data)

    async def _until_given_up(self) -> None:
        await self._given_up.wait()
        raise DeviceLost(f"{self.name}: a receipt was not confirmed; connecting anew")

    async def _read(self) -> None:
        while True:
            items = self._decoder.feed(await self._claimed().read())
            for item in items:
                self._take(item)
            if any(isinstance(item, Facts) for item in items):
                await self._tell()
            strange = sum(isinstance(item, Unexpected) for item in items)
            if strange and self._in(-_STRANGE_EVERY_S) > self._strange_told_at:
                self._strange_told_at = self._in(0)
                message = f"the printer sent {strange} bytes that are no answer"
                await self.host.fire(ErrorEvent(locus=ErrorLocus.INPUT, message=message))

    def _take(self, item: Item) -> None:
        match item:
            case PaperSensor():
                # One that nobody waits for is of a connection before this one, or noise.
                self._sensor_heard += 1
                self._sensor_told = min(self._sensor_told + 1, self._sensor_asked)
                self._news.set()
            case ProcessId() | Information():
                self._answers.append(item)
                self._news.set()
            case Facts(values=values, answers=answers):
                self._facts.update(values)
                if answers is not None:
                    self._told.set()

    async def _tell(self) -> None:
        facts = {name: value for name, value in self._facts.items() if name != "drawer_pin"}
        if self.config.drawer is not None:
            facts["drawer"] = self.config.drawer.state(self._facts["drawer_pin"])
        await self.host.fire(StatusUpdateEvent(facts=facts))

    def _claimed(self) -> Connection:
        if self._connection is None or self._given_up.is_set():
            raise DeviceLost(f"{self.name}: {self.where} is not claimed")
        return self._connection
