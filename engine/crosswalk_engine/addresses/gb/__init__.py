"""Addresses in the United Kingdom: postcode grammar, live postcodes, areas and their post towns."""
