"""Configuration errors name the file, the key and what was expected."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from edge_agent.api.errors import ConfigError
from edge_agent.config import load_config

LANE = '[lane]\nstore = "1"\nlane = "2"\ncurrency = "EUR"\n'


def load(tmp_path: Path, text: str) -> object:
    path = tmp_path / "config.toml"
    path.write_text(text)
    return load_config(path)


def test_the_smallest_file_is_enough(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text(LANE)
    assert load_config(path).lane.source == "/stores/1/lanes/2"


def test_the_example_that_ships_is_valid() -> None:
    example = Path(__file__).parents[2] / "deploy" / "config.example.toml"
    assert load_config(example).kafka is not None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "lane: this key is missing"),
        ("[lane\n", "not valid TOML"),
        (LANE.replace('"EUR"', '"euro"'), "lane.currency: "),
        (LANE + "colour = 1\n", "lane.colour: there is no such key"),
        (LANE + 'time_zone = "Mars/Base"\n', "lane.time_zone: "),
        (LANE + '[agent]\nplugin_budget_ms = "fast"\n', "agent.plugin_budget_ms: "),
        (LANE + '[scans]\nemployee_badge = "EMP[0-9]+"\n', "exactly one (group)"),
        (LANE + '[scans]\nemployee_badge = "(("\n', "not a regular expression"),
        (LANE + '[scans]\ncountry = "XX"\n', "scans.country: "),
        (LANE + '[scans]\neight_digits = "both"\n', "scans.eight_digits: "),
        (LANE + '[scans]\ngift_card = "(("\n', "scans.gift_card: "),
        (LANE + '[scans]\nfunctions = { X = "pay" }\n', "scans.functions.X: "),
        (LANE + '[scans]\ngroup_separators = ["ab"]\n', "scans.group_separators.0: "),
        (LANE + '[[scans.measures]]\nlayout="2I"\ndecimals=2\n', "scans.measures.0: "),
        (LANE + '[identity]\nexpired = "maybe"\n', "identity.expired: "),
        (LANE + '[identity]\nscan_in = { VA = "never" }\n', "identity.scan_in.VA: "),
        (LANE + '[identity]\njurisdiction = "Utah"\n', "identity.jurisdiction: "),
        (LANE + '[[devices]]\nname = "a"\n', "devices.0.driver: this key is missing"),
        (LANE + '[[devices]]\nname="a"\ndriver="x"\n' * 2, "a is there twice"),
        (
            LANE + '[kafka]\nbootstrap_servers = "k:1"\nclient = {acks = 1}\n',
            "kafka.client: acks cannot be set",
        ),
        (
            LANE + '[kafka]\nbootstrap_servers = "k:1"\nca_file = "/x.pem"\n',
            "kafka: ca_file: not used without client.security_protocol",
        ),
        (LANE + '[kafka]\ntopic = "a b"\nbootstrap_servers = "k:1"\n', "kafka.topic: "),
    ],
)
def test_an_error_names_the_key(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ConfigError) as error:
        load(tmp_path, text)
    assert says in str(error.value)
    assert "config.toml" in str(error.value)


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no such file.*--config"):
        load_config(tmp_path / "none.toml")


def test_a_companys_own_layouts_come_before_its_countrys(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    own = '[[scans.measures]]\nlayout = "20IIIIIVPPPPC"\ndecimals = 2\n'
    path.write_text(LANE + '[scans]\ncountry = "SE"\n' + own)
    layouts = load_config(path).intake.rules.layouts
    assert [layout.pattern for layout in layouts if layout.prefix == "20"] == ["20IIIIIVPPPPC"]
    assert any(layout.prefix == "23" for layout in layouts)


def test_a_logo_that_is_no_png_is_said_before_the_first_receipt(tmp_path: Path) -> None:
    logo = tmp_path / "logo.png"
    path = tmp_path / "config.toml"
    path.write_text(LANE + f'[receipt]\nlogo = "{logo}"\n')
    table = load_config(path).receipt
    with pytest.raises(ConfigError, match=r"receipt.logo: .*logo.png: No such file"):
        table.receipt_context(ZoneInfo("UTC"))
    logo.write_bytes(b"GIF89a")
    with pytest.raises(ConfigError, match=r"receipt.logo: .*logo.png is not a PNG"):
        table.receipt_context(ZoneInfo("UTC"))
