import gzip
import hashlib
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from functools import partial
from importlib.metadata import version

import pytest

from ecwid_async import client
from ecwid_async.export import ALL_SECTIONS, DEFAULT_SECTIONS
from ecwid_async.primitives.checksummed_lines import strip_checksum
from ecwid_async.sandbox import Sandbox
from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN
from ecwid_async.sandbox.server import serve_in_thread
from ecwid_async.transport.retry import Retry

FILES = ["carts.jsonl", "categories.jsonl", "customers.jsonl", "manifest.json"]
FILES += ["orders.jsonl", "products.jsonl", "profile.jsonl"]


def names(folder):
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


@pytest.fixture
def impatient(monkeypatch):
    async def at_once(seconds):
        pass

    monkeypatch.setattr(client, "Retry", partial(Retry, sleep=at_once))


def test_the_embedded_store_is_exported_completely(ecwid, sizes, tmp_path):
    out = tmp_path / "out"
    outcome = ecwid("export", "--sandbox", *sizes, "--out", out)
    assert (outcome.code, outcome.err) == (0, "")
    assert names(out) == FILES
    count = {name: len((out / f"{name}.jsonl").read_bytes().splitlines()) for name in DEFAULT_SECTIONS}
    assert count == {"profile": 1, "orders": 120, "carts": 20, "products": 230, "categories": 12, "customers": 110}
    for name in DEFAULT_SECTIONS:
        for line in (out / f"{name}.jsonl").read_bytes().splitlines():
            assert isinstance(json.loads(line), dict)
    for name in DEFAULT_SECTIONS:
        assert name in outcome.out
    assert "230" in outcome.out


def test_hidden_items_are_in_the_files(ecwid, sizes, tmp_path):
    ecwid("export", "--sandbox", *sizes, "--out", tmp_path)

    def items(name):
        return [json.loads(line) for line in (tmp_path / f"{name}.jsonl").read_bytes().splitlines()]

    assert any(item["hidden"] for item in items("carts"))
    assert any(not item["enabled"] for item in items("categories"))
    assert any(not item["enabled"] for item in items("products"))


def test_a_served_store_gives_the_same_bytes(ecwid, sizes, served, tmp_path):
    assert ecwid("export", "--sandbox", *sizes, "--out", tmp_path / "embedded").code == 0
    assert ecwid("export", "--out", tmp_path / "served").code == 0
    for name in DEFAULT_SECTIONS:
        embedded, served_ = (tmp_path / side / f"{name}.jsonl" for side in ("embedded", "served"))
        assert embedded.read_bytes() == served_.read_bytes()


def test_only_the_named_sections_are_exported(ecwid, served, tmp_path):
    assert ecwid("export", "orders", "profile", "-o", tmp_path).code == 0
    assert names(tmp_path) == ["manifest.json", "orders.jsonl", "profile.jsonl"]


def test_json_is_one_object_with_the_manifest(ecwid, served, tmp_path):
    outcome = ecwid("export", "products", "--json", "--out", tmp_path)
    told = json.loads(outcome.out)
    assert (told["folder"], told["sections"]["products"]["item_count"]) == (str(tmp_path), 230)
    content = (tmp_path / "products.jsonl").read_bytes()
    assert told["sections"]["products"]["sha256"] == hashlib.sha256(content).hexdigest()
    assert outcome.err == ""


def test_json_distinguishes_a_file_from_a_folder(ecwid, served, tmp_path):
    told = json.loads(ecwid("export", "products", "--json", "--out", tmp_path / "p.csv").out)
    assert (told["file"], told.get("folder")) == (str(tmp_path / "p.csv"), None)


def test_items_begin_with_the_store_id_on_request(ecwid, served, tmp_path):
    assert ecwid("export", "products", "--store-id-column", "--quiet", "--out", tmp_path / "p.csv").code == 0
    head, first, *_ = (tmp_path / "p.csv").read_text().splitlines()
    assert (head.partition(",")[0], first.partition(",")[0]) == ("store_id", str(DEMO_STORE_ID))


