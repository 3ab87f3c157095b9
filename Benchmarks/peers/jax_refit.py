"""Times one training step of an LSTM with a linear head in JAX: an epoch is one compiled lax.scan.

    taskset -c 1 python jax_refit.py [--hidden 32 --lookback 15 --features 2 --batch 1 --updates 45]

Prints the median microseconds an update (forward, loss, backward, Adam) over repeats, and half the
distance between the quartiles. Compiling is not counted.
"""

import argparse
import os
import time

os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault(
    "XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")

import jax
import jax.numpy as jnp
import numpy as np


def main():
    parser = argparse.ArgumentParser()
    for name, value in dict(
        hidden=32, lookback=15, features=2, batch=1, updates=45, repeats=9
    ).items():
        parser.add_argument(f"--{name}", type=int, default=value)
    a = parser.parse_args()
    random = np.random.default_rng(0)
    bound = 1 / np.sqrt(a.hidden)

    def uniform(*shape):
        return jnp.asarray(random.uniform(-bound, bound, shape), dtype=jnp.float32)

    weights = (
        uniform(a.features, 4 * a.hidden), uniform(a.hidden, 4 * a.hidden), uniform(4 * a.hidden),
        uniform(a.hidden, 1), uniform(1))
    # [updates, lookback, batch, features]
    x = jnp.asarray(
        random.uniform(-1, 1, (a.updates, a.lookback, a.batch, a.features)), dtype=jnp.float32)
    y = 0.5 * x[:, -1, :, :1]

    def loss_of(weights, x, y):
        w, u, b, head, head_bias = weights

        def cell(state, projected):
            h, c = state
            i, f, g, o = jnp.split(projected + h @ u, 4, axis=-1)
            c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
            h = jax.nn.sigmoid(o) * jnp.tanh(c)
            return (h, c), None

        zero = jnp.zeros((a.batch, a.hidden), dtype=jnp.float32)
        (h, _), _ = jax.lax.scan(cell, (zero, zero), x @ w + b)
        return jnp.mean((h @ head + head_bias - y) ** 2)

    def update(state, sample):
        weights, m, v, p1, p2 = state
        loss, gradient = jax.value_and_grad(loss_of)(weights, *sample)
        p1, p2 = p1 * 0.9, p2 * 0.999
        m = jax.tree.map(lambda m, g: m + (g - m) * 0.1, m, gradient)
        v = jax.tree.map(lambda v, g: v + (g * g - v) * 0.001, v, gradient)
        weights = jax.tree.map(
            lambda w, m, v: w - 1e-3 / (1 - p1) * m / (jnp.sqrt(v / (1 - p2)) + 1e-8),
            weights, m, v)
        return (weights, m, v, p1, p2), loss

    @jax.jit
    def epoch(state):
        return jax.lax.scan(update, state, (x, y))

    zeros = jax.tree.map(jnp.zeros_like, weights)
    state = (weights, zeros, zeros, jnp.float32(1), jnp.float32(1))
    state, losses = epoch(state)
    losses.block_until_ready()
    times = []
    for _ in range(a.repeats):
        start = time.perf_counter()
        state, losses = epoch(state)
        losses.block_until_ready()
        times.append((time.perf_counter() - start) / a.updates * 1e6)
    low, median, high = np.quantile(times, [0.25, 0.5, 0.75])
    print(f"jax {jax.__version__}: {median:.1f} us per update, ± {(high - low) / 2:.1f}, "
          f"least {min(times):.1f}")


if __name__ == "__main__":
    main()
