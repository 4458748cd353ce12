"""Log lines: to standard error, as text for people or as JSON for the journal.

Nothing that only tells may stop what works: a line that cannot be written or formatted is counted
and dropped. A line that comes again and again is written a few times a minute, with a count.
"""

import asyncio
import logging
import sys
from collections import OrderedDict
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from time import monotonic
from typing import Any, Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from edge_agent.api.text import fit

LONGEST_VALUE = 4000
"""Characters of one value of a line; a traceback fits."""
MOST_A_MINUTE = 5
_MOST_KINDS = 500
_WINDOW_S = 60.0
_WHAT_IT_IS_ABOUT = ("device", "service", "plugin", "job", "error")


def configure_logs(style: Literal["text", "json"]) -> "LogStream":
    """Set up structlog and logging for the daemon; libraries may only warn."""
    stream = LogStream(sys.stderr)
    logging.basicConfig(
        stream=stream, level=logging.WARNING, format="%(name)s: %(message)s", force=True
    )
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
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
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
    """A text stream that never raises; ``lost`` counts the lines that were not written."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.lost = 0

    def write(self, text: str) -> int:
        """Write, or count the line as lost."""
        try:
            return self._stream.write(text)
        # The reader is gone, the disk below is full, the stream is closed, or cannot encode it.
        except (OSError, ValueError):
            self.lost += 1
            return 0

    def flush(self) -> None:
        """Hand over what was written, or count it as lost."""
        try:
            self._stream.flush()
        except (OSError, ValueError):
            self.lost += 1


@dataclass(slots=True)
class _Seen:
    since: float
    times: int = 0
    dropped: int = 0


class RepeatFilter:
    """Lets a line of one kind pass ``MOST_A_MINUTE`` times; the next one says how many were not."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._seen: OrderedDict[tuple[object, ...], _Seen] = OrderedDict()

    def __call__(self, _: WrappedLogger, method: str, event: EventDict) -> EventDict:
        kind = (method, event.get("event"), *(str(event.get(key)) for key in _WHAT_IT_IS_ABOUT))
        now = self._clock()
        seen = self._seen.get(kind)
        if seen is None or now - seen.since > _WINDOW_S:
            if seen is not None and seen.dropped:
                event["repeated"] = seen.dropped
            seen = self._seen[kind] = _Seen(now)
        self._seen.move_to_end(kind)
        if len(self._seen) > _MOST_KINDS:
            self._seen.popitem(last=False)
        seen.times += 1
        if seen.times > MOST_A_MINUTE:
            seen.dropped += 1
            raise structlog.DropEvent
        if seen.times == MOST_A_MINUTE:
            event["note"] = "further ones of this minute are only counted"
        return event


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
    return {key: fit(value, LONGEST_VALUE) for key, value in event.items()}
