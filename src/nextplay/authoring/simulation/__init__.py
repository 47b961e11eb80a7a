"""What a whole book of accounts would get from one rulebook, before anybody is bothered by it."""

from nextplay.authoring.simulation.document import simulation_document
from nextplay.authoring.simulation.simulation import Simulating, Simulation, simulate
from nextplay.authoring.simulation.tally import Tally

__all__ = ["Simulating", "Simulation", "Tally", "simulate", "simulation_document"]
