"""Recipes: hyper-parameters with `fit`. Training only, one a file; what they fit is served from `segue.fitted`."""

from segue.core.protocols import Recipe
from segue.core.registry import Registry

RECIPES = Registry[type[Recipe]]("segue.models", "recipe")
