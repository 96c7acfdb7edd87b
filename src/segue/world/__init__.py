"""A simulated world whose truth is known. Only jobs and tests may import it: no model sees behind the wall."""

from segue.world.items import SIMULATED
from segue.world.settings import WorldSettings
from segue.world.world import NOTICE, World, make_world

__all__ = ["NOTICE", "SIMULATED", "World", "WorldSettings", "make_world"]
