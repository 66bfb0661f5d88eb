"""What all pages share: how templates become pages, the frame that they stand in, and the style."""
