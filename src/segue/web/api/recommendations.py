"""GET /v1/recommendations: one ranked list."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from segue.core.events import MAX_ID
from segue.core.types import Kind
from segue.surfaces.views import Recommendations
from segue.web.api.home import Listener, Where
from segue.web.resource import Resource, reading
from segue.web.service import Service

KindName = Annotated[str, Meta(max_length=20, description=", ".join(k.label for k in Kind))]
HowMany = Annotated[int, Meta(ge=1, le=200, description="how many at most")]
SeedUri = Annotated[str, Meta(min_length=1, max_length=MAX_ID)]


def parse_kind(name: str | None) -> str | None:
    """A valid kind's name, None for none, or UnknownName."""
    return Kind.parse(name).label if name else None


class RecommendationParams(Where, frozen=True, kw_only=True):
    listener: Listener
    kind: KindName | None = None
    n: HowMany = 10
    seed: Annotated[tuple[SeedUri, ...], Meta(max_length=50, description="items to start from, by uri")] = ()
    words: Annotated[str, Meta(max_length=300, description="what it should be like: calm piano for studying")] = ""


def recommend(service: Service, params: RecommendationParams) -> Recommendations:
    return service.recommend(
        params.listener, parse_kind(params.kind), params.n, params.seed, params.context(), params.words
    )


RESOURCES = (
    Resource("GET", "/v1/recommendations", "The best items for a listener, ranked", reading(recommend),
             Recommendations, RecommendationParams, errors=(400, 401, 403, 404, 503), whose="listener"),
)  # fmt: skip
