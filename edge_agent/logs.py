"""Log lines: to standard error, as text for people or as JSON for the journal.

Nothing that only tells may stop what works. A thread of its own writes, so that a reader that does
not read holds up nothing; a line that cannot be written, kept or formatted is counted and dropped.
A line that comes again and again is written a few times a minute, with a count.
"""

import asyncio
import logging
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from queue import Full, Queue
from time import monotonic
from typing import Any, Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from edge_agent.api.text import fit_if_text

LONGEST_VALUE = 4000
"""Characters of one value of a line; a traceback fits."""
MOST_A_MINUTE = 5
MOST_WAITING = 2000
"""Lines that wait to be written."""
_MOST_KINDS = 500
_WINDOW_S = 60.0
_WHAT_IT_IS_ABOUT = ("device", "service", "plugin", "job", "error")


def configure_logs(style: Literal["text", "json"]) -> "LogStream":
    """Set up structlog and logging for the daemon; libraries may only warn."""
    stream = LogStream(sys.stderr)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(name)s: %(message)s"))
    handler.addFilter(RepeatedRecords(monotonic))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    # aiokafka reports every attempt to reach an absent broker; the forwarder says it once.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    rendering: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info
        if style == "json"
        else structlog.processors.ExceptionPrettyPrinter(stream),  # type: ignore[arg-type]
        _fit_values,
        structlog.processors.JSONRenderer()
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=stream.isatty()),
    ]
    structlog.configure(
        processors=[RepeatFilter(monotonic), _Unfailing(rendering)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(stream),  # type: ignore[arg-type]
    )
    return stream


def log_loop_errors(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """An event loop's exception handler: what it has to say is a line like any other."""
    error = context.get("exception")
    structlog.get_logger().error(
        "event loop error",
        error=type(error).__name__ if error is not None else "none",
        reason=str(error) if error is not None else str(context.get("message", "")),
    )


class LogStream:
    """A text stream that never raises and never waits; ``lost`` counts lines not written."""

    def __init__(self, stream: TextIO | None) -> None:
        """
        Args:
            stream: None where the process was started without one.
        """
        self.lost = 0
        self._stream = stream
        self._waiting: Queue[str | None] = Queue(MOST_WAITING)
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)
        self._thread.start()

    def write(self, text: str) -> int:
        """Hand a text to the thread that writes, or count it as lost."""
        try:
            self._waiting.put_nowait(text)
        except Full:
            self.lost += 1
        return len(text)

    def flush(self) -> None:
        """Nothing to do: the thread flushes what it writes."""

    def isatty(self) -> bool:
        """True where people look at it."""
        return self._stream is not None and self._stream.isatty()

    def close(self, timeout_s: float = 1.0) -> None:
        """Write what waits, as far as that can be done in time."""
        try:
            self._waiting.put(None, timeout=timeout_s)
        except Full:
            return
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while (text := self._waiting.get()) is not None:
            try:
                if self._stream is None:
                    raise OSError("there is no standard error")
                self._stream.write(text)
                self._stream.flush()
            # The reader is gone, the disk below is full, the stream is closed, or cannot encode it.
            except (OSError, ValueError):
                self.lost += 1


@dataclass(slots=True)
class _Seen:
    since: float
    times: int = 0
    dropped: int = 0


class _Repeats:
    """Limit of lines of a kind: ``MOST_A_MINUTE``, and then the next minute's first ones."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._seen: OrderedDict[tuple[object, ...], _Seen] = OrderedDict()

    def admit(self, kind: tuple[object, ...]) -> dict[str, object] | None:
        """The words to add to a line of the kind; None where it does not pass."""
        now = self._clock()
        more: dict[str, object] = {}
        seen = self._seen.get(kind)
        if seen is None or now - seen.since > _WINDOW_S:
            if seen is not None and seen.dropped:
                more["repeated"] = seen.dropped
            seen = self._seen[kind] = _Seen(now)
        self._seen.move_to_end(kind)
        if len(self._seen) > _MOST_KINDS:
            self._seen.popitem(last=False)
        seen.times += 1
        if seen.times > MOST_A_MINUTE:
            seen.dropped += 1
            return None
        if seen.times == MOST_A_MINUTE:
            more["note"] = "further ones of this minute are only counted"
        return more

    def __len__(self) -> int:
        return len(self._seen)


class RepeatFilter:
    """A processor: a line passes a few times a minute; the next one says how many did not."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.kinds = _Repeats(clock)

    def __call__(self, _: WrappedLogger, method: str, event: EventDict) -> EventDict:
        about = (str(event.get(key)) for key in _WHAT_IT_IS_ABOUT)
        more = self.kinds.admit((method, event.get("event"), *about))
        if more is None:
            raise structlog.DropEvent
        event.update(more)
        return event


class RepeatedRecords(logging.Filter):
    """The same for the lines of libraries, which are told apart by where they are written."""

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__()
        self._kinds = _Repeats(clock)

    def filter(self, record: logging.LogRecord) -> bool:
        more = self._kinds.admit((record.name, record.levelno, record.pathname, record.lineno))
        if more:
            record.msg = f"{record.msg} {more}"
        return more is not None


class _Unfailing:
    """Runs processors; what makes one of them fail becomes a shorter line."""

    def __init__(self, processors: list[Processor]) -> None:
        self._processors = processors

    def __call__(self, logger: WrappedLogger, method: str, event: EventDict) -> str:
        name = str(event.get("event"))
        rendered: Any = event
        try:
            for processor in self._processors:
                rendered = processor(logger, method, rendered)
        # Whatever a value's own methods raise while it is shown.
        except Exception as error:
            return f"{method}: {name} (the rest cannot be shown: {type(error).__name__})"
        return str(rendered)


def _fit_values(
    _: WrappedLogger, __: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    return {key: fit_if_text(value, LONGEST_VALUE) for key, value in event.items()}
