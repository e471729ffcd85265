"""Writing units: in the browser and by folders, reviewed by somebody else, kept as versions that never change."""
