"""``ecwid export``: files, formats, stdout, exit codes, interruption and resuming."""

import gzip
import hashlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from functools import partial
from importlib.metadata import version

import pytest

from ecwid_async import client
from ecwid_async.primitives.checksummed_lines import strip_checksum
from ecwid_async.sandbox import Sandbox
from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN
from ecwid_async.sandbox.server import serve_in_thread
from ecwid_async.sections import ALL_SECTIONS, DEFAULT_SECTIONS
from ecwid_async.transport.retry import Retry

from .helpers import file_names

FILES = ["carts.jsonl", "categories.jsonl", "customers.jsonl", "manifest.json"]
FILES += ["orders.jsonl", "products.jsonl", "profile.jsonl"]


@pytest.fixture
def no_retry_delays(monkeypatch):
    async def do_not_sleep(seconds):
        pass

    monkeypatch.setattr(client, "Retry", partial(Retry, sleep=do_not_sleep))


def test_the_embedded_store_is_exported_completely(ecwid, sizes, tmp_path):
    out = tmp_path / "out"
    outcome = ecwid("export", "--sandbox", *sizes, "--out", out)
    assert (outcome.code, outcome.err) == (0, "")
    assert file_names(out) == FILES
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
        embedded, from_server = (tmp_path / side / f"{name}.jsonl" for side in ("embedded", "served"))
        assert embedded.read_bytes() == from_server.read_bytes()


def test_only_the_named_sections_are_exported(ecwid, served, tmp_path):
    assert ecwid("export", "orders", "profile", "-o", tmp_path).code == 0
    assert file_names(tmp_path) == ["manifest.json", "orders.jsonl", "profile.jsonl"]


def test_json_is_one_object_with_the_manifest(ecwid, served, tmp_path):
    outcome = ecwid("export", "products", "--json", "--out", tmp_path)
    report = json.loads(outcome.out)
    assert (report["folder"], report["sections"]["products"]["item_count"]) == (str(tmp_path), 230)
    content = (tmp_path / "products.jsonl").read_bytes()
    assert report["sections"]["products"]["sha256"] == hashlib.sha256(content).hexdigest()
    assert outcome.err == ""


def test_json_distinguishes_a_file_from_a_folder(ecwid, served, tmp_path):
    report = json.loads(ecwid("export", "products", "--json", "--out", tmp_path / "p.csv").out)
    assert (report["file"], report.get("folder")) == (str(tmp_path / "p.csv"), None)


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
    assert file_names(tmp_path) == ["manifest.json", "products.jsonl"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
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
def test_wrong_usage_is_one_line_and_exits_with_2(ecwid, tmp_path, monkeypatch, arguments, code, message):
    monkeypatch.chdir(tmp_path)
    outcome = ecwid("export", *arguments)
    assert outcome.code == code
    assert message in outcome.err
    assert outcome.err.count("\n") == 1
    assert outcome.out == ""
    assert file_names(tmp_path) == []


def test_a_wrong_token_exits_with_3(ecwid, served, tmp_path, monkeypatch):
    monkeypatch.setenv("ECWID_TOKEN", "secret_of_somebody_else")
    outcome = ecwid("export", "--out", tmp_path / "out")
    assert outcome.code == 3
    assert "INVALID_API_TOKEN" in outcome.err
    assert "secret_of_somebody_else" not in outcome.err
    assert outcome.err.count("\n") == 1
    assert file_names(tmp_path) == []


def test_no_network_exits_with_4(ecwid, served, unused_base_url, no_retry_delays, tmp_path, monkeypatch):
    monkeypatch.setenv("ECWID_BASE_URL", unused_base_url)
    outcome = ecwid("export", "--out", tmp_path / "out")
    assert outcome.code == 4
    assert outcome.err.count("\n") == 1
    assert file_names(tmp_path) == []


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
    assert file_names(tmp_path) == ["p.jsonl.gz", "p.jsonl.gz.manifest.json"]
    assert "p.jsonl.gz.manifest.json beside it" in " ".join(outcome.out.split())


def test_one_section_goes_to_stdout_alone(ecwid, served):
    outcome = ecwid("export", "products", "--fields", "id", "--out", "-")
    assert outcome.code == 0
    assert [json.loads(line).keys() for line in outcome.out.splitlines()] == [{"id"}] * 230
    assert "230" in outcome.err


def test_without_out_the_folder_is_named_after_the_store(ecwid, served, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert ecwid("export", "profile", "--quiet").code == 0
    assert file_names(tmp_path / "export-1003") == ["manifest.json", "profile.jsonl"]


def test_all_exports_every_section_the_token_allows(ecwid, sizes, tmp_path):
    outcome = ecwid("export", "--all", "--sandbox", *sizes, "--out", tmp_path)
    assert outcome.code == 0
    assert file_names(tmp_path) == sorted([*(f"{name}.jsonl" for name in ALL_SECTIONS), "manifest.json"])


class SlowSandbox(Sandbox):
    """A sandbox that responds slowly, so that there is time for an interruption."""

    pause = 0.01

    def handle(self, request):
        time.sleep(self.pause)
        return super().handle(request)


@pytest.fixture
def slow_store(monkeypatch, no_rate_limit):
    sandbox = SlowSandbox(requests_per_minute=None)
    products = ({"id": number, "createTimestamp": number, "updateTimestamp": number} for number in range(1, 1201))
    sandbox.add_store(DEMO_STORE_ID, token=DEMO_TOKEN).load("products", products)
    with serve_in_thread(sandbox) as server:
        monkeypatch.setenv("ECWID_BASE_URL", server.base_url)
        monkeypatch.setenv("ECWID_STORE_ID", str(DEMO_STORE_ID))
        monkeypatch.setenv("ECWID_TOKEN", DEMO_TOKEN)
        yield sandbox


def signal_after(process, sandbox, requests, number):
    """Send a signal once the server has received this many requests, and wait for the end of the process."""
    deadline = time.monotonic() + 30
    while len(sandbox.requests) < requests:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.002)
    process.send_signal(number)
    return process.communicate(timeout=30)


def checkpointed_items(folder):
    """The number of items in the latest checkpoint."""
    checkpoint = folder / ".manifest.json.checkpoint"
    lines = checkpoint.read_bytes().splitlines()[1:] if checkpoint.exists() else []
    return max((json.loads(strip_checksum(line)).get("item_count", 0) for line in lines), default=0)


def check_resume(ecwid, sandbox, folder, *arguments):
    """Run the same command again: each item is written once, and no item in the checkpoint is requested again."""
    before = checkpointed_items(folder)
    sandbox.pause = 0
    sandbox.requests.clear()
    outcome = ecwid("export", "products", *arguments, "--json", "--out", folder)
    assert (outcome.code, outcome.err) == (0, "")
    # Requests with a lower bound look for items that have changed since.
    bounds = {"createdFrom", "updatedFrom"}
    offsets = [int(request.params["offset"]) for request in sandbox.requests if not bounds & request.params.keys()]
    # The file may have one page more than the token.
    assert min(offsets) >= max(0, before - 200)
    record = json.loads(outcome.out)["sections"]["products"]
    assert (record["item_count"], record["resume_count"]) == (1200, 1 if before else 0)
    assert file_names(folder) == ["manifest.json", record["file"]]
    return folder / record["file"]


def read_ids(lines):
    return [json.loads(line)["id"] for line in lines.splitlines()]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130)])
