"""What an organisation learned in a year, in figures and pictures, each opening the entries behind it."""
