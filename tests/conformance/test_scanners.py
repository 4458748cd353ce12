"""Every scanner's driver holds what every driver must."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from edge_agent.api.device import Driver
from edge_agent.testing import FakeHost, ScannerConformance, serving
from tests.conformance.scanner_rigs import (
    HidIdRig,
    HidRig,
    IdRig,
    KeyboardPauseRig,
    KeyboardRig,
    PauseRig,
    Rig,
    SerialRig,
    StxEtxRig,
)
from tests.waiting import until

CODES = (b"4006381333931", b"]C10100000000000000\x1d10AB")


class RiggedScanner(ScannerConformance):
    """A rig as a device under test."""

    rig_type: ClassVar[type[Rig]]

    @pytest.fixture(autouse=True)
    async def _rig(self, tmp_path: Path) -> AsyncIterator[None]:
        self.rig = self.rig_type(tmp_path)
        async with self.rig.ready():
            yield

    def driver(self, host: FakeHost) -> Driver[Any]:
        return self.rig.driver(host)

    async def plug(self) -> None:
        self.rig.plug()

    async def unplug(self) -> None:
        self.rig.unplug()

    async def emit(self, data: bytes) -> None:
        await self.rig.emit(data)


class TestSerialScanner(RiggedScanner):
    """On a pseudo-terminal."""

    rig_type = SerialRig
    good_input = tuple(code + b"\r" for code in CODES)
    good_scans = CODES

    async def test_it_is_enabled_while_somebody_listens_and_told_what_became_of_each_scan(
        self,
    ) -> None:
        self.rig.options = {  # type: ignore[attr-defined]
            "enable": "<SYN>E<CR>",
            "disable": "<SYN>D<CR>",
            "good_read": "<ACK>",
            "bad_read": "<NAK>",
        }
        scanner = self.rig.device  # type: ignore[attr-defined]
        await self.plug()
        host = FakeHost()
        async with serving(self.driver(host)):
            assert await scanner.scan("4006381333931")
            host.accept = False
            assert not await scanner.scan("4006381333932")
            assert not await scanner.scan("x" * 5000)
            assert "longer than any scan" in host.errors[0]
        await until(lambda: scanner.heard.endswith(b"\x16D\r"))
        assert bytes(scanner.heard) == b"\x16E\r\x06\x15\x15\x16D\r"
        await self.unplug()


class TestSerialScannerWithStxEtx(RiggedScanner):
    """On a pseudo-terminal."""

    rig_type = StxEtxRig
    good_input = tuple(b"\x02" + code + b"\x03" for code in CODES)
    good_scans = CODES


class TestSerialScannerWithPauses(RiggedScanner):
    """On a pseudo-terminal; one scan, since pieces without pauses are one."""

    rig_type = PauseRig
    good_input = CODES[:1]
    good_scans = CODES[:1]


class TestSerialIdScanner(RiggedScanner):
    """On a pseudo-terminal."""

    rig_type = IdRig
    good_input = (b"@\n\x1e\rANSI 636000100102DL00410278\rDBB06061986\r",)
    good_scans = (b"@\n\x1e\rANSI 636000100102DL00410278\rDBB06061986",)


class TestKeyboardScanner(RiggedScanner):
    """On a stream of input events."""

    rig_type = KeyboardRig
    good_scans: ClassVar[tuple[bytes, ...]] = CODES

    @pytest.fixture(autouse=True)
    def _typed(self, _rig: None) -> None:
        pieces = [b"".join(self.rig.wire(code)) for code in CODES]
        self.good_input = pieces  # type: ignore[misc]


class TestKeyboardScannerWithPauses(TestKeyboardScanner):
    """On a stream of input events; one scan, since pieces without pauses are one."""

    rig_type = KeyboardPauseRig
    good_scans = CODES[:1]

    @pytest.fixture(autouse=True)
    def _typed(self, _rig: None) -> None:
        self.good_input = [b"".join(self.rig.wire(CODES[0]))]  # type: ignore[misc]


class TestHidPosScanner(RiggedScanner):
    """On a simulated USB bus; a report is never cut into pieces by the bus."""

    rig_type = HidRig
    keeps_pieces = True
    good_scans = (b"]C04006381333931", b"]C0" + b"long" * 40)

    @pytest.fixture(autouse=True)
    def _reported(self, _rig: None) -> None:
        codes = (scan.removeprefix(b"]C0") for scan in self.good_scans)
        self.good_input = [b"".join(self.rig.wire(code)) for code in codes]  # type: ignore[misc]


class TestHidPosIdScanner(TestHidPosScanner):
    """On a simulated USB bus."""

    rig_type = HidIdRig
