"""Made the certificates beside it, once: authorities that nobody trusts but a test, and what they signed. Their keys are no secret.

Usage, at the root of the repository: .venv/bin/python tests/certificates/make.py
"""

import base64
import datetime
import ipaddress
import json
import pathlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HERE = pathlib.Path(__file__).parent
FROM, UNTIL = datetime.datetime(2020, 1, 1), datetime.datetime(2049, 12, 31)
SERVER, CLIENT = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH
SNS = ["sns.amazonaws.com", "sns.eu-west-1.amazonaws.com"]


class Party:
    """Who has a key and a certificate."""

    def __init__(self, name, issuer=None, names=(), usage=None, since=FROM, until=UNTIL, key=None):
        self.key = key or rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Tests of Quell"), x509.NameAttribute(NameOID.COMMON_NAME, name)])
        issuer = issuer or self
        public = self.key.public_key()
        builder = (
            x509.CertificateBuilder()
            .subject_name(self.name)
            .issuer_name(issuer.name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(since)
            .not_valid_after(until)
            .add_extension(x509.BasicConstraints(ca=usage is None, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False)
        )
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName([general(name) for name in names]), critical=False)
        if usage:
            builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        self.certificate = builder.sign(issuer.key, hashes.SHA256())

    def pem(self):
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def key_pem(self):
        private = serialization.PrivateFormat.PKCS8
        return self.key.private_bytes(serialization.Encoding.PEM, private, serialization.NoEncryption()).decode()


def general(name):
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def write(name, text):
    path = HERE / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


def sns():
    """What stands in for Amazon's authorities, what signs for SNS there, and what does not."""
    root = Party("root")
    intermediate = Party("intermediate", root)
    strange_root = Party("root")
    strange = Party("intermediate", strange_root)
    leaves = {
        "genuine": Party("sns", intermediate, SNS, SERVER),
        "expired": Party("sns", intermediate, SNS, SERVER, until=datetime.datetime(2021, 1, 1)),
        "not-yet": Party("sns", intermediate, SNS, SERVER, since=datetime.datetime(2048, 1, 1)),
        "other-name": Party("sns", intermediate, ["sns.amazonaws.com.evil.example"], SERVER),
        "other-region": Party("sns", intermediate, ["sns.us-east-1.amazonaws.com"], SERVER),
        "for-clients": Party("sns", intermediate, SNS, CLIENT),
        "elliptic": Party("sns", intermediate, SNS, SERVER, key=ec.generate_private_key(ec.SECP256R1())),
        "short": Party("sns", intermediate, SNS, SERVER, key=rsa.generate_private_key(public_exponent=65537, key_size=1024)),
    }
    for name, leaf in leaves.items():
        write(f"sns/{name}.pem", leaf.pem() + intermediate.pem())
    stranger = Party("sns", strange, SNS, SERVER)
    write("sns/stranger.pem", stranger.pem() + strange.pem() + strange_root.pem())
    write("sns/cut-chain.pem", leaves["genuine"].pem())
    write("sns/root.pem", root.pem())
    write("sns/genuine.key", leaves["genuine"].key_pem())
    write("sns/stranger.key", stranger.key_pem())
    write("sns/version-1.json", version_1(leaves["genuine"].key))


def version_1(key):
    """A notification by SignatureVersion 1. What signs in the tests knows no SHA-1."""
    message = (HERE / "../../examples/alerts/excessive-access.json").read_text()
    fields = {
        "Type": "Notification",
        "MessageId": "0a1b2c3d-0000-1111-2222-333344445555",
        "TopicArn": "arn:aws:sns:eu-west-1:111122223333:alerts",
        "Subject": "Alert",
        "Message": message,
        "Timestamp": "2026-03-01T12:00:00.000Z",
    }
    order = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
    to_sign = "".join(f"{name}\n{fields[name]}\n" for name in order)
    signature = key.sign(to_sign.encode(), padding.PKCS1v15(), hashes.SHA1())
    signed = fields | {
        "SignatureVersion": "1",
        "Signature": base64.b64encode(signature).decode(),
        "SigningCertURL": "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem",
        "UnsubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe",
    }
    return json.dumps(signed, indent=2) + "\n"


def tls():
    """The listener's own certificate and the next one, and those of senders."""
    servers, clients, others = Party("servers"), Party("clients"), Party("others")
    names = ["localhost", "127.0.0.1"]
    parties = {
        "server": Party("server", servers, names, SERVER),
        "renewed": Party("renewed", servers, names, SERVER),
        "sensor": Party("sensor", clients, ["sensor.example"], CLIENT),
        "expired-sensor": Party("sensor", clients, ["sensor.example"], CLIENT, until=datetime.datetime(2021, 1, 1)),
        "somebody": Party("sensor", others, ["sensor.example"], CLIENT),
    }
    for name, party in parties.items():
        write(f"tls/{name}.pem", party.pem())
        write(f"tls/{name}.key", party.key_pem())
    write("tls/servers.pem", servers.pem())
    write("tls/clients.pem", clients.pem())


sns()
tls()