def test_an_interrupted_export_prints_how_to_resume_and_resumes(ecwid, start, slow_store, tmp_path, number, code):
    process = start("export", "products", "--out", "out")
    out, err = signal_after(process, slow_store, 9, number)
    assert (process.returncode, out) == (code, "")
    assert err == (
        "ecwid: interrupted. Items that were read are kept: "
        "run the same command to resume, or add --fresh to start over.\n"
    )
    assert file_names(tmp_path / "out") == [".manifest.json.checkpoint", ".products.jsonl.part"]
    assert checkpointed_items(tmp_path / "out") > 0
    assert read_ids(check_resume(ecwid, slow_store, tmp_path / "out").read_bytes()) == list(range(1, 1201))


@pytest.mark.parametrize("requests", [7])
def test_a_killed_export_resumes(ecwid, start, slow_store, tmp_path, requests):
    signal_after(start("export", "products", "--out", "out"), slow_store, requests, signal.SIGKILL)
    assert read_ids(check_resume(ecwid, slow_store, tmp_path / "out").read_bytes()) == list(range(1, 1201))


@pytest.mark.slow
@pytest.mark.parametrize("format_", ["jsonl", "jsonl.gz", "csv", "parquet"])
@pytest.mark.parametrize("requests", random.Random(5).sample(range(1, 15), 4))
def test_a_killed_export_of_any_format_resumes(ecwid, start, slow_store, tmp_path, format_, requests):
    arguments = ("--format", format_)
    slow_store.pause = 0
    assert ecwid("export", "products", *arguments, "--out", tmp_path / "whole").code == 0
    slow_store.pause = SlowSandbox.pause
    slow_store.requests.clear()
    signal_after(start("export", "products", *arguments, "--out", "out"), slow_store, requests, signal.SIGKILL)
    file = check_resume(ecwid, slow_store, tmp_path / "out", *arguments)
    # The compressed bytes depend on the time of the interruption, the content does not.
    content = [
        gzip.decompress(path.read_bytes()) if format_ == "jsonl.gz" else path.read_bytes()
        for path in (file, tmp_path / "whole" / file.name)
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
    assert file_names(tmp_path) == []


SLOW_PUBLISHING = """
import time
from ecwid_async.export.part_file import PartFile
publish = PartFile.publish
def publish_slowly(part):
    publish(part)
    print("published", part.path.name, flush=True)
    time.sleep(0.05)
PartFile.publish = publish_slowly
"""


@pytest.mark.parametrize("times", [1, 2, 3])
def test_an_export_interrupted_while_publishing_is_complete_or_absent(start, sizes, tmp_path, times):
    """It is complete once the first file has its name, even if Ctrl-C is pressed several times."""
    process = start("export", "--all", "--sandbox", *sizes, "--out", "out", before=SLOW_PUBLISHING)
    for _ in range(times):
        assert process.stdout.readline().startswith("published")
        process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert file_names(tmp_path / "out") == sorted([*(f"{name}.jsonl" for name in ALL_SECTIONS), "manifest.json"])
    assert "kept" not in err
    if times == 1:
        assert "The export was complete before that: see out/manifest.json." in err


def test_a_refused_export_does_not_claim_to_be_resumable(ecwid, start, slow_store, tmp_path):
    process = start("export", "products", "--out", "out")
    deadline = time.monotonic() + 60
    while checkpointed_items(tmp_path / "out") == 0:
        assert time.monotonic() < deadline
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
        silent.listen()  # accepts connections and never responds
        monkeypatch.setenv("ECWID_BASE_URL", f"http://127.0.0.1:{silent.getsockname()[1]}/api/v3")
        monkeypatch.setenv("ECWID_STORE_ID", "1003")
        monkeypatch.setenv("ECWID_TOKEN", "secret_token")
        process = start("export", "--out", "out", before=before)
        deadline = time.monotonic() + 30
        while ".profile.jsonl.part" not in file_names(tmp_path / "out"):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert process.returncode == code
    assert (out, err) == ("", "ecwid: interrupted\n")
    assert file_names(tmp_path) == []
