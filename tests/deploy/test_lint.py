"""What can't be run here is read by the tool that knows it: nginx, systemd, shellcheck, hadolint, the compose rules."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from intranet.variables import VARIABLES
from tests.intranet.servers import free_port

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
sys.path.insert(0, str(DEPLOY))

from nginx_site import Site, whole_configuration  # noqa: E402
from pool import pool_configuration  # noqa: E402

UNITS = sorted((DEPLOY / "systemd").glob("parvis*"))
HARDENED = ("NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes",
            "CapabilityBoundingSet=", "User=parvis", "SystemCallFilter=@system-service",
            "RestrictAddressFamilies=")  # fmt: skip


def tool(name: str) -> str:
    """Where it lies; the test is skipped with the reason where it doesn't."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if not found:
        pytest.skip(f"{name} is not on this machine.")
    return found


def run(*command: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=60, check=False)


def nginx_reads(site: str, folder: Path) -> subprocess.CompletedProcess[str]:
    whole = folder / "nginx.conf"
    whole.write_text(whole_configuration(site, folder=folder, pid=folder / "nginx.pid", user=""))
    return run(tool("nginx"), "-t", "-c", whole, "-p", folder, "-e", "stderr")


def test_nginx_reads_the_site_of_a_cluster(tmp_path):
    tool("nginx")
    site = Site(names=["127.0.0.1"], nodes=["127.0.0.1:8001"], data=tmp_path, listen=f"127.0.0.1:{free_port()}",
                error_log="stderr")  # fmt: skip
    done = nginx_reads(site.rendered(), tmp_path)
    assert done.returncode == 0, done.stderr
    assert nginx_reads(site.rendered().replace("gzip_static on", "gzip_statik on"), tmp_path).returncode != 0


def test_nginx_reads_the_site_of_a_real_machine(tmp_path):
    tool("nginx")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = run(tool("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=p.example",
               "-keyout", key, "-out", certificate)  # fmt: skip
    assert made.returncode == 0, made.stderr
    site = Site(names=["parvis.example.org"], nodes=["127.0.0.1:8001", "127.0.0.1:8002"], data=tmp_path,
                certificate=str(certificate), key=str(key), error_log="stderr")  # fmt: skip
    # nginx opens the ports to read its configuration: others than 80 and 443, which may be in use.
    text = re.sub(r"\n *listen \[::\][^\n]*", "", site.rendered())
    text = text.replace("listen 443", f"listen 127.0.0.1:{free_port()}").replace("listen 80", f"listen {free_port()}")
    done = nginx_reads(text, tmp_path)
    assert done.returncode == 0, done.stderr


def test_the_script_prints_the_same_site():
    done = run(sys.executable, DEPLOY / "nginx_site.py", "parvis.example.org", "--data", "/var/lib/parvis")
    site = Site(names=["parvis.example.org"], nodes=["127.0.0.1:8001", "127.0.0.1:8002"], data=Path("/var/lib/parvis"),
                certificate="/etc/letsencrypt/live/parvis.example.org/fullchain.pem",
                key="/etc/letsencrypt/live/parvis.example.org/privkey.pem")  # fmt: skip
    assert done.stdout == site.rendered()
    refused = run(sys.executable, DEPLOY / "nginx_site.py", "two hosts")
    assert refused.returncode == 1 and "not the name of a host" in refused.stderr and "Traceback" not in refused.stderr


def test_systemd_reads_the_units(tmp_path):
    analyze = tool("systemd-analyze")
    for unit in UNITS:
        # The programs of the units are those of an installed machine: here this checkout's stand for them.
        python = Path(sys.executable)
        text = unit.read_text().replace("/opt/parvis/current/.venv/bin/python", str(python))
        (tmp_path / unit.name).write_text(text.replace("/opt/parvis/current", str(ROOT)))
    read = [tmp_path / unit.name for unit in UNITS]
    done = run(analyze, "verify", "--man=no", *read)
    assert done.returncode == 0 and "Unknown key" not in done.stderr, done.stderr
    (tmp_path / "parvis-beat.service").write_text("[Service]\nExecStart=/nowhere/python\nType=nothing\n")
    assert run(analyze, "verify", "--man=no", tmp_path / "parvis-beat.service").stderr


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.suffix == ".service"], ids=lambda unit: unit.name)
def test_every_service_is_held_to_what_it_needs(unit):
    lines = unit.read_text().splitlines()
    for word in HARDENED:
        assert any(line.startswith(word) for line in lines), word