@pytest.mark.skipif(os.name != "posix", reason="needs the permissions of POSIX")
def test_files_get_the_given_permissions(ecwid, served, tmp_path):
    assert ecwid("export", "profile", "--mode", "640", "--quiet", "--out", tmp_path / "out").code == 0
    assert {oct(path.stat().st_mode & 0o777) for path in (tmp_path / "out").iterdir()} == {"0o640"}


def test_files_left_from_an_export_in_another_format_are_named(ecwid, served, tmp_path):
    ecwid("export", "profile", "--format", "csv", "--out", tmp_path)
    outcome = ecwid("export", "profile", "--out", tmp_path)
    assert "Left from an earlier export and not in the manifest: profile.csv." in outcome.out


def test_python_m_ecwid_async_is_the_same_command():
    done = subprocess.run(
        [sys.executable, "-m", "ecwid_async", "--version"], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout.strip()) == (0, version("ecwid-async"))


def test_quiet_prints_nothing(ecwid, served, tmp_path):
    assert ecwid("export", "products", "--quiet", "--out", tmp_path) == (0, "", "")


def test_an_export_replaces_the_one_before(ecwid, tmp_path):
    for products in (5, 7):
        ecwid("export", "products", "--sandbox", "--products", products, "--out", tmp_path)
    assert len((tmp_path / "products.jsonl").read_bytes().splitlines()) == 7
    assert names(tmp_path) == ["manifest.json", "products.jsonl"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["prodcts", "--out", "out", "--sandbox"], 2, "Did you mean products?"),
        (["--out", "--sandbox"], 2, "--out needs a folder or a file, and --sandbox is an option"),
        (["orders", "--all", "--sandbox"], 2, "--all and section names"),
        (["products", "--sandbox", "--format", "xls"], 2, "There are jsonl,"),
        (["products", "--sandbox", "--fields", "id,nmae"], 2, "Did you mean name?"),
        (["products", "--sandbox", "--where", "update_from=2024-01-01"], 2, "Did you mean updated_from?"),
        (["--sandbox", "--out", "all.jsonl"], 2, "name a folder"),
        (["--sandbox", "--out", "-"], 2, "one stream takes one section"),
        (["products", "--sandbox", "--out", "-", "--json"], 2, "--json and --out -"),
        (["--store", "1003", "--sandbox"], 2, "leave --store and --stores out"),
        (["--store", "1003", "--out", "-"], 2, "each store gets its own folder: pass a folder"),
        (["--store", "1003"], 2, "set ECWID_TOKEN_1003"),
        (["--out", "out"], 2, "ECWID_STORE_ID"),
        (["--out", "out"], 2, "--sandbox"),
        (["--out", "out", "--products", "5"], 2, "add --sandbox"),
        (["--out", "out", "--sandbox", "--products", "-1"], 2, "--products"),
        (["--out", "out", "--sandbx"], 2, "--sandbx"),
        (["--out", "out", "--sandbx"], 2, "See ecwid export --help."),
        (["products", "--sandbox", "--out", "x.json"], 2, "name a file that ends in .jsonl,"),
        (["products", "--sandbox", "--out", "x.csv.bz2"], 2, "If it is meant to be a folder, create that first"),
        (["--store", "1003", "--out", "x.xlsx"], 2, "looks like the name of a file"),
        (["products", "--sandbox", "--out", "out", "--level", "5"], 2, "level is an option of jsonl.gz"),
        (["products", "--sandbox", "--out", "x.csv.gz", "--level", "99"], 2, "levels from 0 to 9"),
        (["products", "--sandbox", "--out", "x.csv", "--decimals", "exact"], 2, "decimals is an option of parquet"),
        (["products", "--sandbox", "--out", "-", "--spreadsheet-safe"], 2, "an option of csv"),
        (["products", "--sandbox", "--out", "out", "--mode", "rw"], 2, "--mode takes three digits"),
        (
            ["products", "--sandbox", "--out", "out", "--mode", "044"],
            2,
            "read and write permission for you",
        ),
    ],
)
def test_wrong_usage_is_one_line_and_exits_with_2(ecwid, tmp_path, monkeypatch, arguments, code, said):
    monkeypatch.chdir(tmp_path)
    outcome = ecwid("export", *arguments)
    assert outcome.code == code
    assert said in outcome.err
    assert outcome.err.count("\n") == 1
    assert outcome.out == ""
    assert names(tmp_path) == []


