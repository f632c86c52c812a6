"""Each claim's script runs small, and its figure points the way that the claim says, where so small a run can show it.

Seeds are fixed: a test passes always or never on one machine. The error probability beside a direction is that of the claim for
other seeds. The runs at full size are those of docs/claims.md.
"""

import json

import pytest
from run_example import ROOT, run

CLAIMS = ROOT / "examples" / "claims"
pytestmark = pytest.mark.slow  # together they take minutes


@pytest.fixture
def figures(tmp_path):
    """A function (number, options) -> the figures of a run, a list of lists, and the verdict's first word."""

    def made(number, **options):
        script = next(CLAIMS.glob(f"{number:02}_*.py"))
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        said = run(f"claims/{script.name}", *arguments, "--out", tmp_path)
        found = json.loads((tmp_path / f"{script.stem}.json").read_text(encoding="utf-8"))
        assert found["verdict"] in said
        assert (tmp_path / f"{script.stem}.png").stat().st_size > 5000
        return [*found["figures"].values()]

    return made


def test_1_the_minimax_gradient_is_shorter(figures):
    """Certain where D rejects the fakes: the slopes are −D and D − 1. The step counts: 8 of 8 seeds in docs/claims.md."""
    ratio, steep, flat = figures(1, seeds=1, steps=500)
    assert ratio[0] > 2
    assert steep < flat


def test_2_a_trained_d_is_near_the_formula(figures):
    """An untrained D says ½ and is up to 0.4 away. In docs/claims.md 0.008 to 0.012, after ten times the steps; here 0.25 is
    asked for, and the seed is fixed.
    """
    distance, _ = figures(2, seeds=1, steps=300)
    assert distance[0] < 0.25


def test_3_the_value_is_the_divergence_and_less_for_a_poor_d(figures):
    """Above the formula only by noise: 200,000 + 200,000 points, a standard error of 0.002 nats."""
    trained, half, poor = figures(3, seeds=1, steps=100)
    assert trained[0] < 0.05
    assert half[0] < 0.05
    assert poor[0] > trained[0]


def test_4_every_rule_reaches_the_saddle_and_simultaneous_steps_leave_the_twist(figures):
    """Linear maps: certain. |1 − 2η| = 0.6; (1 + η²)^½; (1 − η² + η⁴)^½."""
    saddle, twist = (factors for factors in [figures(4, seeds=3, steps=50)] for factors in (factors[:4], factors[4:]))
    assert all(max(factors) < 0.9 for factors in saddle)
    assert saddle[0] == pytest.approx([0.6] * 3)
    assert twist[0] == pytest.approx([1.04**0.5] * 3, rel=1e-3)
    assert twist[2] == pytest.approx([(1 - 0.04 + 0.0016) ** 0.5] * 3, rel=1e-3)


def test_5_the_outcome_hangs_on_start_and_luck_and_less_so_with_r1(figures):
    """Reverse KL, in docs/claims.md: 0.04 to 0.98 in 16 runs, within 0.003 in four with R1. In all 1,820 choices of 4 of the
    16 runs the range is more than nine times that: three times is missed with probability below 1/1,820.
    """
    *_, plain, calm, row, column = figures(5, seeds=2, steps=2000)
    assert max(plain) - min(plain) > 3 * (max(calm) - min(calm))
    assert max(row) > 0
    assert max(column) > 0


def test_6_more_steps_of_d_lose_modes_of_the_ring(figures):
    """In docs/claims.md, after 1,200 steps: 6 to 8 modes with k = 1, always 1 with k = 5, three seeds. Were the two alike, all
    three of one would be above all of the other with probability 1/20; by their standard deviation of 1.2 they are five apart.
    """
    *_, one, _, five, _, _, _ = figures(6, seeds=1, steps=1200)
    assert five[0] < one[0]


def test_7_d_is_fooled_more_often_as_g_learns(figures):
    """Of 397 images of each kind a look has a standard error of 0.02 at most, a mean of five 0.009, a difference of two such
    0.013: were there none, 0.05 would be four of them, which has probability 6e-5.
    """
    first, last, new = figures(7, seeds=1, steps=450)
    assert last[0] < first[0] - 0.05
    assert new[0] > last[0]  # the honest figure is a new D's