def test_units_start_what_everybody_agreed_on():
    assert "manage.py serve --port %i" in (DEPLOY / "systemd" / "parvis-web@.service").read_text()
    assert "-m celery -A intranet worker" in (DEPLOY / "systemd" / "parvis-worker@.service").read_text()
    assert "-m celery -A intranet beat" in (DEPLOY / "systemd" / "parvis-beat.service").read_text()


@pytest.mark.parametrize("script", ["deploy/install", "deploy/python", ".ci/run"])
def test_shellcheck_finds_nothing(script):
    done = run(tool("shellcheck"), "-x", "--source-path", ROOT, ROOT / script)
    assert done.returncode == 0, done.stdout


def test_hadolint_finds_nothing():
    done = run(tool("hadolint"), "--no-color", DEPLOY / "Dockerfile")
    assert done.returncode == 0, done.stdout


def compose() -> dict:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def test_the_compose_file_follows_the_specification():
    specification = pytest.importorskip("compose_spec", reason="compose-spec is not installed.")
    # It knows no merge keys: YAML resolves them first.
    specification.PyCompose.from_yaml(yaml.safe_dump(compose())).validate()
    wrong = compose()
    wrong["services"]["web"]["imagee"] = "parvis"
    with pytest.raises(ValueError, match="imagee"):
        specification.PyCompose.from_yaml(yaml.safe_dump(wrong))


def test_the_containers_are_the_arrangement_of_the_cluster():
    services = compose()["services"]
    assert set(services) == {"prepare", "web", "worker", "beat", "nginx", "pgbouncer", "db", "redis"}
    assert services["web"]["deploy"]["replicas"] == 2 and services["worker"]["deploy"]["replicas"] == 2
    assert "deploy" not in services["beat"]
    assert [name for name, service in services.items() if "ports" in service] == ["nginx"]
    for name in ("web", "worker", "beat", "prepare"):
        assert services[name]["user"] == "10001:10001" and services[name]["read_only"] is True
    assert "USER 10001:10001" in (DEPLOY / "Dockerfile").read_text()


def test_pgbouncer_is_told_the_same_in_containers_as_everywhere():
    told = compose()["configs"]["pool"]["content"]
    said = pool_configuration(users=Path("/run/secrets/users"), database_host="db")
    assert told.split() == said.replace("listen_addr = 127.0.0.1", "listen_addr = 0.0.0.0").split()
    assert "max_prepared_statements" in pool_configuration(users=Path("u"), version=(1, 21))
    assert "max_prepared_statements" not in pool_configuration(users=Path("u"), version=(1, 18))


def test_the_example_of_settings_names_what_exists():
    text = (DEPLOY / "env.example").read_text()
    named = set(re.findall(r"^#?([A-Z][A-Z_]+)=", text, re.MULTILINE))
    known = {variable.name for variable in VARIABLES}
    assert named <= known, named - known
    matter = {variable.name for variable in VARIABLES if variable.group in ("Server profile", "Mail")}
    assert matter <= named, matter - named


def test_a_shell_reads_the_example_of_settings():
    done = run("sh", "-euc", f'. {DEPLOY / "env.example"}; echo "$PARVIS_DATA"')
    assert done.stdout == "/var/lib/parvis\n" and done.stderr == ""


@pytest.mark.parametrize("words", [[], ["two", "hosts"], ["-x"], ["bad host"], ["host", "--certificate", "only.pem"]])
def test_the_installer_says_in_one_sentence_what_it_lacks(words):
    done = run(DEPLOY / "install", *words)
    assert done.returncode == 1 and len(done.stderr.strip().splitlines()) == 1 and done.stdout == ""


def test_the_files_of_this_folder_stay_where_they_belong():
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().split()
    for name in (".git", ".venv", "data-local", "deploy/parvis.env", "**/.env", "deploy/tls"):
        assert name in ignored
