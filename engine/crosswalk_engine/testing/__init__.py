"""What shipped tests are made of: fault points, two small systems, and scenes to run the pipeline in."""
