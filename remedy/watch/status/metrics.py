"""What is known, for Prometheus: names and units by its conventions (https://prometheus.io/docs/practices/naming/)."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from prometheus_client.core import CollectorRegistry, CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder

from remedy.watch.model import LOGIN, SSH, Standing, Subject
from remedy.watch.status.known import Known
from remedy.watch.windows import about

Labels = tuple[str, ...]


def metrics(known: Known, accept: str) -> tuple[bytes, str]:
    """The metrics in the format that an Accept header asks for, and its media type."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(known))
    encode, media_type = choose_encoder(accept)
    return encode(registry), media_type


class _Collector:
    """What is known, as families of metrics."""

    def __init__(self, known: Known) -> None:
        self._known = known

    def collect(self) -> Iterator[Metric]:
        yield from self._of_hosts()
        yield from self._of_clocks()
        yield from self._of_the_monitor()

    def _of_hosts(self) -> Iterator[Metric]:
        hosts = self._standings(lambda subject: subject.what == SSH)
        logins = self._standings(lambda subject: subject.what == LOGIN)
        sites = self._standings(lambda subject: subject.what not in (SSH, LOGIN))
        up, host = "1 if it is up, 0 if three looks in a row say that it is down", ("host",)
        yield _gauge("host_up", f"The host's SSH port: {up}.", host, _by(hosts, lambda it: not it.is_down))
        yield _gauge("host_in_doubt", "1 if the last look says otherwise.", host, _by(hosts, _is_in_doubt))
        yield _gauge("host_flapping", "1 while it comes and goes.", host, _by(hosts, lambda it: it.is_flapping))
        yield _gauge("host_in_window", "1 within an announced window.", host, self._in_window())
        since = "When it came to be up or down."
        yield _gauge("host_since_timestamp_seconds", since, host, _by(hosts, lambda it: it.since))
        yield _gauge("login_up", f"The login: {up}.", host, _by(logins, lambda it: not it.is_down))
        pairs = {subject: not standing.is_down for subject, standing in sites.items()}
        yield _gauge("site_up", f"The site: {up}.", ("host", "url"), {(s.host, s.what): v for s, v in pairs.items()})
        yield self._outages(hosts)

    def _of_clocks(self) -> Iterator[Metric]:
        clocks = {(name,): it for name, it in self._known.state.clocks.items() if it.at and name in self._known.hosts}
        host = ("host",)
        behind = "The host's clock minus the true time, when it was read last; negative: it is behind."
        yield _gauge("clock_offset_seconds", behind, host, {name: it.offset for name, it in clocks.items()})
        bound = "By how much that offset may be off."
        yield _gauge("clock_offset_error_seconds", bound, host, {name: it.error for name, it in clocks.items()})
        read = "When the host's clock was read last."
        yield _gauge("clock_read_timestamp_seconds", read, host, {name: it.at for name, it in clocks.items()})

    def _of_the_monitor(self) -> Iterator[Metric]:
        known = self._known
        if known.round_age is not None:
            made: Mapping[Labels, float] = {(): known.now - known.round_age}
            yield _gauge("watch_last_round_timestamp_seconds", "When a round was made and kept last.", (), made)
        yield _gauge("watch_healthy", "What /healthz says.", (), {(): not known.ailment})
        offline = known.state.offline_since is not None
        yield _gauge("watch_offline", "1 while this machine reaches nobody.", (), {(): offline})
        yield _gauge("outbox_size", "Letters and events that are still to be told.", (), {(): known.outbox.waiting})
        yield _gauge("outbox_stuck", "1 if a destination can't be told.", (), {(): bool(known.outbox.troubles)})

    def _standings(self, is_it: Callable[[Subject], bool]) -> Mapping[Subject, Standing]:
        known = self._known
        return {s: it for s, it in known.state.standings.items() if s.host in known.hosts and is_it(s)}

    def _in_window(self) -> Mapping[Labels, bool]:
        known = self._known
        running = [w for w in about(known.announced, known.hosts.values()) if w.begin <= known.now < w.end]
        return {(name,): any(name in window.hosts for window in running) for name in known.hosts}

    def _outages(self, hosts: Mapping[Subject, Standing]) -> Metric:
        told = "Outages of the host, told or not; one that goes on is one."
        family = CounterMetricFamily("post_mainte_outages", told, labels=("host",))
        for subject, standing in hosts.items():
            family.add_metric(_clean((subject.host,)), self._known.outages.get(subject.host, 0) + standing.is_down)
        return family


def _is_in_doubt(standing: Standing) -> bool:
    return standing.was_bad != standing.is_down


def _by(standings: Mapping[Subject, Standing], value: Callable[[Standing], float]) -> Mapping[Labels, float]:
    return {(subject.host,): value(standing) for subject, standing in standings.items()}


def _gauge(name: str, told: str, labels: Labels, values: Mapping[Labels, float]) -> Metric:
    family = GaugeMetricFamily(f"post_mainte_{name}", told, labels=labels)
    for its, value in values.items():
        family.add_metric(_clean(its), float(value))
    return family


def _clean(labels: Iterable[str]) -> list[str]:
    """Labels that UTF-8 can have."""
    return [label.encode(errors="replace").decode() for label in labels]