def test_a_wrong_token_exits_with_3(ecwid, served, tmp_path, monkeypatch):
    monkeypatch.setenv("ECWID_TOKEN", "secret_of_somebody_else")
    outcome = ecwid("export", "--out", tmp_path / "out")
    assert outcome.code == 3
    assert "INVALID_API_TOKEN" in outcome.err
    assert "secret_of_somebody_else" not in outcome.err
    assert outcome.err.count("\n") == 1
    assert names(tmp_path) == []


def test_no_network_exits_with_4(ecwid, served, nowhere, impatient, tmp_path, monkeypatch):
    monkeypatch.setenv("ECWID_BASE_URL", nowhere)
    outcome = ecwid("export", "--out", tmp_path / "out")
    assert outcome.code == 4
    assert outcome.err.count("\n") == 1
    assert names(tmp_path) == []


def test_an_impossible_folder_exits_with_5_before_anything_is_read(ecwid, tmp_path):
    (tmp_path / "file").touch()
    outcome = ecwid("export", "--sandbox", "--out", tmp_path / "file" / "out")
    assert outcome.code == 5
    assert "file" in outcome.err
    assert outcome.err.count("\n") == 1


def test_the_file_name_of_one_section_decides_its_format(ecwid, served, tmp_path):
    outcome = ecwid(
        "export", "products", "--fields", "id,name", "--where", "enabled=true", "-o", tmp_path / "p.jsonl.gz"
    )
    assert outcome.code == 0
    lines = [json.loads(line) for line in gzip.decompress((tmp_path / "p.jsonl.gz").read_bytes()).splitlines()]
    assert 0 < len(lines) < 230
    assert all(line.keys() == {"id", "name"} for line in lines)
    assert names(tmp_path) == ["p.jsonl.gz", "p.jsonl.gz.manifest.json"]
    assert "p.jsonl.gz.manifest.json beside it" in " ".join(outcome.out.split())


def test_one_section_goes_to_stdout_alone(ecwid, served):
    outcome = ecwid("export", "products", "--fields", "id", "--out", "-")
    assert outcome.code == 0
    assert [json.loads(line).keys() for line in outcome.out.splitlines()] == [{"id"}] * 230
    assert "230" in outcome.err


