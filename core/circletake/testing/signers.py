"""What a signer must hold to: its signatures verify against its own certificate, and the key stays hidden."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from circletake.errors import CircletakeError
from circletake.testing.contract import PluginContract

if TYPE_CHECKING:
    from cryptography import x509

    from circletake.protocols import OpenSigner

ALGORITHMS = ("es256", "es384", "ps256", "ed25519")
_DATA = b"what is to be signed"


class SignerContract(PluginContract):
    """Inherit, name the ``module``, and give ``settings`` (or ``settings_for``) that open a test key."""

    hook = "circletake_signers"

    def opened(self, item: Any) -> OpenSigner:
        """The signer, ready for use."""
        signer: OpenSigner = item.open(self.settings_for(item), self.context(item))
        return signer

    def test_its_algorithm_is_one_of_content_credentials(self, item: Any) -> None:
        signer = self.opened(item)
        assert signer.algorithm in ALGORITHMS, f"{signer.algorithm!r} is none of {ALGORITHMS}"
        signer.close()

    def test_its_chain_begins_with_the_certificate_that_signs(self, item: Any) -> None:
        from cryptography import x509

        signer = self.opened(item)
        chain = x509.load_pem_x509_certificates(signer.chain_pem.encode("ascii"))
        for lower, upper in pairwise(chain):
            lower.verify_directly_issued_by(upper)
        signer.close()

    def test_its_signature_verifies_with_that_certificate(self, item: Any) -> None:
        from cryptography import x509
        from cryptography.exceptions import InvalidSignature

        signer = self.opened(item)
        leaf = x509.load_pem_x509_certificates(signer.chain_pem.encode("ascii"))[0]
        for data in (_DATA, b"", b"\x00" * 100_000):
            try:
                _verify(leaf, signer.algorithm, signer.sign(data), data)
            except InvalidSignature:
                raise AssertionError(f"the signature over {len(data)} bytes does not verify") from None
        signer.close()

    def test_the_key_is_not_among_what_it_shows(self, item: Any) -> None:
        signer = self.opened(item)
        shown = f"{signer.chain_pem}{signer!r}{vars(signer) if hasattr(signer, '__dict__') else ''}"
        assert "PRIVATE KEY" not in shown, "a private key stands in what it shows"
        signer.close()

    def test_it_opens_in_every_process_anew(self, item: Any) -> None:
        first, second = self.opened(item), self.opened(item)
        first.close()
        assert second.sign(_DATA), "closing one signer closed the other"
        second.close()

    def test_without_its_secret_it_says_so(self, item: Any) -> None:
        """Settings that lead nowhere, and no secrets: it opens, or says in words why it cannot."""
        try:
            item.open(item.about.settings(), self.context(item, secrets=False)).close()
        except CircletakeError as error:
            assert error.reason, "it fails without a reason"
        except Exception as error:
            raise AssertionError(f"raises {type(error).__name__}; raise KeyProblem") from error


def _verify(leaf: x509.Certificate, algorithm: str, signature: bytes, data: bytes) -> None:
    """Check a signature, raw ``r || s`` or DER.

    Raises:
        InvalidSignature: it is not over ``data``, or not by this certificate's key.
    """
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

    key = leaf.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        size = (key.curve.key_size + 7) // 8
        if len(signature) == 2 * size:
            halves = (int.from_bytes(signature[:size]), int.from_bytes(signature[size:]))
            signature = utils.encode_dss_signature(*halves)
        key.verify(signature, data, ec.ECDSA(hashes.SHA384() if algorithm == "es384" else hashes.SHA256()))
    elif isinstance(key, rsa.RSAPublicKey):
        salted = padding.PSS(padding.MGF1(hashes.SHA256()), salt_length=hashes.SHA256.digest_size)
        key.verify(signature, data, salted, hashes.SHA256())
    elif isinstance(key, ed25519.Ed25519PublicKey):
        key.verify(signature, data)
    else:
        raise AssertionError(f"content credentials do not know keys of {type(key).__name__}")
