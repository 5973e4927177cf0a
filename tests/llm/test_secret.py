"""Keys that show themselves to nobody."""

import pickle
from dataclasses import asdict

import pytest

from kefu.llm.secret import Secret, masker

KEY = "kk-9f8e7d6c5b4a39281706"


@pytest.mark.parametrize("shown", [repr, str, "{}".format, "{!r:>40}".format, lambda secret: f"{secret}"])
def test_a_secret_prints_as_stars(shown):
    assert KEY not in shown(Secret(KEY))
    assert "***" in shown(Secret(KEY))


def test_only_reveal_gives_the_key():
    secret = Secret(KEY)
    assert secret.reveal() == KEY
    assert secret == Secret(KEY) != Secret("other")
    assert not Secret()


def test_a_key_is_not_pickled():
    with pytest.raises(TypeError, match=r"^a key is not pickled: read the settings again where it is needed$"):
        pickle.dumps(Secret(KEY))


def test_as_a_field_it_stays_masked():
    from kefu.llm.endpoint import Endpoint

    endpoint = Endpoint(
        name="a", base_url=f"https://h.example/v1?key={KEY}", model="m", api_key=Secret(KEY), headers={"X": Secret(KEY)}
    )
    assert KEY not in repr(endpoint)
    assert KEY not in repr({**asdict(endpoint), "base_url": ""})
    assert KEY not in endpoint.label
    assert KEY in endpoint.url("/models")


def test_a_mask_covers_the_key_and_whatever_looks_like_one():
    mask = masker([Secret(KEY), Secret(KEY + "-longer")])
    assert mask(f"a {KEY}-longer b {KEY} c") == "a *** b *** c"
    assert mask("Incorrect API key provided: sk-proj-abc123***xyz.") == "Incorrect API key provided: ***"
    assert mask("Authorization: Bearer abcdef123456") == "Authorization: ***"


@pytest.mark.parametrize("dummy", ["", "x", "EMPTY", "ollama", "no-key"])
def test_the_dummy_keys_of_local_servers_garble_no_text(dummy):
    assert masker([Secret(dummy)])("ollama says x, EMPTY and no-key") == "ollama says x, EMPTY and no-key"


def test_what_only_looks_like_a_key_may_be_said():
    mask = masker([Secret(KEY)], guess=False)
    assert mask(f"sk-model-9000 and {KEY}") == "sk-model-9000 and ***"
