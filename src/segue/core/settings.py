"""segue.toml and SEGUE_… variables as one frozen table; it is also the reference page of settings."""

from __future__ import annotations

import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

FILE = "segue.toml"
_ORIGIN = re.compile(r"(https?)://([a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])(:[1-9][0-9]{0,4})?")
_USUAL = {"http": ":80", "https": ":443"}


def _origin(text: str) -> str:
    """Scheme, host and port as browsers write them, without the port that is usual."""
    found = _ORIGIN.fullmatch(text.lower())
    if found is None:
        raise ValueError(f"{text!r} is not where a page comes from; that looks like https://player.example.org")
    return found[0].removesuffix(_USUAL[found[1]])


def _network(text: str) -> str:
    """An address, or a range of them, as they are written."""
    try:
        network = ip_network(text)
    except ValueError:
        raise ValueError(f"{text!r} is no address; that looks like 127.0.0.1, ::1 or 10.0.0.0/8") from None
    return str(network.network_address if network.num_addresses == 1 else network)


class Settings(BaseSettings):
    """Every setting of a workspace. Precedence: argument, environment (`SEGUE_…`), `segue.toml`, default."""

    model_config = SettingsConfigDict(env_prefix="SEGUE_", frozen=True, extra="forbid")

    tenant: Annotated[str, Field(description="tenant of commands that name none")] = "default"
    seed: Annotated[int, Field(description="seed of everything random")] = 0
    recipes: Annotated[
        tuple[str, ...], Field(description="recipes that `segue train` fits; empty: all that fit the data")
    ] = ()
    tuning_trials: Annotated[int, Field(description="settings of a recipe tried when tuning it", ge=1)] = 24
    threads: Annotated[int, Field(description="threads of linear algebra; 0: all cores", ge=0)] = 0
    state: Annotated[
        str,
        Field(
            description="where the state is kept: empty: in the workspace, for one machine; "
            "postgresql://user@host/database: there, for several",
            repr=False,
        ),
    ] = ""
    log: Annotated[
        str,
        Field(
            description="where accepted events go first: empty: into the log; kafka://host:9092/topic: there, and on "
            "into the log by `segue ingest`",
            repr=False,
        ),
    ] = ""
    seal_rows: Annotated[int, Field(description="events in the front store before they are sealed", ge=1)] = 50_000
    keep_releases: Annotated[int, Field(description="releases kept for rollback", ge=1)] = 5
    host: Annotated[str, Field(description="address `segue serve` binds to")] = "127.0.0.1"
    port: Annotated[int, Field(description="port of `segue serve`", ge=0, le=65535)] = 8800
    workers: Annotated[int, Field(description="processes that answer", ge=1, le=64)] = 1
    origins: Annotated[
        tuple[Annotated[str, AfterValidator(_origin)], ...],
        Field(description="where web pages come from that may call `/v1/…` with a key: https://player.example.org"),
    ] = ()
    proxies: Annotated[
        tuple[Annotated[str, AfterValidator(_network)], ...],
        Field(
            description="addresses of your proxies: who asks is whom their `X-Forwarded-For` names; 10.0.0.0/8: a range"
        ),
    ] = ()
    tenants_open: Annotated[
        int,
        Field(description="tenants beside its own that a process holds open; the least asked makes room", ge=1),
    ] = 8
    traces: Annotated[
        str,
        Field(description="where traces go: http://localhost:4318/v1/traces (extra otel); empty: none"),
    ] = ""
    traces_share: Annotated[float, Field(description="share of requests that are traced", ge=0, le=1)] = 0.01
    exclude: Annotated[tuple[str, ...], Field(description="exclusions for every listener: tag:…, kind:…")] = ()
    heard_days: Annotated[float, Field(description="days during which what was heard is not called new", ge=0)] = 30.0
    artist_cap: Annotated[int, Field(description="cards of one artist on a shelf", ge=1)] = 2
    album_cap: Annotated[int, Field(description="cards of one album on a shelf", ge=1)] = 1
    shelf_cards: Annotated[int, Field(description="cards on a shelf", ge=1, le=100)] = 12
    shelf_arms: Annotated[int, Field(description="cards that a shelf chooses among", ge=3, le=500)] = 40
    page_shelves: Annotated[int, Field(description="shelves on a page", ge=1, le=50)] = 12
    pages_kept: Annotated[
        int,
        Field(description="pages last made that a server keeps for a day, to show them under load; 0: none", ge=0),
    ] = 100_000

    policy: Annotated[
        str, Field(description="how Home chooses: a policy, or one with parameters: plackett-luce(temperature=0.2)")
    ] = "plackett-luce"
    ranker: Annotated[
        str, Field(description="how the worth of a card is learned from what was shown; see `segue.models.responses`")
    ] = "logistic"
    learn_days: Annotated[int, Field(description="days of pages that `segue learn` learns from", ge=1)] = 28
    explore: Annotated[bool, Field(description="false: always the best, nothing is tried; the log says so")] = True
    balance: Annotated[
        float,
        Field(description="how much a page follows the listener's own mix of kinds and genres; 0: not at all", ge=0),
    ] = 0.5
    features_kept: Annotated[
        float, Field(description="share of pages logged with the features they were ranked by, for checks", ge=0, le=1)
    ] = 0.02
    control: Annotated[float, Field(description="share of listeners whose Home is by popularity", ge=0, le=1)] = 0.0
    reward_stream: Annotated[float, Field(description="worth of a card that is streamed", ge=0)] = 1.0
    reward_completion: Annotated[float, Field(description="worth of a card heard to the end", ge=0)] = 0.5
    reward_discovery: Annotated[
        float, Field(description="further worth of a stream when the artist is new to the listener", ge=0)
    ] = 0.3

    event_late_days: Annotated[float, Field(description="how old an event over HTTP may be", gt=0)] = 3_650.0
    event_future_hours: Annotated[float, Field(description="how far in the future it may lie", ge=0)] = 1.0
    event_skew_s: Annotated[
        float, Field(description="a sender's clock that is off by more, as its sent_at shows, is corrected", ge=0)
    ] = 60.0
    ingest_queue_mb: Annotated[
        int, Field(description="events over HTTP that may wait to be written, in MB; above: 429", ge=1)
    ] = 32
    dead_letters_kept: Annotated[int, Field(description="refused events kept to be looked at", ge=1)] = 10_000

    import_private: Annotated[
        bool, Field(description="whether imports by address may read from a private network, such as one's own server")
    ] = False
    alert_webhook: Annotated[
        str, Field(description="address that is told of failed checks: https, or http on this machine; empty: none")
    ] = ""
    alert_private: Annotated[bool, Field(description="whether that may be an address in a private network")] = False
    alert_secret: Annotated[str, Field(description="key that signs what the webhook is sent", repr=False)] = ""
    alert_command: Annotated[
        tuple[str, ...], Field(description="command that is told of failed checks, as JSON on its standard input")
    ] = ()
    alert_level: Annotated[
        Literal["fail", "warn"], Field(description="what is told: fails alone, or warnings, too")
    ] = "fail"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls))


def read_settings(workspace: Path) -> Settings:
    """Settings of a workspace, or InputError naming the wrong key and the valid ones."""
    from pydantic import ValidationError

    from segue.core.errors import InputError

    class Here(Settings):
        model_config = SettingsConfigDict(toml_file=workspace / FILE)

    try:
        return Here()
    except ValidationError as e:
        first = e.errors()[0]
        valid = ", ".join(Settings.model_fields)
        name = ".".join(map(str, first["loc"]))
        raise InputError(f"{workspace / FILE}: {name}: {first['msg']}; settings are: {valid}") from None
    except ValueError as e:  # broken TOML
        raise InputError(f"{workspace / FILE}: {e}") from None
