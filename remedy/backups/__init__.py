"""Backups: whether a host's are there, good and fresh; and the missing ones run as cron would have run them."""

from pathlib import Path

from remedy.backups.ask import patience, values
from remedy.backups.facts import BackupFacts, BackupsFacts, OwnRun, read
from remedy.backups.judge import judge, section
from remedy.backups.proof import Proof
from remedy.backups.repairs import STATE, repairs
from remedy.topic import Topic

__all__ = ["TOPIC", "BackupFacts", "BackupsFacts", "OwnRun", "Proof"]

TOPIC = Topic(
    name="backups",
    probe=Path(__file__).with_name("probe.sh"),
    entry="backups_probe",
    read=read,
    judge=judge,
    section=section,
    repairs=repairs,
    values=values,
    patience=patience,
    needs=(STATE,),
)
