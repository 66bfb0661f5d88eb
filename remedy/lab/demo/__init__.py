"""`make demo`: the morning after a pause of three hours, on throwaway hosts on this machine, put right by real runs."""
