"""The pages: thin; what they do is in `crosswalk_studio.services`."""
