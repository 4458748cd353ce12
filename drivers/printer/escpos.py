"""An ESC/POS printer over any connection: prints once, and tells the truth.

A receipt is followed by a question that the printer answers when everything before it is on paper.
Before the receipt the same question is put alone. A printer that does not answer it has got nothing
of the receipt, which may then safely be printed later; one that falls silent later leaves it
uncertain.
"""

import asyncio
from abc import abstractmethod
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from drivers.printer.confirmation import Confirmations
from drivers.printer.connection import Connection
from drivers.printer.conversation import Conversation
from drivers.printer.encoder import ReceiptEncoder
from drivers.printer.options import PrinterOptionsT
from drivers.printer.status import AUTOMATIC_STATUS, CLEAR, RealTime
from drivers.wire.drawer import open_and_watch
from edge_agent.api.device import (
    UNKNOWN,
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

_LOOK_S = 0.1
_MOST_UNANSWERED = 2
# More than a piece of a picture has.
_FILLING = b"\0" * 4096


class EscPosPrinter(OutputDriver[PrinterOptionsT]):
    """Prints receipts and opens the drawer that is wired to the printer."""

    def __init__(self, name: str, config: PrinterOptionsT, host: Host) -> None:
        super().__init__(name, config, host)
        self._encoder = ReceiptEncoder(config.profile, config.columns)
        self._talk: Conversation | None = None
        self._confirmations: Confirmations | None = None
        self._asked = 0
        self._unanswered = 0
        self._owed = False
        self._cut_off = False

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
        if self._talk is not None:
            raise ClaimError(f"{self.name}: {self.where} is already claimed.")
        connection = await self.connect()
        self._talk = Conversation(self.name, connection, self.config, self._tell, self._strange)
        # Another printer may be there now: it is asked anew what it can.
        self._unanswered = 0
        configured = self.config.confirmation
        kind = None if configured == "auto" else configured
        self._confirmations = Confirmations(
            self._talk, kind, self.config.reply_timeout_s, owed=self._owed
        )

    async def run(self) -> None:
        if self._talk is None:
            raise DeviceLost(f"{self.name}: {self.where} is not claimed")
        await self._talk.run()

    async def release(self) -> None:
        talk, self._talk = self._talk, None
        if self._confirmations is not None:
            self._owed = self._confirmations.outstanding
            self._confirmations = None
        if talk is not None:
            await talk.close()

    async def output(self, request: Output) -> OutputCompleteEvent:
        match request:
            case PrintReceipt():
                outcome, detail = await self._print(request)
            case OpenDrawer():
                outcome, detail = await self._open_drawer()
        return OutputCompleteEvent(output_id=request.output_id, outcome=outcome, detail=detail)

    async def _print(self, request: PrintReceipt) -> tuple[OutputOutcome, str]:
        talk, confirmations = self._talk, self._confirmations
        if talk is None or confirmations is None:
            return OutputOutcome.FAILED, "the printer is not connected"
        try:
            pieces = self._encoder.receipt(request.receipt)
        # Nothing was sent: whatever is wrong with the receipt, it is not on paper.
        except Exception as error:
            detail = f"it cannot be encoded ({type(error).__name__}: {error}); tell IT"
            return OutputOutcome.IMPOSSIBLE, detail
        try:
            if obstacle := await self._why_not_now(talk, confirmations):
                return OutputOutcome.FAILED, obstacle
        except DeviceError as error:
            return OutputOutcome.FAILED, f"{error}; nothing was sent"
        self._cut_off = True
        try:
            with talk.printing():
                async with self._deadline(talk) as deadline:
                    for number, piece in enumerate(pieces):
                        await talk.write(piece)
                        if number == 0 and confirmations.kind == "process-id":
                            # The printer forgets it when it is initialised.
                            await talk.write(AUTOMATIC_STATUS)
                        deadline.reschedule(_in(self.config.print_timeout_s))
                    if confirmations.kind != "none":
                        await confirmations.all_printed(f"{request.output_id % 10_000:04}")
        except TimeoutError:
            # What is still on its way must not be printed when it is no longer expected: hang up.
            talk.give_up("a receipt was not confirmed; connecting anew")
            return OutputOutcome.UNCERTAIN, "the printer did not confirm it"
        except DeviceError:
            return OutputOutcome.UNCERTAIN, "the connection was lost while printing"
        self._cut_off = False
        if confirmations.kind == "none":
            return OutputOutcome.DONE, "sent; this printer cannot confirm it"
        return OutputOutcome.DONE, "confirmed by the printer"

    async def _why_not_now(self, talk: Conversation, confirmations: Confirmations) -> str:
        """Obstacles to printing; asked of the printer itself before each receipt."""
        if talk.obstacle:
            return talk.obstacle
        if confirmations.kind == "none":
            return ""
        try:
            if self._cut_off:
                # The printer may wait for the rest of a picture that a lost connection cut off.
                # Both end that, and print nothing.
                async with asyncio.timeout(self.config.print_timeout_s):
                    await talk.write(CLEAR + _FILLING)
                self._cut_off = False
            async with asyncio.timeout(2 * self.config.reply_timeout_s):
                # With one answer owed, the next might be taken for this receipt's.
                await confirmations.caught_up()
                if confirmations.kind is None:
                    await confirmations.find_kind()
                self._asked += 1
                await confirmations.all_printed(f"?{self._asked % 1000:03}")
            await confirmations.old_answers_are_past()
        except TimeoutError:
            return talk.obstacle or self._did_not_answer(talk)
        self._unanswered = 0
        return talk.obstacle

    def _did_not_answer(self, talk: Conversation) -> str:
        self._unanswered += 1
        if self._unanswered >= _MOST_UNANSWERED:
            # Its answer was lost, or it takes what it is asked for a part of something else.
            self._unanswered, self._cut_off = 0, True
            talk.give_up("the printer does not answer; connecting anew")
        return (
            "the printer does not answer. Check its cable; "
            'if it cannot answer at all, set confirmation = "none"'
        )

    @asynccontextmanager
    async def _deadline(self, talk: Conversation) -> AsyncIterator[asyncio.Timeout]:
        """Raises ``TimeoutError`` when the printer is silent although nothing keeps it.

        While it says what does (no paper, cover open), a person is at it, and the rest of the
        receipt is in its buffer.
        """
        async with asyncio.timeout(self.config.print_timeout_s) as deadline:
            watching = asyncio.create_task(self._watch(talk, deadline))
            try:
                yield deadline
            finally:
                watching.cancel()

    async def _watch(self, talk: Conversation, deadline: asyncio.Timeout) -> None:
        while True:
            await asyncio.sleep(_LOOK_S)
            if talk.obstacle and not deadline.expired():
                deadline.reschedule(_in(self.config.print_timeout_s))

    async def _open_drawer(self) -> tuple[OutputOutcome, str]:
        talk, drawer = self._talk, self.config.drawer
        if talk is None or drawer is None:
            return OutputOutcome.FAILED, "its printer is not connected"
        if talk.obstacle:
            # It would keep the pulse and open the drawer when nobody expects it.
            return OutputOutcome.FAILED, f"{talk.obstacle} at its printer"

        answers = talk.answers
        if answers and not await talk.inquire(RealTime.PRINTER):
            return OutputOutcome.FAILED, "its printer does not answer"

        async def look() -> str:
            known = drawer.open_level != "none" and await talk.inquire(RealTime.PRINTER)
            return drawer.state(talk.facts["drawer_pin"]) if known else UNKNOWN

        def take_back() -> None:
            talk.give_up("the printer did not take a drawer pulse; connecting anew")

        outcome, detail = await open_and_watch(
            lambda: talk.write(drawer.pulse), take_back, look, drawer.moves_within_s
        )
        unseen = outcome is OutputOutcome.UNCERTAIN
        if unseen and answers and talk.is_up and not await talk.inquire(RealTime.PRINTER):
            # The pulse may be on its way still, and would open the drawer when nobody expects it.
            take_back()
        return outcome, detail

    async def _tell(self, facts: Mapping[str, str]) -> None:
        told = {name: value for name, value in facts.items() if name != "drawer_pin"}
        drawer = self.config.drawer
        if drawer is not None:
            told["drawer"] = drawer.state(facts["drawer_pin"])
        await self.host.fire(StatusUpdateEvent(facts=told))

    async def _strange(self, count: int) -> None:
        message = f"the printer sent {count} bytes that are no answer"
        await self.host.fire(ErrorEvent(locus=ErrorLocus.INPUT, message=message))


def _in(seconds: float) -> float:
    return asyncio.get_running_loop().time() + seconds
