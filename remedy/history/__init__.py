"""Earlier runs, kept in SQLite: written while a run goes on, and read again by `fab history` and --resume."""

from remedy.history.database import UNFINISHED, HistoryError
from remedy.history.past import History, PastRun
from remedy.history.recorder import Recorder, unfinished

__all__ = ["UNFINISHED", "History", "HistoryError", "PastRun", "Recorder", "unfinished"]
