"""nginx's rules for Parvis, from one template: for `make cluster`, and for a real machine with TLS.

Usage: nginx_site.py HOST [--nodes 2] [--first-port 8001] [--data /var/lib/parvis] [--certificate FILE --key FILE]
Prints what belongs into /etc/nginx/sites-available/parvis. Standard library only.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from stop import ROOT, Stop, run_or_say

TEMPLATE = ROOT / "deploy" / "nginx" / "parvis.conf"
AWAY = ROOT / "deploy" / "nginx" / "away"
#: MB that a form around a file adds to it, as in intranet/bodies.py
FORM_MB = 1
#: what a view said of a file, kept when the file comes from elsewhere (nginx itself keeps type, disposition, caching)
HANDED_ON = (
    "ETag", "Vary", "Content-Language", "Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options",
    "Referrer-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "Strict-Transport-Security",
)  # fmt: skip
#: what a storage says of its own, and nobody needs to know
OF_BUCKETS = (
    "ETag", "Last-Modified", "Content-Type", "Content-Disposition", "Cache-Control", "Expires", "Server", "Via",
    "x-amz-request-id", "x-amz-id-2", "x-amz-version-id", "x-amz-server-side-encryption", "x-amz-storage-class",
    "x-amz-content-sha256", "x-amz-replication-status", "x-amz-expiration", "x-amz-checksum-crc32", "x-amz-checksum-type", "x-amzn-requestid",
    "Access-Control-Allow-Origin", "Access-Control-Allow-Methods", "Access-Control-Allow-Headers",
    "Access-Control-Expose-Headers", "Access-Control-Allow-Credentials", "Access-Control-Max-Age",
)  # fmt: skip
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
BUCKET = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?")
HOST = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(\.(?!-)[A-Za-z0-9-]{1,63})*")


@dataclass(frozen=True, kw_only=True)
class Site:
    """What differs between two machines."""

    names: Sequence[str]
    nodes: Sequence[str]
    data: Path
    static: Path = ROOT / "static" / "dist"
    away: Path = AWAY
    upload_mb: int = 200
    error_log: str = "/var/log/nginx/parvis.log"
    #: `address:port` for plain HTTP on loopback; without it the site has TLS
    listen: str = ""
    certificate: str = ""
    key: str = ""
    #: ``https://host[:port]`` of the S3-compatible storage of PARVIS_BUCKET, where files lie in one
    bucket: str = ""
    redirected: str = field(default="80")

    def rendered(self) -> str:
        """The template with every place filled; Stop when a path or a name could be read as something else."""
        values = {
            "NODES": "\n".join(f"    server {node} max_fails=1 fail_timeout=2s;" for node in self.nodes),
            "NAMES": " ".join(self.names),
            "STATIC": str(self.static),
            "BLOBS": str(self.data / "blobs"),
            "AWAY": str(self.away),
            "UPLOAD_MB": str(self.upload_mb),
            "BODY_MB": str(self.upload_mb + FORM_MB),
            "ERROR_LOG": self.error_log,
            "LISTEN": f"    listen {self.listen};" if self.listen else self.secure_ports(),
            "TLS": "" if self.listen else self.secrets(),
            "BUCKET": self.from_bucket() if self.bucket else "",
            "REDIRECT": "" if self.listen else self.to_https(),
        }
        said = [*self.names, self.error_log, self.certificate, self.key, self.bucket]
        if self.bucket and not BUCKET.fullmatch(self.bucket):
            raise Stop(
                f"{self.bucket!r} is not the address of a storage: as in https://s3.example.org, without a path."
            )
        said += map(str, (self.static, self.data, self.away))
        for word in said:
            if re.search(r"[\s;{}$\"'\\]", word):
                raise Stop(f"nginx can't be given {word!r}: no spaces, quotes, $ or ; in names and folders.")
        text = TEMPLATE.read_text()
        for name, value in values.items():
            text = text.replace(f"@{name}@", value)
        return text

    def from_bucket(self) -> str:
        """Files that lie in a bucket: fetched by the address Parvis signed, sent under the headers Parvis gave."""
        headers = "".join(
            f"        set $parvis_{name.replace('-', '_').lower()} $upstream_http_{name.replace('-', '_').lower()};\n"
            f"        add_header {name} $parvis_{name.replace('-', '_').lower()};\n"
            for name in HANDED_ON
        )
        hidden = "".join(f"        proxy_hide_header {name};\n" for name in OF_BUCKETS)
        verified = (
            "        proxy_ssl_server_name on;\n        proxy_ssl_verify on;\n"
            f"        proxy_ssl_trusted_certificate {CERTIFICATES};\n"
            if self.bucket.startswith("https:")
            else ""
        )
        return (
            "    # As /_blobs/, of a bucket. It learns nothing of who asks: no cookie, no address.\n"
            "    location /_bucket/ {\n        internal;\n"
            f"        proxy_pass {self.bucket}/;\n        proxy_pass_request_headers off;\n        proxy_method GET;\n"
            f"        proxy_set_header Host {self.bucket.partition('://')[2]};\n"
            '        proxy_set_header Range $http_range;\n        proxy_set_header Connection "";\n'
            f"{verified}        proxy_intercept_errors on;\n        error_page 400 403 404 = @parvis;\n"
            "        error_page 500 502 503 504 =503 /_away/$parvis_language.html;\n"
            f"{hidden}{headers}    }}\n\n"
        )

    def secure_ports(self) -> str:
        return "    listen 443 ssl http2;\n    listen [::]:443 ssl http2;"

    def secrets(self) -> str:
        """What Mozilla's "intermediate" asks for (ssl-config.mozilla.org, 5.7)."""
        return "\n".join(
            f"    {line};"
            for line in (
                f"ssl_certificate {self.certificate}",
                f"ssl_certificate_key {self.key}",
                "ssl_protocols TLSv1.2 TLSv1.3",
                "ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
                "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
                "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305",
                "ssl_prefer_server_ciphers off",
                "ssl_session_cache shared:parvis:10m",
                "ssl_session_timeout 1d",
                "ssl_session_tickets off",
            )
        )

    def to_https(self) -> str:
        """Plain HTTP only leads to HTTPS (and answers a certificate authority)."""
        return (
            f"server {{\n    listen {self.redirected};\n    listen [::]:{self.redirected};\n"
            f"    server_name {' '.join(self.names)};\n    server_tokens off;\n    access_log off;\n"
            "    location /.well-known/acme-challenge/ { root /var/www/html; }\n"
            f"    location / {{ return 301 https://{self.names[0]}$request_uri; }}\n}}\n\n"
        )


