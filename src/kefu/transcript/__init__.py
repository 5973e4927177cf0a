"""Real calls as call centres export them, read into turns; what cannot be read is listed, never dropped unseen."""

from kefu.transcript.model import Note, Reading, Recorded
from kefu.transcript.read import Form, read_transcripts

__all__ = ["Form", "Note", "Reading", "Recorded", "read_transcripts"]
