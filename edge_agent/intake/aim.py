"""AIM symbology identifiers (ISO/IEC 15424): ``]`` + code character + modifier."""

import re

from edge_agent.api.values import Symbology

_IDENTIFIER = re.compile(r"\][A-Za-z][0-9A-Za-z]")
_BY_CODE = {
    "A": Symbology.CODE39,
    "C": Symbology.CODE128,
    "E": Symbology.EAN13,
    "I": Symbology.ITF14,
    "J": Symbology.DOT_CODE,
    "L": Symbology.PDF417,
    "Q": Symbology.QR_CODE,
    "d": Symbology.DATA_MATRIX,
    "e": Symbology.GS1_DATABAR,
}
# The modifiers that tell of FNC1 in first position, GenSpecs section 5.1.3 (J: DotCode).
_BY_CODE_AND_MODIFIER = {
    "C1": Symbology.GS1_128,
    "E4": Symbology.EAN8,
    "J1": Symbology.GS1_DOT_CODE,
    "Q3": Symbology.GS1_QR_CODE,
    "Q4": Symbology.GS1_QR_CODE,
    "d2": Symbology.GS1_DATA_MATRIX,
    "d5": Symbology.GS1_DATA_MATRIX,
}


def split_aim(text: str) -> tuple[str | None, str]:
    """Splits ``]E04006381333931`` into identifier and data; None where there is no identifier."""
    found = _IDENTIFIER.match(text)
    return (found.group(), text[found.end() :]) if found is not None else (None, text)


def symbology_of(identifier: str) -> Symbology:
    """The symbology of an AIM identifier such as ``]L2``."""
    specific = _BY_CODE_AND_MODIFIER.get(identifier[1:])
    return specific or _BY_CODE.get(identifier[1:2], Symbology.OTHER)