def test_8_a_planted_memoriser_is_caught_and_unseen_images_are_not(figures):
    """p of unseen images is uniform: below 0.01 with probability 0.01. The memoriser is 1 of 1,000 splits: certain."""
    shares, p = (part for found in [figures(8, seeds=1, steps=30)] for part in (found[:4], found[4:]))
    assert p[0][0] > 0.01
    assert p[3][0] == 0.001
    assert shares[3][0] > 0.95


def test_9_a_walk_is_smoother_than_jumps_between_training_images(figures):
    """Means of 16 walks. With seeds 0 to 11 after 250 steps the difference is 6.5 ± 1.3, 4.5 at least; the 2 that is asked for
    is three standard deviations below.
    """
    walk, fade, memory, *_ = figures(9, seeds=1, steps=250)
    assert walk[0] < memory[0] - 2
    assert fade[0] == pytest.approx(1, abs=1e-3)


def test_10_the_likelihood_climbs_and_digits_have_the_lower_energy(figures):
    """In docs/claims.md, three seeds: from −24.4 to −20.7 ± 0.15 nats, so 0.5 is twenty standard deviations away; noise lies
    95 ± 1 above digits and dreams, and 30 is asked for.
    """
    first, last, digits, dreams, noise = figures(10, seeds=1, epochs=18)
    assert last[0] > first[0] + 0.5
    assert max(digits[0], dreams[0]) < noise[0] - 30


def test_11_an_rbm_fills_in_better_than_means_do(figures):
    """The hidden half, after 20 epochs: 0.114 to 0.117 with seeds 0 to 2, against 0.131, eight standard deviations. Ratings:
    0.78 to 0.80 against 1.06 to 1.10 in docs/claims.md, ten.
    """
    mean, _, gibbs, _, biases, rbm = figures(11, seeds=1, epochs=20)
    assert gibbs[0] < mean[0]
    assert rbm[0] < biases[0]


def test_12_the_pixelcnn_draws_pixel_after_pixel(figures):
    """64 small passes against one: certain. The likelihood is above that of 64 fair coins, −44.4 nats."""
    exact, estimate, bound, pixels, _, gan = figures(12, seeds=1, steps=30)
    assert exact[0] > -44.4
    assert estimate > bound
    assert gan[0] > 5 * pixels[0]


def test_13_pca_and_vae_are_blurred_and_a_gan_is_sharp(figures):
    """PCA: certain, eight directions of 64 have no edges. The VAE: 0.31 to 0.33 in docs/claims.md, the images 1.04, both within
    0.01. The GAN: 1.08 after 150 steps, against 0.44 ± 0.01 of PCA.
    """
    images, _, _, pca, _, _, vae, _, _, gan, *_ = figures(13, seeds=1, steps=150)
    assert max(pca[0], vae[0]) < 0.7 * images[0]
    assert gan[0] > pca[0]


def test_14_the_bound_is_below_the_likelihood(figures):
    """100 images, each beyond three standard errors by chance with probability 0.00135: 5 or more with less than 1e-6."""
    *left, _, coarse, gap, above = figures(14, seeds=1, steps=150)
    assert left[0] > left[-1]
    assert left[-1][0] == pytest.approx(0, abs=0.05)
    assert gap[0] > 0
    assert above[0] < 0.05
    assert coarse[0] < 1e-3


def test_15_few_labels_and_the_denoising_encoder_helps(figures):
    """In docs/claims.md, with 10 labels: the frozen encoder saves 2.8 to 10.6 points of errors, eight of eight seeds; were it a
    coin, this would happen with probability 2⁻⁸. And more labels help whatever learns: 33 % of errors with 10, 13 % with 100.
    """
    found = figures(15, seeds=1)
    few, many, saved = found[0], found[9], found[12]
    assert many[0] < few[0]
    assert saved[0] > 0