def test_without_out_the_folder_is_named_after_the_store(ecwid, served, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert ecwid("export", "profile", "--quiet").code == 0
    assert names(tmp_path / "export-1003") == ["manifest.json", "profile.jsonl"]


def test_all_exports_every_section_the_token_allows(ecwid, sizes, tmp_path):
    outcome = ecwid("export", "--all", "--sandbox", *sizes, "--out", tmp_path)
    assert outcome.code == 0
    assert names(tmp_path) == sorted([*(f"{name}.jsonl" for name in ALL_SECTIONS), "manifest.json"])


@pytest.fixture(scope="module")
def two():
    """The address of a server of two stores."""
    sandbox = Sandbox(requests_per_minute=None)
    for number, token in {1: "secret_one", 2: "secret_two"}.items():
        sandbox.add_store(number, token=token).load("categories", [{"id": number}])
    with serve_in_thread(sandbox) as server:
        yield server.base_url


class TestStores:
    @pytest.fixture
    def tokens(self, two, monkeypatch, tmp_path):
        """Point the environment at the server of two stores, and write their tokens to a file."""
        monkeypatch.setenv("ECWID_BASE_URL", two)
        file = tmp_path / "tokens"
        file.write_text("# mine\n\n1 secret_one\n2   secret_two\n")
        file.chmod(0o600)
        return file

    def test_each_store_gets_a_folder(self, ecwid, tokens, tmp_path):
        outcome = ecwid("export", "categories", "--stores", tokens, "--out", tmp_path / "out")
        assert (outcome.code, outcome.err) == (0, "")
        for number in (1, 2):
            assert json.loads((tmp_path / "out" / str(number) / "categories.jsonl").read_text())["id"] == number
            assert names(tmp_path / "out" / str(number)) == ["categories.jsonl", "manifest.json"]
        assert "2 stores" in outcome.out

    def test_a_single_store_gets_a_folder_too(self, ecwid, tokens, tmp_path, monkeypatch):
        tokens.write_text("1 secret_one\n")
        monkeypatch.chdir(tmp_path)
        outcome = ecwid("export", "categories", "--stores", tokens, "--out", "out")
        (place,) = re.findall(r"In (\S+), with manifest.json", " ".join(outcome.out.split()))
        assert (tmp_path / place / "manifest.json").exists()

    def test_tokens_come_from_the_environment(self, ecwid, tokens, tmp_path, monkeypatch):
        monkeypatch.setenv("ECWID_TOKEN_1", "secret_one")
        monkeypatch.setenv("ECWID_STORE_ID", "2")
        monkeypatch.setenv("ECWID_TOKEN", "secret_two")
        assert ecwid("export", "categories", "--store", 1, "--store", 2, "--out", tmp_path / "out").code == 0
        assert names(tmp_path / "out") == ["1", "2"]

    def test_a_failed_store_stops_no_other_and_decides_the_exit_code(self, ecwid, tokens, tmp_path):
        tokens.write_text("1 secret_wrong\n2 secret_two\n")
        outcome = ecwid("export", "categories", "--stores", tokens, "--json", "--out", tmp_path / "out")
        assert outcome.code == 3
        told = json.loads(outcome.out)["stores"]
        assert told["2"]["sections"]["categories"]["item_count"] == 1
        assert "INVALID_API_TOKEN" in told["1"]["error"]
        assert outcome.err.startswith("ecwid: store 1: ")
        assert outcome.err.count("\n") == 1
        assert "secret" not in outcome.out + outcome.err
        assert names(tmp_path / "out") == ["2"]

    @pytest.mark.skipif(os.name != "posix", reason="needs the permissions of POSIX")
    def test_a_file_readable_by_others_is_refused(self, ecwid, tokens, tmp_path):
        tokens.chmod(0o640)
        outcome = ecwid("export", "categories", "--stores", tokens, "--out", tmp_path / "out")
        assert (outcome.code, names(tmp_path / "out")) == (2, [])
        assert f"chmod 600 {tokens}" in outcome.err

    @pytest.mark.parametrize("line", ["secret_three", "x secret_three", "3 secret_three too"])
    def test_an_invalid_line_is_named_but_not_printed(self, ecwid, tokens, tmp_path, line):
        tokens.write_text(f"1 secret_one\n{line}\n")
        outcome = ecwid("export", "categories", "--stores", tokens, "--out", tmp_path / "out")
        assert outcome.code == 2
        assert f"line 2 of {tokens}" in outcome.err
        assert "secret" not in outcome.err

    @pytest.mark.parametrize(
        "line",
        [
            b"1003 t\xf6ken",
            "1003 t\u00f6ken".encode(),
            b"\xff\xfe1\0",
            b"0 secret",
            b"9" * 5000 + b" secret",
            b"2 secret_other",
        ],
        ids=lambda line: repr(line[:12]),
    )
    def test_ambiguous_lines_are_refused(self, ecwid, tokens, tmp_path, line):
        tokens.write_bytes(b"\xef\xbb\xbf1 secret_one\n2 secret_two\n" + line)
        outcome = ecwid("export", "categories", "--stores", tokens, "--out", tmp_path / "out")
        assert outcome.code == 2
        assert f"line 3 of {tokens}" in outcome.err
        assert "secret" not in outcome.err
        assert not (tmp_path / "out").exists()

    def test_a_missing_file_is_wrong_usage(self, ecwid, tmp_path):
        outcome = ecwid("export", "--stores", tmp_path / "none")
        assert outcome.code == 2
        assert "can't read the --stores file" in outcome.err


class Slow(Sandbox):
    """A demo store whose answers take their time, so that there is a time to be interrupted."""

    pause = 0.01

    def handle(self, request):
        time.sleep(self.pause)
        return super().handle(request)


@pytest.fixture
def slow(monkeypatch, no_rate_limit):
    sandbox = Slow(requests_per_minute=None)
    products = ({"id": number, "createTimestamp": number, "updateTimestamp": number} for number in range(1, 1201))
    sandbox.add_store(DEMO_STORE_ID, token=DEMO_TOKEN).load("products", products)
    with serve_in_thread(sandbox) as server:
        monkeypatch.setenv("ECWID_BASE_URL", server.base_url)
        monkeypatch.setenv("ECWID_STORE_ID", str(DEMO_STORE_ID))
        monkeypatch.setenv("ECWID_TOKEN", DEMO_TOKEN)
        yield sandbox


def stopped(process, sandbox, requests, number):
    """Send a signal once the server has had so many requests."""
    give_up = time.monotonic() + 30
    while len(sandbox.requests) < requests:
        assert process.poll() is None
        assert time.monotonic() < give_up
        time.sleep(0.002)
    process.send_signal(number)
    return process.communicate(timeout=30)


def noted(folder):
    """How many products the checkpoint speaks of."""
    checkpoint = folder / ".manifest.json.checkpoint"
    lines = checkpoint.read_bytes().splitlines()[1:] if checkpoint.exists() else []
    return max((json.loads(strip_checksum(line)).get("item_count", 0) for line in lines), default=0)


def goes_on(ecwid, sandbox, folder, *arguments):
    """Give the same command again: all is there once, and what was noted was not asked for again."""
    before = noted(folder)
    sandbox.pause = 0
    sandbox.requests.clear()
    outcome = ecwid("export", "products", *arguments, "--json", "--out", folder)
    assert (outcome.code, outcome.err) == (0, "")
    # Those with a lower bound look for what came meanwhile.
    bounds = {"createdFrom", "updatedFrom"}
    offsets = [int(each.params["offset"]) for each in sandbox.requests if not bounds & each.params.keys()]
    # One page may have been noted in the file and not yet in the token.
    assert min(offsets) >= max(0, before - 200)
    record = json.loads(outcome.out)["sections"]["products"]
    assert (record["item_count"], record["resume_count"]) == (1200, 1 if before else 0)
    assert names(folder) == ["manifest.json", record["file"]]
    return folder / record["file"]


def ids(lines):
    return [json.loads(line)["id"] for line in lines.splitlines()]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130)])
