"""The faults, a module for each family; they are listed in the order of these imports."""
from ..fault import FAULTS
from . import refusals, delivery, headers, documents, certificates, claims, connections
