"""What a person types to do something on a host."""

import pytest

from remedy.inventory import Host
from remedy.inventory.login import login

ADDRESS = "203.0.113.10"


@pytest.mark.parametrize(
    ("host", "words"),
    [
        (Host("web1", "web1"), "ssh -n web1"),
        (Host("web1", ADDRESS, user="root"), "ssh -n root@203.0.113.10"),
        (Host("web1", ADDRESS, port=2222, jump="a,b"), "ssh -n -p 2222 -J a,b 203.0.113.10"),
        (Host("web1", ADDRESS, identity_file=("~/.ssh/a", "~/.ssh/b")), "ssh -n -i ~/.ssh/a -i ~/.ssh/b 203.0.113.10"),
        (Host("web1", "2001:db8::7", user="root"), "ssh -n root@2001:db8::7"),
        (Host("web1", ADDRESS, user="admin", sudo=True), "ssh -t admin@203.0.113.10 sudo"),
    ],
)
def test_the_words_say_what_hosts_yaml_says_and_leave_the_rest_to_ssh_config(host: Host, words: str) -> None:
    assert " ".join(login(host)) == words
