"""What an exam measured: the whole of it, its questions, its parts of the organisation; worked out by a job, read by pages."""
