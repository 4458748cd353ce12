"""One connection's conversation with an ESC/POS printer: questions, answers, what they tell.

One reader sorts out everything the printer sends. Answers have no numbers, so they are counted:
an answer that comes late is never taken for that to a younger question.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager

from drivers.printer.connection import Connection
from drivers.printer.options import PrinterOptions
from drivers.printer.status import (
    RECOVER,
    Facts,
    Item,
    PaperSensor,
    RealTime,
    RealTimeReply,
    StatusDecoder,
    Unexpected,
)
from drivers.wire.together import until_one_ends
from edge_agent.api.device import UNKNOWN
from edge_agent.api.errors import DeviceLost

_SILENT_POLLS = 3
# So many times the usual wait: then a late answer is taken to be lost.
LOST_AFTER_WAITS = 5
_STRANGE_EVERY_S = 5.0
# A printer without paper that holds the line off cannot be asked whether it is still there.
_LONGEST_HELD_OFF_S = 300.0


class Conversation:
    """Begins with a connection and ends with it; nothing of it is left for the next one."""

    def __init__(
        self,
        name: str,
        connection: Connection,
        config: PrinterOptions,
        told: Callable[[Mapping[str, str]], Awaitable[None]],
        strange: Callable[[int], Awaitable[None]],
    ) -> None:
        """
        Args:
            told: is given all facts when one may have changed.
            strange: is given the number of bytes that are no answer, now and then.
        """
        self._name = name
        self._connection = connection
        self._poll_every_s = config.poll_every_s
        self._reply_timeout_s = config.reply_timeout_s
        self._told = told
        self._strange = strange
        self._decoder = StatusDecoder()
        self.facts = dict.fromkeys(("paper", "cover", "online", "error", "drawer_pin"), UNKNOWN)
        self.answers = False
        """True where it has ever answered a question."""
        self._one_write = asyncio.Lock()
        self._one_inquiry = asyncio.Lock()
        self._inquiry: tuple[RealTime, asyncio.Event] | None = None
        self._late = 0
        self._news = asyncio.Event()
        self._takers: list[Callable[[Item], None]] = []
        self._heard_at = self._strange_at = self._now()
        self._given_up = asyncio.Event()
        self._why_given_up = ""
        self._printing = False

    async def run(self) -> None:
        """Reads and asks for the status until the connection is lost.

        Raises:
            DeviceLost: it is gone, the printer has stopped answering, or it was given up.
        """
        await self._told(self.facts)
        try:
            await until_one_ends(self._read(), self._poll(), self._until_given_up())
        except DeviceLost as error:
            self.give_up(str(error))
            raise

    async def close(self) -> None:
        """Gives the connection back; of one that was given up, nothing more goes out."""
        if not self.is_up:
            self._connection.drop_output()
        self.give_up("it was released")
        await self._connection.close()

    def give_up(self, reason: str) -> None:
        """Ends the conversation; what is on its way is not to be printed any more."""
        self._why_given_up = self._why_given_up or reason
        self._given_up.set()
        self._news.set()

    @contextmanager
    def printing(self) -> Iterator[None]:
        """Meanwhile a question may wait behind a full buffer: no answer is no news."""
        self._printing = True
        try:
            yield
        finally:
            self._printing = False

    def listen(self, taker: Callable[[Item], None]) -> None:
        """Calls ``taker`` with everything that the printer sends."""
        self._takers.append(taker)

    @property
    def is_up(self) -> bool:
        """True where it was not given up."""
        return not self._given_up.is_set()

    @property
    def obstacle(self) -> str:
        """Obstacles to printing, in words; empty where none is known."""
        if self.facts["paper"] == "end":
            return "paper is out"
        if self.facts["cover"] == "open":
            return "the cover is open"
        if self.facts["error"] == "yes":
            return "the printer reports an error"
        if self.facts["online"] == "no":
            return "the printer is offline"
        return ""

    async def write(self, data: bytes) -> None:
        """Writes one piece at a time: a question within a command would become a part of it.

        A piece that was begun is written to its end, even if nobody waits for that any more.
        """
        await self._one_write.acquire()
        await asyncio.shield(self._begin(data))

    async def until(self, told: Callable[[], bool]) -> None:
        """Waits for something that the printer sends; raises ``DeviceLost``."""
        while not told():
            self._must_be_up()
            self._news.clear()
            await self._news.wait()

    async def inquire(self, request: RealTime) -> bool:
        """Asks one thing; without an answer in time, what it would tell is unknown."""
        async with self._one_inquiry:
            answered = await self._caught_up() and await self._answered(request)
        if not answered and not self._printing:
            self.facts.update(dict.fromkeys(request.facts, UNKNOWN))
            await self._told(self.facts)
        return answered

    async def _answered(self, request: RealTime) -> bool:
        if not await self._sent(request):
            return False
        answer = asyncio.Event()
        self._inquiry = (request, answer)
        try:
            async with asyncio.timeout(self._reply_timeout_s):
                await answer.wait()
        except TimeoutError:
            return False
        finally:
            self._inquiry = None
            self._late += not answer.is_set()
        return True

    async def _caught_up(self) -> bool:
        """Real-time answers look alike: before one is asked for, the late ones have to be past.

        The printer answers in order. It is asked once more, and what comes is thrown away, until
        all have come or no more follow; False while none comes at all.
        """
        if not self._late:
            return True
        if not await self._sent(RealTime.PRINTER):
            return False
        self._late += 1
        patience_s = self._reply_timeout_s
        while late := self._late:
            try:
                async with asyncio.timeout(patience_s):
                    await self._until_fewer_late(late)
            except TimeoutError:
                if patience_s == self._reply_timeout_s:
                    return False
                self._late = 0
            patience_s = LOST_AFTER_WAITS * self._reply_timeout_s
        return True

    async def _until_fewer_late(self, late: int) -> None:
        await self.until(lambda: self._late < late)

    async def _sent(self, request: RealTime) -> bool:
        """True where the line was free for a question."""
        self._must_be_up()
        try:
            async with asyncio.timeout(self._reply_timeout_s):
                await self._one_write.acquire()
        except TimeoutError:
            return False
        self._begin(request.request)
        return True

    def _begin(self, data: bytes) -> asyncio.Task[None]:
        transfer = asyncio.create_task(self._transfer(data))
        # Where nobody waits for it, the reader finds the loss as well.
        transfer.add_done_callback(lambda done: done.cancelled() or done.exception())
        return transfer

    async def _transfer(self, data: bytes) -> None:
        try:
            self._must_be_up()
            await self._connection.write(data)
        finally:
            self._one_write.release()

    async def _poll(self) -> None:
        """Asks for the status at intervals; a printer that used to answer and stops is lost."""
        ever, silent = False, 0
        while True:
            answered = [await self.inquire(request) for request in RealTime]
            ever = ever or any(answered)
            silent = 0 if any(answered) else silent + 1
            if ever and silent >= _SILENT_POLLS:
                await self._fell_silent()
            put_right = self.facts["cover"] == "closed" and self.facts["paper"] != "end"
            if self.facts["error"] == "yes" and put_right:
                await self._recover()
            await asyncio.sleep(self._poll_every_s)

    async def _fell_silent(self) -> None:
        if not self._printing:
            raise DeviceLost(f"{self._name}: the printer stopped answering")
        held_off = self._one_write.locked()
        if not held_off or self._now() - self._heard_at > _LONGEST_HELD_OFF_S:
            # Then the receipt's own deadline decides.
            self.facts = dict.fromkeys(self.facts, UNKNOWN)
            await self._told(self.facts)

    async def _recover(self) -> None:
        """The printer goes on after an error only when it is told to."""
        if not self._one_write.locked():
            await self.write(RECOVER)

    async def _until_given_up(self) -> None:
        await self._given_up.wait()
        self._must_be_up()

    async def _read(self) -> None:
        while True:
            items = self._decoder.feed(await self._connection.read())
            before = dict(self.facts)
            strange = sum(not self._take(item) for item in items)
            self._news.set()
            if self.facts != before:
                await self._told(self.facts)
            if strange and self._now() - self._strange_at > _STRANGE_EVERY_S:
                self._strange_at = self._now()
                await self._strange(strange)

    def _take(self, item: Item) -> bool:
        """True where it is something that a printer may say now."""
        match item:
            case Unexpected():
                return False
            case RealTimeReply() if self._late:
                self._late -= 1
            case RealTimeReply():
                if self._inquiry is None:
                    return False
                request, answer = self._inquiry
                self.facts.update(item.facts(request))
                self.answers = True
                self._inquiry = None
                answer.set()
            case Facts(values=values):
                self.facts.update(values)
            case PaperSensor(roll=roll):
                self.facts["paper"] = roll
        self._heard_at = self._now()
        for taker in self._takers:
            taker(item)
        return True

    def _must_be_up(self) -> None:
        if self._given_up.is_set():
            raise DeviceLost(f"{self._name}: {self._why_given_up}")

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
