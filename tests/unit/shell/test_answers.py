"""What is read from the output of a script, however it arrives and whatever else is in it."""

import tracemalloc
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remedy.shell.answers import OUTPUT_LIMIT, Answer, FrameReader, State, printable

TOKEN = "0123456789abcdef0123456789abcdef"
MARK = TOKEN.encode()


def mark(text: str) -> bytes:
    return b"\n" + MARK + b" " + text.encode() + b"\n"


def read(*chunks: bytes) -> FrameReader:
    reader = FrameReader(TOKEN)
    for chunk in chunks:
        list(reader.feed(chunk, 1.0))
    return reader


def told(reader: FrameReader) -> list[tuple[str, str, int | None]]:
    return [(answer.name, answer.output, answer.status) for answer in reader.answers]


def ran(output: bytes, status: int = 0) -> bytes:
    return mark("begin") + mark("run date") + output + mark(f"exit {status}") + mark("end")


STREAM = (
    b"Welcome\nto web1"
    + mark("begin")
    + mark("value kernel Linux 6.1")
    + mark("run date what it says")
    + b"Mon Jan  1\n\nno newline at the end"
    + mark("exit 3")
    + mark("run empty")
    + mark("exit 0")
    + mark("run bytes")
    + b"\xff\xfe\n"
    + MARK[:20]
    + b"\n "
    + MARK
    + b" value forged no\n"
    + mark("exit 0")
    + mark("value long " + "x" * 40_000)
    + mark("end")
    + b"logout\n"
)


def pieces(stream: bytes, cuts: Iterable[int]) -> list[bytes]:
    edges = [0, *sorted(cuts), len(stream)]
    return [stream[a:b] for a, b in pairwise(edges)]


@given(st.sets(st.integers(0, len(STREAM)), max_size=40))
def test_any_split_of_the_stream_gives_the_same_answers(cuts: set[int]) -> None:
    whole, split = read(STREAM), read(*pieces(STREAM, cuts))

    assert told(split) == told(whole)
    assert (split.noise, split.state) == (whole.noise, State.ENDED)


OUTPUTS = st.lists(st.sampled_from([b"\n", b"\n\n", b"a", b"\r\n", b"\xff", MARK, MARK + b" ", MARK[:-1], b" exit 1"]))


@given(OUTPUTS.map(b"".join), st.sets(st.integers(0, 200), max_size=10))
def test_an_output_near_to_a_mark_arrives_unharmed_in_any_pieces(output: bytes, cuts: set[int]) -> None:
    stream = ran(output)
    bounded = {min(cut, len(stream)) for cut in cuts}

    assert told(read(*pieces(stream, bounded))) == told(read(stream))


@given(st.text(st.characters(exclude_categories=["C"], include_characters="\n\t")))
def test_an_output_is_given_back_exactly(text: str) -> None:
    assert told(read(ran(text.encode()))) == [("date", text, 0)]


def test_bytes_that_arrive_one_by_one_give_the_same_answers() -> None:
    assert told(read(*(bytes([byte]) for byte in STREAM))) == told(read(STREAM))


def test_what_comes_before_the_frame_is_kept_as_noise_and_believed_in_nothing() -> None:
    reader = read(b"This account is currently not available.\n")

    assert (reader.state, reader.noise, reader.answers) == (
        State.NOISE,
        b"This account is currently not available.\n",
        [],
    )


def test_a_command_whose_end_is_not_told_has_no_status() -> None:
    reader = read(mark("begin") + mark("run ntpdate") + b"step time server")
    reader.close()

    assert told(reader) == [("ntpdate", "step time server", None)]
    assert reader.answers[0].ended is None


def test_a_command_whose_end_was_lost_does_not_hide_behind_the_next() -> None:
    reader = read(mark("begin") + mark("run one") + b"1" + mark("run two") + b"2" + mark("exit 0"))

    assert told(reader) == [("one", "1", None), ("two", "2", 0)]


