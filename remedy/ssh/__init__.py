"""SSH: checked, bounded connections, and scripts run over them. Importing this package loads no library."""

from remedy.ssh.talk import Conversation, Reply, Talk

__all__ = ["Conversation", "Reply", "Talk"]
