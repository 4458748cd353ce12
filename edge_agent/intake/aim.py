"""AIM symbology identifiers (ISO/IEC 15424): ``]`` + code character + modifier."""

from edge_agent.api.values import Symbology

_BY_CODE = {
    "A": Symbology.CODE39,
    "C": Symbology.CODE128,
    "E": Symbology.EAN13,
    "I": Symbology.ITF14,
    "L": Symbology.PDF417,
    "Q": Symbology.QR_CODE,
    "d": Symbology.DATA_MATRIX,
    "e": Symbology.GS1_DATABAR,
}
_BY_CODE_AND_MODIFIER = {
    "C1": Symbology.GS1_128,
    "E4": Symbology.EAN8,
    "Q3": Symbology.GS1_QR_CODE,
    "d2": Symbology.GS1_DATA_MATRIX,
}


def split_aim(text: str) -> tuple[Symbology | None, str]:
    """Splits ``]E04006381333931`` into its symbology and data; None where there is no AIM id."""
    if len(text) < 3 or text[0] != "]":
        return None, text
    specific = _BY_CODE_AND_MODIFIER.get(text[1:3])
    return specific or _BY_CODE.get(text[1], Symbology.OTHER), text[3:]
