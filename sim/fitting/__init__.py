"""From what a mall has counted to a scenario: read a ticket log, audit it, fit each part."""
