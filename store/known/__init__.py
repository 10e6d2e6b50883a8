"""What a generation knows beforehand: files beside the quads, and answers from them without the engine."""