def whole_configuration(site: str, *, folder: Path, pid: Path, user: str) -> str:
    """An nginx.conf around the site whose every file lies in ``folder``: no other nginx is touched."""
    temporary = "\n".join(
        f"    {kind}_temp_path {folder / kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    who = f"user {user};\n" if user else ""
    return (
        f"{who}worker_processes 1;\ndaemon off;\npid {pid};\nerror_log stderr crit;\n"
        "events { worker_connections 4096; }\n"
        f"http {{\n{temporary}\n    include {mime_types()};\n    default_type application/octet-stream;\n"
        "    sendfile on;\n    tcp_nopush on;\n    keepalive_timeout 30s;\n\n" + site + "}\n"
    )


def mime_types() -> Path:
    """Where this nginx keeps the types of files."""
    for place in ("/etc/nginx", "/usr/local/etc/nginx", "/opt/homebrew/etc/nginx", "/usr/local/nginx/conf"):
        if Path(place, "mime.types").exists():
            return Path(place, "mime.types")
    raise Stop("nginx is installed without its file mime.types: install Debian's nginx-light, or nginx.org's package.")


def main() -> int:
    """Print the site for a real machine."""
    parser = argparse.ArgumentParser(description="Prints the nginx site of Parvis.")
    parser.add_argument("host")
    parser.add_argument("--nodes", type=int, default=2)
    parser.add_argument("--first-port", type=int, default=8001)
    parser.add_argument("--data", type=Path, default=Path("/var/lib/parvis"))
    parser.add_argument("--static", type=Path, default=ROOT / "static" / "dist")
    parser.add_argument("--away", type=Path, default=AWAY)
    parser.add_argument("--node", action="append", default=[], help="host:port of a node, instead of --nodes")
    parser.add_argument("--upload-mb", type=int, default=200)
    parser.add_argument("--error-log", default="/var/log/nginx/parvis.log")
    parser.add_argument("--certificate", default="")
    parser.add_argument("--key", default="")
    parser.add_argument("--bucket", default="", help="https://host of the storage in PARVIS_BUCKET")
    asked = parser.parse_args()
    if not HOST.fullmatch(asked.host):
        raise Stop(f"{asked.host!r} is not the name of a host, as in parvis.example.org.")
    kept = f"/etc/letsencrypt/live/{asked.host}"
    site = Site(
        names=[asked.host],
        nodes=asked.node or [f"127.0.0.1:{asked.first_port + number}" for number in range(asked.nodes)],
        data=asked.data,
        static=asked.static,
        away=asked.away,
        upload_mb=asked.upload_mb,
        error_log=asked.error_log,
        certificate=asked.certificate or f"{kept}/fullchain.pem",
        key=asked.key or f"{kept}/privkey.pem",
        bucket=asked.bucket,
    )
    sys.stdout.write(site.rendered())
    return 0


if __name__ == "__main__":
    run_or_say(main)
