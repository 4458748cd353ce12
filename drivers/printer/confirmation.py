"""Confirmation that everything sent to a printer is on paper.

By the process id (``GS ( H``) where the printer has it: a question with a number, answered when all
before it is printed. Else by the paper sensor (``GS r 1``), which is answered in order as well but
has no number, so these questions are counted.
"""

import asyncio
from collections import deque

from drivers.printer.conversation import LOST_AFTER_WAITS, Conversation
from drivers.printer.options import Confirmation
from drivers.printer.status import (
    MAKER_REQUEST,
    PAPER_SENSOR_REQUEST,
    Information,
    Item,
    PaperSensor,
    ProcessId,
    process_id_request,
)

_MOST_ANSWERS = 16
_ASKED_FOR_ITS_MAKER = 2
_MAKER_WITH_PROCESS_ID = "EPSON"


class Confirmations:
    """The questions of one conversation that are answered when all before them is printed."""

    def __init__(
        self, talk: Conversation, kind: Confirmation | None, reply_timeout_s: float, *, owed: bool
    ) -> None:
        """
        Args:
            kind: None where the printer is to be asked what it has.
            owed: the connection before this one ended without all its answers.
        """
        self.kind = kind
        self._talk = talk
        self._reply_timeout_s = reply_timeout_s
        self._quiet_s = (LOST_AFTER_WAITS if owed else 1) * reply_timeout_s
        self._numbered: deque[ProcessId | Information] = deque(maxlen=_MOST_ANSWERS)
        self._sensor_asked = self._sensor_told = self._sensor_heard = 0
        self._began = False
        talk.listen(self._take)

    @property
    def outstanding(self) -> bool:
        """True where a question without a number is not answered yet, and may never be."""
        return self._sensor_told < self._sensor_asked

    async def all_printed(self, process_id: str) -> None:
        """Waits until everything that was sent is printed; raises ``DeviceLost``.

        Args:
            process_id: four characters that were not used before.
        """
        if self.kind == "process-id":
            await self._process_id(process_id)
        else:
            await self._paper_sensor()

    async def find_kind(self) -> None:
        """Asks for the process id where the maker is known to have it.

        Other printers may print an unknown command as text. The paper sensor is asked behind the
        maker's name: a printer that answers only that has none to tell. The caller limits the time;
        a printer that is silent for that long leaves ``kind`` unknown.
        """
        self._numbered.clear()
        makers: list[str] = []
        for _ in range(_ASKED_FOR_ITS_MAKER):
            await self._talk.write(MAKER_REQUEST)
            await self._paper_sensor()
            makers += [answer.text for answer in self._numbered if isinstance(answer, Information)]
        if not any(_MAKER_WITH_PROCESS_ID in maker.upper() for maker in makers):
            self.kind = "paper-sensor"
            return
        try:
            async with asyncio.timeout(self._reply_timeout_s):
                await self._process_id("?000")
        except TimeoutError:
            self.kind = "paper-sensor"
        else:
            self.kind = "process-id"

    async def caught_up(self) -> None:
        """Waits for the answers to all questions that were asked."""
        await self._talk.until(lambda: not self.outstanding)

    async def old_answers_are_past(self) -> None:
        """Lets answers to questions of the connection before this one pass, once."""
        heard = -1
        while self.kind == "paper-sensor" and not self._began and heard < _MOST_ANSWERS:
            heard = self._sensor_heard
            await asyncio.sleep(self._quiet_s)
            self._began = self._sensor_heard == heard

    async def _process_id(self, process_id: str) -> None:
        self._numbered.clear()
        await self._talk.write(process_id_request(process_id))
        await self._talk.until(lambda: ProcessId(process_id) in self._numbered)

    async def _paper_sensor(self) -> None:
        self._sensor_asked += 1
        mine = self._sensor_asked
        await self._talk.write(PAPER_SENSOR_REQUEST)
        await self._talk.until(lambda: self._sensor_told >= mine)

    def _take(self, item: Item) -> None:
        match item:
            case PaperSensor():
                # One that nobody waits for is of a connection before this one, or noise.
                self._sensor_heard += 1
                self._sensor_told = min(self._sensor_told + 1, self._sensor_asked)
            case ProcessId() | Information():
                self._numbered.append(item)
