// The three matrix products of a recurrent layer. Nothing else multiplies matrices.
//
// All that a product reads and writes lies in panels of 16 columns. A matrix of weights with K
// inputs (rows) and G columns, G a multiple of 16:
//   element (k, c) at (c / 16) * K * 16 + k * 16 + c % 16
// Rows of inputs, sums and gradients lie as a `source` or `target` says:
//   element (r, c) at at[c / 16 * panel + r * row + c % 16]
// so row 16, panel 16 * rows is a matrix of panels; row = width, panel = 16 is one of whole rows;
// row 0 is one row for all; row 16, panel 16 * K is a matrix of weights. Fastest is row 16: so keep
// activations [panel][step][sample][16] with panel = 16 * samples * (steps | 1), because an odd number
// of steps spreads the panels over a cache's sets.
//
// The columns belong to gates, interleaved in groups of 16 units: panel p is of gate p % gates. A
// product goes over the panels of gates first ..< first + count of every group.
//
// Each element's sum has one order, which depends on the sizes of the matrix alone: not on the
// number of rows, on what else is computed beside it, on registers or threads.

typedef struct {
  const float *at;
  ptrdiff_t row, panel;
} source;

typedef struct {
  float *at;
  ptrdiff_t row, panel;
} target;

typedef struct {
  ptrdiff_t groups;            // of 16 units: the matrix has groups * gates * 16 columns
  ptrdiff_t gates;             // panels of a group
  ptrdiff_t first, count;      // the gates that take part
} gate_panels;

LANE source source_of(target t) {
  source s = {t.at, t.row, t.panel};
  return s;
}

// z[r][c] = init[r][c] + sum over k of x[r][k] weights[k][c], for the columns of `panels`.
//   x: rows 0..<rows, inputs 0..<inputs; the x of gate g begins x_plane * g further on (0: one for all)
//   init: row init_rows[r], or r where that is NULL; may be z itself
// What lies in x beyond `inputs` is not read. One chain of fma over k, on top of init.
static void product(
  ptrdiff_t rows, source x, ptrdiff_t x_plane, ptrdiff_t inputs, const float *weights,
  gate_panels panels, source init, const int32_t *init_rows, target z
) {
  for (ptrdiff_t group = 0; group < panels.groups; group++) {
    for (ptrdiff_t gate = panels.first; gate < panels.first + panels.count; gate++) {
      const ptrdiff_t p = group * panels.gates + gate;
      const float *w = weights + p * inputs * 16, *own = x.at + gate * x_plane;
      for (ptrdiff_t r = 0; r < rows; r++) {
        v16 total = load(init.at + p * init.panel + (init_rows ? init_rows[r] : r) * init.row);
        for (ptrdiff_t k = 0; k < inputs; k++) {
          const float input = own[k / 16 * x.panel + r * x.row + k % 16];
          total = fma16(splat(input), load(w + k * 16), total);
        }
        store(z.at + p * z.panel + r * z.row, total);
      }
    }
  }
}

// The weights [inputs, columns] turned into a matrix of `columns` inputs and `inputs` columns,
// padded with zeros: element (k, c) to (k / 16) * columns * 16 + c * 16 + k % 16.
static void turn(ptrdiff_t inputs, ptrdiff_t columns, const float *weights, float *turned) {
  for (ptrdiff_t k = 0; k < pawl_padded(inputs); k++) {
    for (ptrdiff_t c = 0; c < columns; c++) {
      turned[k / 16 * columns * 16 + c * 16 + k % 16] =
        k < inputs ? weights[c / 16 * inputs * 16 + k * 16 + c % 16] : 0.0f;
    }
  }
}

// dx[r][k] = sum over c of dz[r][c] weights[k][c], over the columns c of `panels` and for all k
// (0 beyond `inputs`, up to a multiple of 16), of `turned` weights; set, or added where `add`.
static void turned_product(
  ptrdiff_t rows, source dz, gate_panels panels, const float *turned, ptrdiff_t inputs,
  int32_t add, target dx
) {
  const ptrdiff_t columns = panels.groups * panels.gates * 16;
  for (ptrdiff_t k = 0; k < inputs; k += 16) {
    const float *w = turned + k * columns;
    for (ptrdiff_t r = 0; r < rows; r++) {
      v16 total = splat(0.0f);
      for (ptrdiff_t group = 0; group < panels.groups; group++) {
        for (ptrdiff_t gate = panels.first; gate < panels.first + panels.count; gate++) {
          const ptrdiff_t p = group * panels.gates + gate;
          const float *d = dz.at + p * dz.panel + r * dz.row;
          for (ptrdiff_t lane = 0; lane < 16; lane++) {
            total = fma16(splat(d[lane]), load(w + (p * 16 + lane) * 16), total);
          }
        }
      }
      float *to = dx.at + k / 16 * dx.panel + r * dx.row;
      store(to, add ? load(to) + total : total);
    }
  }
}

// gradient[k][c] = sum over r of x[r][k] dz[r][c], for the columns of `panels`; a matrix of weights.
// Where `sums` is not NULL, sums[c] = sum over r of dz[r][c]. Each is one chain from 0 over r; set,
// or added where `add`. `x` and `x_plane` as above.
static void gradient_product(
  ptrdiff_t rows, source x, ptrdiff_t x_plane, ptrdiff_t inputs, source dz, gate_panels panels,
  int32_t add, float *gradient, float *sums
) {
  for (ptrdiff_t group = 0; group < panels.groups; group++) {
    for (ptrdiff_t gate = panels.first; gate < panels.first + panels.count; gate++) {
      const ptrdiff_t p = group * panels.gates + gate;
      const float *d = dz.at + p * dz.panel, *own = x.at + gate * x_plane;
      for (ptrdiff_t k = 0; k < inputs; k++) {
        v16 total = splat(0.0f);
        for (ptrdiff_t r = 0; r < rows; r++) {
          const float input = own[k / 16 * x.panel + r * x.row + k % 16];
          total = fma16(splat(input), load(d + r * dz.row), total);
        }
        float *to = gradient + (p * inputs + k) * 16;
        store(to, add ? load(to) + total : total);
      }
      if (sums) {
        v16 total = splat(0.0f);
        for (ptrdiff_t r = 0; r < rows; r++) total += load(d + r * dz.row);
        store(sums + p * 16, add ? load(sums + p * 16) + total : total);
      }
    }
  }
}
