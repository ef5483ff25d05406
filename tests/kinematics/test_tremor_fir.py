"""The shipped tremor filter against its stated numbers, from its taps and on hands."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import signal

from sutura.kinematics.errors import TremorDesignError
from sutura.kinematics.tremor import (
    FirDesign,
    TremorSettings,
    design_fir,
    fir_response,
    fir_wanted,
    is_designed,
    make_filter,
)

Array = NDArray[np.float64]
RATE = 1000.0


def shipped() -> Array:
    return design_fir(fir_wanted(TremorSettings()))


def response(taps: Array, rate: float = RATE) -> tuple[Array, Array]:
    """Frequencies 0.005 Hz apart and H there, by scipy and not by what is tested."""
    f, H = signal.freqz(taps, worN=np.arange(0.0, rate / 2, 0.005), fs=rate)
    return np.asarray(f), np.asarray(H)


def test_at_least_24_db_at_every_frequency_of_the_tremor_band() -> None:
    f, H = response(shipped())
    within = np.abs(H[(f >= 8.0) & (f <= 12.0)])
    assert -20.0 * math.log10(within.max()) >= 27.0 - 0.01


def test_nowhere_more_gain_than_allowed() -> None:
    _, H = response(shipped())
    assert 20.0 * math.log10(np.abs(H).max()) <= 3.5


def test_slow_movement_is_less_than_a_millisecond_late_and_a_hundredth_off() -> None:
    taps = shipped()
    f, H = response(taps)
    slow = f <= 1.0
    delay = np.real(response(taps * np.arange(taps.size))[1][slow] / H[slow]) / RATE
    assert delay.max() < 0.001
    by_phase = -np.gradient(np.unwrap(np.angle(H[slow])), 2.0 * np.pi * f[slow])
    assert by_phase[1:-1] == pytest.approx(delay[1:-1], abs=1e-4)
    assert np.abs(H[slow] - 1.0).max() < 0.01
    assert taps.sum() == pytest.approx(1.0, abs=1e-12)


def test_it_says_its_own_numbers_truly() -> None:
    taps = shipped()
    said = fir_response(taps, RATE, 1.0, (8.0, 12.0))
    f, H = response(taps)
    size = 20.0 * np.log10(np.abs(H))
    assert said.attenuation == pytest.approx(-size[(f >= 8.0) & (f <= 12.0)].max(), abs=0.01)
    assert said.gain == pytest.approx(size.max(), abs=0.01)
    assert said.movement_error == pytest.approx(np.abs(H[f <= 1.0] - 1.0).max(), abs=1e-4)
    assert "27.1 dB" in str(said)


@pytest.mark.parametrize(
    "settings",
    [
        TremorSettings(rate=100.0),
        TremorSettings(rate=500.0),
        TremorSettings(rate=333.0),
        TremorSettings(rate=500.0, tremor_low=6.0, attenuation=24.0, allowed_gain=5.0),
        TremorSettings(rate=200.0, voluntary_band=2.0, attenuation=24.0, allowed_gain=6.0),
        TremorSettings(rate=200.0, attenuation=10.0, allowed_gain=1.0),
        TremorSettings(rate=200.0, voluntary_band=0.5, tremor_low=4.0, tremor_high=7.0, attenuation=20.0),
    ],
    ids=repr,
)
def test_other_wishes_and_rates_are_kept_too(settings: TremorSettings) -> None:
    f, H = response(design_fir(fir_wanted(settings)), settings.rate)
    size = 20.0 * np.log10(np.abs(H))
    assert -size[(f >= settings.tremor_low) & (f <= settings.tremor_high)].max() >= settings.attenuation - 0.02
    assert size.max() <= settings.allowed_gain + 0.02
    assert np.abs(H[f <= settings.voluntary_band] - 1.0).max() <= 0.1


def test_wishes_that_nothing_fulfils_are_refused_with_what_was_reached() -> None:
    wanted = FirDesign(1.0, 8.0, 12.0, 27.0, 1.0, 1.2, 200.0)
    with pytest.raises(
        TremorDesignError, match=r"at least 27 dB off 8 to 12 Hz.*came at least .* allow more gain"
    ) as e:
        design_fir(wanted)
    assert e.value.reached.gain > 1.0
    assert not is_designed(wanted)


def test_it_is_the_convolution_with_its_taps() -> None:
    hand: Array = np.random.default_rng(3).normal(size=(3000, 3)).cumsum(axis=0)
    first: Array = hand[0]
    wanted = signal.lfilter(shipped(), [1.0], hand - first, axis=0) + first
    bare = make_filter(TremorSettings())
    np.testing.assert_allclose([bare.step((x, y, z)) for x, y, z in hand.tolist()], wanted, atol=1e-9)


def test_drifting_jumping_and_noisy_tremor_all_lose_24_db() -> None:
    t = np.arange(0, 30.0, 1.0 / RATE)
    random = np.random.default_rng(1)
    noise = signal.sosfiltfilt(
        signal.butter(4, (8.0, 12.0), "bandpass", fs=RATE, output="sos"), random.normal(size=t.size)
    )
    shaken = np.stack(
        (
            np.sin(2.0 * np.pi * np.cumsum(10.0 + 2.0 * np.sin(2.0 * np.pi * t / 5.0)) / RATE),
            np.sin(2.0 * np.pi * np.cumsum(np.where(t // 10.0 % 2.0 == 0.0, 8.5, 11.5)) / RATE),
            noise / noise.std() / math.sqrt(2.0),
        ),
        axis=1,
    )
    moved = 20.0 * np.sin(2.0 * np.pi * np.outer(t, (0.3, 0.45, 0.7)))
    bare = make_filter(TremorSettings())
    out = np.array([bare.step((x, y, z)) for x, y, z in (moved + shaken).tolist()])
    off = out - moved
    settled = slice(3000, None)
    sway = signal.butter(4, (5.0, 20.0), "bandpass", fs=RATE, output="sos")
    after = signal.sosfiltfilt(sway, off, axis=0)[settled].std(axis=0)
    assert (20.0 * np.log10(shaken[settled].std(axis=0) / after) > 24.0).all()
