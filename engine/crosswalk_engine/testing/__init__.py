"""What every connector and journal must pass, shipped with the product."""
