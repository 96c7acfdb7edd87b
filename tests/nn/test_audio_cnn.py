import numpy as np
import pytest

from segue.nn.audio_cnn import augmented, contrastive, embed, exported, network, towards

torch = pytest.importorskip("torch", reason="pip install 'segue[ml]'")
runtime = pytest.importorskip("onnxruntime", reason="pip install 'segue[ml]'")


@pytest.mark.parametrize(("n", "t"), [(1, 128), (5, 128), (2, 61)])
def test_onnx_gives_what_torch_gives(n, t):
    """Within 1e-4 of outputs of about 1, batch normalization folded in, any length."""
    torch.manual_seed(0)
    module = network(64, (64, 96, 128), 32, 16)
    rng = np.random.default_rng(0)
    module.train()
    for _ in range(3):  # so that the running means are not those of a new network
        embed(module, torch.from_numpy(rng.normal(0.5, 2, (8, 128, 64)).astype(np.float32)))
    module.eval()
    mean, scale = rng.normal(-8, 1, 64).astype(np.float32), rng.uniform(1, 3, 64).astype(np.float32)
    mel = rng.normal(-8, 3, (n, t, 64)).astype(np.float32)
    with torch.no_grad():
        want = embed(module, (torch.from_numpy(mel) - torch.from_numpy(mean)) / torch.from_numpy(scale)).numpy()
    session = runtime.InferenceSession(exported(module, mean, scale), providers=["CPUExecutionProvider"])
    (got,) = session.run(None, {"mel": mel})
    assert got.shape == (n, 32)
    assert np.abs(want).max() > 0.1
    np.testing.assert_allclose(got, want, atol=1e-4)


def test_contrastive_loss_by_hand():
    """Two pairs at right angles, temperature 1: each row has one friend at 1 and two strangers at 0."""
    z = torch.tensor([[1.0, 0], [2.0, 0], [0, 1.0], [0, 3.0]])
    want = -np.log(np.e / (np.e + 2))
    assert contrastive(z, torch.tensor([0, 0, 1, 1]), 1.0).item() == pytest.approx(want, rel=1e-5)
    assert contrastive(z, torch.tensor([0, 0, -1, -1]), 1.0).item() == pytest.approx(want, rel=1e-5), "-1: no label"
    assert contrastive(z, torch.tensor([0, 1, 0, 1]), 1.0).item() > want
    assert contrastive(z, torch.tensor([-1, -1, -1, -1]), 1.0).item() == 0


def test_towards_vectors_that_are_known():
    target = torch.tensor([[1.0, 0], [1.0, 0], [0, 1.0], [float("nan")] * 2])
    right = torch.tensor([[5.0, 0], [5.0, 0], [0, 5.0], [1.0, 1.0]])
    low = towards(right, target, 0.1).item()
    high = towards(right[[2, 2, 0, 3]], target, 0.1).item()
    assert np.isfinite(low)
    assert low < 1 < high
    assert towards(right[:1], target[:1], 0.1).item() == 0


def test_augmented_is_another_take_of_the_same():
    mel = torch.from_numpy(np.random.default_rng(0).normal(-8, 2, (6, 128, 64)).astype(np.float32))

    def once(seed, **less):
        much = {"level": 0.7, "tilt": 0.5, "shift": 2, "mask": 10} | less
        return augmented(mel, torch.Generator().manual_seed(seed), **much)

    assert torch.equal(once(1), once(1))
    assert not torch.equal(once(1), once(2))
    assert once(1).shape == mel.shape
    assert torch.isfinite(once(1)).all()
    none = once(1, level=0.0, tilt=0.0, shift=0, mask=0)
    assert torch.equal(none, mel), "nothing asked for, nothing changed"
    louder = once(3, tilt=0.0, shift=0, mask=0) - mel
    assert torch.allclose(louder, louder[:, :1, :1].expand_as(louder), atol=1e-4), "a level is one number a segment"
