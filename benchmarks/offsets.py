"""How near the truth the offsets are: 1,000 measurements a source over a real sshd, where the true offset is nought."""
