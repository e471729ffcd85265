"""What the personnel file says of people, through time: gender, birth, party, education, category."""