def test_an_interrupted_export_prints_how_to_resume_and_resumes(ecwid, start, slow, tmp_path, number, code):
    process = start("export", "products", "--out", "out")
    out, err = stopped(process, slow, 9, number)
    assert (process.returncode, out) == (code, "")
    assert err == (
        "ecwid: interrupted. Items that were read are kept: "
        "run the same command to resume, or add --fresh to start over.\n"
    )
    assert names(tmp_path / "out") == [".manifest.json.checkpoint", ".products.jsonl.part"]
    assert noted(tmp_path / "out") > 0
    assert ids(goes_on(ecwid, slow, tmp_path / "out").read_bytes()) == list(range(1, 1201))


@pytest.mark.parametrize("requests", [7])
def test_a_killed_export_resumes(ecwid, start, slow, tmp_path, requests):
    stopped(start("export", "products", "--out", "out"), slow, requests, signal.SIGKILL)
    assert ids(goes_on(ecwid, slow, tmp_path / "out").read_bytes()) == list(range(1, 1201))


@pytest.mark.slow
@pytest.mark.parametrize("format_", ["jsonl", "jsonl.gz", "csv", "parquet"])
@pytest.mark.parametrize("requests", random.Random(5).sample(range(1, 15), 4))
def test_an_export_of_any_format_resumes_wherever_it_was_killed(ecwid, start, slow, tmp_path, format_, requests):
    arguments = ("--format", format_)
    slow.pause = 0
    assert ecwid("export", "products", *arguments, "--out", tmp_path / "whole").code == 0
    slow.pause = Slow.pause
    slow.requests.clear()
    stopped(start("export", "products", *arguments, "--out", "out"), slow, requests, signal.SIGKILL)
    file = goes_on(ecwid, slow, tmp_path / "out", *arguments)
    # Where a compressed part ends depends on when it was interrupted, what is in it does not.
    content = [
        gzip.decompress(each.read_bytes()) if format_ == "jsonl.gz" else each.read_bytes()
        for each in (file, tmp_path / "whole" / file.name)
    ]
    assert content[0] == content[1]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_exits_with_5(ecwid, tmp_path):
    tmp_path.chmod(0o500)
    outcome = ecwid("export", "--sandbox", "--out", tmp_path)
    assert outcome.code == 5
    assert "Permission denied" in outcome.err


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="needs a limit on file sizes")
def test_a_full_disk_exits_with_5_and_leaves_nothing(start, sizes, tmp_path):
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))"
    process = start("export", "products", "--sandbox", *sizes, "--out", "out", before=limit)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 5
    assert "can't write out/products.jsonl" in err
    assert err.count("\n") == 1
    assert names(tmp_path) == []


