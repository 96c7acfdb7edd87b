"""GET /v1/console: what operators see of Home."""

from __future__ import annotations

from segue.surfaces.views import HomeReport
from segue.web.auth import Scope
from segue.web.resource import NoParams, Resource, reading
from segue.web.service import Service


def console(service: Service, _params: NoParams) -> HomeReport:
    return service.home_report()


RESOURCES = (
    Resource("GET", "/v1/console", "How Home chooses and what that is worth: policies with intervals, estimates of "
             "others, arms, days, calibration", reading(console), HomeReport, scope=Scope.ADMIN),
)  # fmt: skip
