"""A throw-away certificate, so that a phone in the same network can use the demo.

A browser keeps its offline store and its service worker for secure addresses only.
"""

import datetime
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .services import Certificate

VALID_DAYS = 90
RENEW_DAYS = 7


def certificate_for(host: str, *, folder: Path, now: datetime.datetime) -> Certificate:
    """Return a certificate for ``host`` and localhost; made anew only when needed.

    It signs itself. A phone trusts it once its owner has installed the chain's file.
    """
    certificate = Certificate(
        chain=folder / "certificate.pem", key=folder / "certificate.key"
    )
    if not _serves(certificate, host=host, now=now):
        _make(certificate, host=host, now=now)
    return certificate


def _serves(certificate: Certificate, *, host: str, now: datetime.datetime) -> bool:
    if not (certificate.chain.exists() and certificate.key.exists()):
        return False
    known = x509.load_pem_x509_certificate(certificate.chain.read_bytes())
    names = known.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    rest = known.not_valid_after_utc - now
    return _name(host) in names.value and rest.days >= RENEW_DAYS


def _make(certificate: Certificate, *, host: str, now: datetime.datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "EIHtrack demo")])
    names = dict.fromkeys([_name(host), _name("localhost"), _name("127.0.0.1")])
    chain = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # A phone's clock may be a little late.
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=VALID_DAYS))
        .add_extension(x509.SubjectAlternativeName(list(names)), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    certificate.key.unlink(missing_ok=True)
    certificate.key.touch(mode=0o600)
    certificate.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    certificate.chain.write_bytes(chain.public_bytes(serialization.Encoding.PEM))


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
