"""Options that tell one scan from the next."""

from typing import Annotated

from pydantic import Field

from drivers.wire.control_text import ControlText
from drivers.wire.framing import Framing
from edge_agent.api.device import DriverOptions


class ScanLimits(DriverOptions):
    """Bounds of every scan."""

    unfinished_after_s: Annotated[float, Field(gt=0, le=10)] = 0.5
    """Silence, in seconds, that ends a scan without a suffix or a document, or tells that a scan
    broke off."""
    longest_scan: Annotated[int, Field(ge=16, le=8192)] = 4096
    """Bytes; what is longer is dropped, and that is said."""


class FramingOptions(ScanLimits):
    """Text around each scan; control characters are written ``<STX>``, ``<CR><LF>``."""

    prefix: ControlText = b""
    """Comes before each scan, such as ``<STX>``."""
    suffix: ControlText = b"\r"
    """Comes after each scan: ``<CR>`` is Enter on a keyboard, ``<TAB>`` is Tab; empty where scans
    end with a pause."""

    def framing(self) -> Framing:
        """A new framing."""
        return Framing(self.prefix, self.suffix, self.longest_scan)
