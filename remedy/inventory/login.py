"""How a person gets to a host, as we do."""

from remedy.inventory.host import Host


def login(host: Host) -> tuple[str, ...]:
    """The words before a command that is to be typed for the host: ssh -n -p 2222 root@203.0.113.10 (ssh(1)).

    The last one is sudo where the host's user is not root; ssh_config decides what hosts.yaml leaves open. With -n, a
    line of several that are pasted at once does not take the others for its input; sudo needs a terminal for passwords.
    """
    options = (("-p", host.port), ("-J", host.jump), *(("-i", file) for file in host.identity_file))
    words = [word for option, value in options if value is not None for word in (option, str(value))]
    destination = f"{host.user}@{host.address}" if host.user else host.address
    return ("ssh", "-t", *words, destination, "sudo") if host.sudo else ("ssh", "-n", *words, destination)
