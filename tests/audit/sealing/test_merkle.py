"""Trees and proofs of RFC 6962 through the product's own verifier: our vectors, and foreign ones where they lie."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from audit.sealing.merkle import (
    Frontier,
    consistency_proof,
    full_ranges,
    inclusion_proof,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from audit.sealing.store import GrownTree
from tests.audit.sealing import vectors

FOREIGN = Path(__file__).resolve().parents[4] / "shared" / "vectors" / "rfc6962_merkle_proofs.json"
PUBLISHED = json.loads(vectors.FILE.read_text(encoding="utf-8"))


def raw(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def included(vector: dict[str, Any]) -> bool:
    return verify_inclusion(
        raw(vector["leaf"]), vector["index"], vector["size"], list(map(raw, vector["proof"])), raw(vector["root"])
    )


def consistent(vector: dict[str, Any]) -> bool:
    return verify_consistency(
        vector["size"],
        vector["later"],
        list(map(raw, vector["proof"])),
        raw(vector["root"]),
        raw(vector["later_root"]),
    )


@pytest.mark.parametrize("vector", PUBLISHED["inclusion"], ids=lambda vector: vector["name"])
def test_published_inclusion(vector: dict[str, Any]) -> None:
    assert included(vector) is vector["valid"]


@pytest.mark.parametrize("vector", PUBLISHED["consistency"], ids=lambda vector: vector["name"])
def test_published_consistency(vector: dict[str, Any]) -> None:
    assert consistent(vector) is vector["valid"]


def test_the_published_file_is_what_the_generator_writes() -> None:
    assert vectors.document() == vectors.FILE.read_text(encoding="utf-8")
    judged = [vector["valid"] for vector in PUBLISHED["inclusion"] + PUBLISHED["consistency"]]
    assert judged.count(True) >= 20
    assert judged.count(False) >= 100


def test_roots_of_the_reference_tree() -> None:
    # As the authors of RFC 6962 publish them, for sizes 0, 1 and 7 of the same inputs.
    assert root_of([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert root_of([leaf_hash(b"")]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    leaves = [leaf_hash(item) for item in vectors.INPUTS]
    assert root_of(leaves[:7]).hex() == "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"
    assert [raw(text) for text in PUBLISHED["roots"]] == [root_of(leaves[:size]) for size in range(len(leaves) + 1)]


def test_every_proof_of_a_tree_verifies_and_nothing_near_it_does() -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(40)]

    def subtree(begin: int, end: int) -> bytes:
        return root_of(leaves[begin:end])

    for size in range(1, 41):
        root = root_of(leaves[:size])
        for index in range(size):
            path = inclusion_proof(index, size, subtree)
            assert path == vectors.path(index, [bytes([number]) for number in range(size)])
            assert verify_inclusion(leaves[index], index, size, path, root)
            assert not verify_inclusion(leaves[index], index + 1, size, path, root)
            assert not verify_inclusion(leaves[index - 1], index, size, path, root) or size == 1
        for earlier in range(1, size + 1):
            path = consistency_proof(earlier, size, subtree)
            before = root_of(leaves[:earlier])
            assert verify_consistency(earlier, size, path, before, root)
            for place in range(len(path)):
                assert not verify_consistency(earlier, size, path[:place] + path[place + 1 :], before, root)
    for index, size in ((-1, 4), (4, 4), (0, 0)):
        with pytest.raises(ValueError, match="tree"):
            inclusion_proof(index, size, subtree)
    with pytest.raises(ValueError, match="proof"):
        consistency_proof(5, 4, subtree)


def test_what_grew_is_proved_from_the_edge_and_the_new_leaves_alone() -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(64)]
    for size in range(1, 40):
        before = Frontier()
        for leaf in leaves[:size]:
            before.append(leaf)
        assert [pair[:2] for pair in before.ranges()] == full_ranges(size)
        for later in (size + 1, size + 3, size + 20):
            path = consistency_proof(size, later, GrownTree(before, leaves[size:later]))
            assert verify_consistency(size, later, path, before.root(), root_of(leaves[:later]))


@pytest.mark.skipif(not FOREIGN.exists(), reason="foreign vectors are not beside the project")
def test_foreign_vectors() -> None:
    document = json.loads(FOREIGN.read_text(encoding="utf-8"))
    judged = {True: 0, False: 0}
    for item in document["inclusion"]:
        proof = list(map(raw, item["proof"] or []))
        found = verify_inclusion(raw(item["leafHash"]), item["leafIdx"], item["treeSize"], proof, raw(item["root"]))
        assert found is not item["wantErr"], item["name"]
        judged[found] += 1
    for item in document["consistency"]:
        proof = list(map(raw, item["proof"] or []))
        found = verify_consistency(item["size1"], item["size2"], proof, raw(item["root1"]), raw(item["root2"]))
        assert found is not item["wantErr"], item["name"]
        judged[found] += 1
    assert judged == {True: 12, False: 184}
