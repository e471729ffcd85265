"""What a question, a paper, an attempt and a score are. No framework, no clock, no chance, no disk."""
