"""Times one training step of a recurrent network with a linear head in JAX: an epoch is one compiled
lax.scan.

    taskset -c 1 python jax_refit.py [--cell lstm --hidden 32 --layers 1 --lookback 15 --features 2
        --batch 1] [--stateful] [--updates 45 --repeats 30]

Prints the microseconds an update (forward, loss, backward, Adam): the least, the tenth part and the
median over repeats, of the process's CPU time, so that other work on the machine counts little.
`--stateful` as in torch_refit.py. Compiling is not counted.
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

GATES = {"lstm": 4, "gru": 3, "rnn": 1}


def cell_of(kind, state, projected, u, b):
    """One step: `projected` is W x + b_ih, `u` and `b` are of h."""
    h = state[0]
    if kind == "rnn":
        h = jnp.tanh(projected + h @ u + b)
        return (h,), h
    if kind == "gru":
        hidden = h @ u + b
        xr, xz, xn = jnp.split(projected, 3, axis=-1)
        hr, hz, hn = jnp.split(hidden, 3, axis=-1)
        r, z = jax.nn.sigmoid(xr + hr), jax.nn.sigmoid(xz + hz)
        n = jnp.tanh(xn + r * hn)
        h = (1 - z) * n + z * h
        return (h,), h
    i, f, g, o = jnp.split(projected + h @ u + b, 4, axis=-1)
    c = jax.nn.sigmoid(f) * state[1] + jax.nn.sigmoid(i) * jnp.tanh(g)
    h = jax.nn.sigmoid(o) * jnp.tanh(c)
    return (h, c), h


def main():
    parser = argparse.ArgumentParser()
    for name, value in dict(
        hidden=32, layers=1, lookback=15, features=2, batch=1, updates=45, repeats=30
    ).items():
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--cell", default="lstm", choices=list(GATES))
    parser.add_argument("--stateful", action="store_true")
    a = parser.parse_args()
    random = np.random.default_rng(0)
    bound = 1 / np.sqrt(a.hidden)
    columns = GATES[a.cell] * a.hidden

    def uniform(*shape):
        return jnp.asarray(random.uniform(-bound, bound, shape), dtype=jnp.float32)

    layers = tuple(
        (uniform(a.hidden if layer else a.features, columns), uniform(a.hidden, columns),
         uniform(columns), uniform(columns))
        for layer in range(a.layers))
    weights = (layers, uniform(a.hidden, 1), uniform(1))
    # [updates, lookback, batch, features]
    x = jnp.asarray(
        random.uniform(-1, 1, (a.updates, a.lookback, a.batch, a.features)), dtype=jnp.float32)
    y = 0.5 * (x[:, :, :, :1] if a.stateful else x[:, -1, :, :1])
    zero = jnp.zeros((a.batch, a.hidden), dtype=jnp.float32)
    zero_state = tuple(
        (zero, zero) if a.cell == "lstm" else (zero,) for _ in range(a.layers))

    def loss_of(weights, state, x, y):
        layers, head, head_bias = weights
        ends = []
        for (w, u, b, b_hidden), start in zip(layers, state):
            def step(state, projected):
                return cell_of(a.cell, state, projected, u, b_hidden)
            end, x = jax.lax.scan(step, start, x @ w + b)
            ends.append(end)
        top = x if a.stateful else x[-1]
        return jnp.mean((top @ head + head_bias - y) ** 2), tuple(ends)

    def update(carried, sample):
        weights, m, v, p1, p2, state = carried
        start = state if a.stateful else zero_state
        (loss, end), gradient = jax.value_and_grad(loss_of, has_aux=True)(weights, start, *sample)
        p1, p2 = p1 * 0.9, p2 * 0.999
        m = jax.tree.map(lambda m, g: m + (g - m) * 0.1, m, gradient)
        v = jax.tree.map(lambda v, g: v + (g * g - v) * 0.001, v, gradient)
        weights = jax.tree.map(
            lambda w, m, v: w - 1e-3 / (1 - p1) * m / (jnp.sqrt(v / (1 - p2)) + 1e-8),
            weights, m, v)
        return (weights, m, v, p1, p2, end), loss

    @jax.jit
    def epoch(carried):
        return jax.lax.scan(update, carried, (x, y))

    zeros = jax.tree.map(jnp.zeros_like, weights)
    carried = (weights, zeros, zeros, jnp.float32(1), jnp.float32(1), zero_state)
    carried, losses = epoch(carried)
    losses.block_until_ready()
    times = []
    for _ in range(a.repeats):
        start = time.process_time()
        carried, losses = epoch(carried)
        losses.block_until_ready()
        times.append((time.process_time() - start) / a.updates * 1e6)
    tenth, median = np.quantile(times, [0.1, 0.5])
    print(f"jax {jax.__version__}: {median:.1f} us per update, tenth {tenth:.1f}, "
          f"least {min(times):.1f}")


if __name__ == "__main__":
    main()