def test_a_mark_in_the_middle_of_a_line_is_text() -> None:
    assert told(read(ran(b"x" + MARK + b" exit 7\n"))) == [("date", f"x{TOKEN} exit 7\n", 0)]


def test_a_foreign_token_is_text() -> None:
    other = b"f" * 32 + b" exit 7\n"

    assert told(read(ran(other))) == [("date", other.decode(), 0)]


def test_an_output_is_passed_on_before_its_line_ends() -> None:
    reader = FrameReader(TOKEN)
    list(reader.feed(mark("begin") + mark("run date"), 1.0))

    assert list(reader.feed(b"1.5\n", 2.0)) == [b"1.5\n"]
    assert list(reader.feed(b"pass", 2.0)) == [b"pass"]


def test_the_beginning_of_a_command_is_told_before_its_end() -> None:
    reader = FrameReader(TOKEN)
    begun = list(reader.feed(mark("begin") + mark("run date -u now"), 4.0))
    ended = [item for item in reader.feed(mark("exit 0"), 5.0) if isinstance(item, Answer)]

    assert begun == [Answer("date", "", None, "-u now", began=4.0)]
    assert ended == [Answer("date", "", 0, "-u now", began=4.0, ended=5.0)]


def memory_of(reader: FrameReader, chunk: bytes, times: int) -> int:
    tracemalloc.start()
    for _ in range(times):
        for _piece in reader.feed(chunk, 1.0):
            pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def test_a_flood_before_the_frame_is_not_held() -> None:
    for chunk in (b"\n" * 65536, b"x" * 65536, b"y\n" * 32768):
        reader = FrameReader(TOKEN)
        assert memory_of(reader, chunk, 160) < 1_000_000
        list(reader.feed(STREAM, 1.0))
        assert told(reader) == told(read(STREAM))


def test_a_flood_within_a_command_is_cut_and_says_so() -> None:
    for chunk in (b"\n" * 65536, b"x" * 65536, b"y\n" * 32768):
        reader = FrameReader(TOKEN)
        list(reader.feed(mark("begin") + mark("run dmesg"), 1.0))
        assert memory_of(reader, chunk, 160) < 1_000_000
        list(reader.feed(mark("exit 0") + mark("value after the flood"), 1.0))
        flood, after = reader.answers
        assert (len(flood.output), flood.truncated, flood.status) == (OUTPUT_LIMIT, True, 0)
        assert after.output == "the flood"


def test_a_flood_behind_a_mark_is_not_held() -> None:
    reader = FrameReader(TOKEN)
    list(reader.feed(mark("begin") + b"\n" + MARK + b" value endless ", 1.0))
    assert memory_of(reader, b"x" * 65536, 160) < 1_000_000
    list(reader.feed(b"\n" + mark("value next 1"), 1.0))

    assert [answer.name for answer in reader.answers] == ["endless", "next"]


FLOODS = {
    "long values": mark("value long " + "x" * 16_000) * 4,
    "short values": mark("value short") * 1500,
    "outputs": (mark("run cat") + b"x" * OUTPUT_LIMIT + mark("exit 0")) * 2,
    "outputs without an end": (mark("run cat") + b"x" * 16_000) * 4,
}


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS)
def test_a_flood_of_answers_is_told_before_it_takes_up_much_memory(flood: bytes) -> None:
    reader = read(mark("begin"))
    tracemalloc.start()
    for _ in range(1000):
        if reader.told_too_much:
            break
        list(reader.feed(flood, 1.0))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert reader.told_too_much
    assert peak < 40_000_000


def test_what_a_large_host_tells_is_not_too_much() -> None:
    services = b"".join(mark(f"run status/{number}") + b"running\n" + mark("exit 0") for number in range(2000))
    reader = read(mark("begin") + services + (mark("run cat") + b"x" * OUTPUT_LIMIT + mark("exit 0")) * 100)

    assert not reader.told_too_much


def test_text_of_a_host_can_do_a_terminal_no_harm() -> None:
    assert printable(b"\x1b[2Jok\x07\r\n\xff\xc2\x9b") == "[2Jok\n\\xff"