SLOWLY = """
import time
from ecwid_async.export.part_file import PartFile
publish = PartFile.publish
def slowly(part):
    publish(part)
    print("published", part.path.name, flush=True)
    time.sleep(0.05)
PartFile.publish = slowly
"""


@pytest.mark.parametrize("times", [1, 2, 3])
def test_an_export_interrupted_while_publishing_is_complete_or_absent(start, sizes, tmp_path, times):
    """From the first file that has its name on. Ctrl-C again and again changes nothing about that."""
    process = start("export", "--all", "--sandbox", *sizes, "--out", "out", before=SLOWLY)
    for _ in range(times):
        assert process.stdout.readline().startswith("published")
        process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert names(tmp_path / "out") == sorted([*(f"{name}.jsonl" for name in ALL_SECTIONS), "manifest.json"])
    assert "kept" not in err
    if times == 1:
        assert "The export was complete before that: see out/manifest.json." in err


def test_a_refused_export_does_not_claim_to_be_resumable(ecwid, start, slow, tmp_path):
    process = start("export", "products", "--out", "out")
    give_up = time.monotonic() + 60
    while noted(tmp_path / "out") == 0:
        assert time.monotonic() < give_up
        time.sleep(0.01)
    outcome = ecwid("export", "products", "--out", tmp_path / "out")
    assert outcome.code == 5
    assert "another export is writing to" in outcome.err
    assert "kept" not in outcome.err
    process.communicate(timeout=60)
    assert process.returncode == 0


IN_BACKGROUND = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"


@pytest.mark.parametrize(
    ("number", "code", "before"),
    [(signal.SIGINT, 130, ""), (signal.SIGTERM, 143, ""), (signal.SIGTERM, 143, IN_BACKGROUND)],
)
def test_an_interrupted_export_leaves_nothing(start, tmp_path, monkeypatch, number, code, before):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()  # lets clients connect and never answers
        monkeypatch.setenv("ECWID_BASE_URL", f"http://127.0.0.1:{silent.getsockname()[1]}/api/v3")
        monkeypatch.setenv("ECWID_STORE_ID", "1003")
        monkeypatch.setenv("ECWID_TOKEN", "secret_token")
        process = start("export", "--out", "out", before=before)
        give_up = time.monotonic() + 30
        while ".profile.jsonl.part" not in names(tmp_path / "out"):
            assert process.poll() is None
            assert time.monotonic() < give_up
            time.sleep(0.01)
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert process.returncode == code
    assert (out, err) == ("", "ecwid: interrupted\n")
    assert names(tmp_path) == []
