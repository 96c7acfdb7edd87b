"""Protocols that players and apps speak already, one a file: each module's `plugin` is its resources.

A protocol says in its own way who calls, and answers in its own form, errors too. What it is told goes through the
service into the log like any other event; what arrives by name alone is recognized by `segue.store.merging`.
"""

from __future__ import annotations

from segue.core.registry import Registry
from segue.web.resource import Resource

PROTOCOLS = Registry[tuple[Resource, ...]]("segue.web.compat", "protocol")
COMPAT: tuple[Resource, ...] = tuple(resource for name in PROTOCOLS for resource in PROTOCOLS[name])
