"""Where log lines go: standard error, as text for people or as JSON for the journal."""

import logging
import sys
from typing import Literal

import structlog


def configure_logs(style: Literal["text", "json"]) -> None:
    """Sets up structlog for the daemon; libraries may only warn."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(name)s: %(message)s")
    # aiokafka reports every attempt to reach an absent broker; the forwarder says it once.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info
            if style == "json"
            else structlog.processors.ExceptionPrettyPrinter(),
            structlog.processors.JSONRenderer()
            if style == "json"
            else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
