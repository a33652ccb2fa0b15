/** Gradients of single operators whose shapes, pads, strides and axes are drawn at random. */

import fc from 'fast-check';
import { describe, it } from 'vitest';
import { expectGradients } from './finite-differences.ts';
import { type Case, ints, networkOf, omitted, w, x } from './network.ts';
import { distinct, uniform } from './samples.ts';

/** A failure prints the seed, and the smallest case that fails. */
const settings = { seed: 20_261_125, numRuns: 15 };

const size = (min: number, max: number) => fc.integer({ min, max });
const smooth = uniform(0.5, 1.5);

async function expectRow(row: Case) {
  await expectGradients(networkOf(row), { step: 2 ** -6, tolerance: 3e-3, mayVanish: true });
}

/** A window on one axis, and an image axis that holds it at least once. */
const axis = fc
  .record({
    kernel: size(1, 3),
    stride: size(1, 3),
    dilation: size(1, 2),
    before: size(0, 2),
    after: size(0, 2),
    more: size(0, 4),
  })
  .map(({ more, ...window }) => {
    const reach = window.dilation * (window.kernel - 1) + 1;
    return { ...window, length: Math.max(1, reach - window.before - window.after) + more };
  });
const axes = fc
  .array(axis, { minLength: 1, maxLength: 3 })
  .filter((all) => all.reduce((n, a) => n * a.length, 1) <= 60);
type Axes = typeof axes extends fc.Arbitrary<infer Value> ? Value : never;

const windowAttributes = (all: Axes) => ({
  kernel_shape: all.map(({ kernel }) => kernel),
  strides: all.map(({ stride }) => stride),
  dilations: all.map(({ dilation }) => dilation),
  pads: [...all.map(({ before }) => before), ...all.map(({ after }) => after)],
});
const lengths = (all: Axes) => all.map(({ length }) => length);
const kernels = (all: Axes) => all.map(({ kernel }) => kernel);

/** Pads of pools must be shorter than the windows. */
const poolAxes = axes
  .map((all) =>
    all.map((one) => ({
      ...one,
      before: Math.min(one.before, one.kernel - 1),
      after: Math.min(one.after, one.kernel - 1),
      length: one.length + one.before + one.after,
    })),
  )
  .filter((all) => all.reduce((n, a) => n * a.length, 1) <= 60);

/** Else ONNX Runtime's shapes are wrong before opset 22; see odd-models.test.ts. */
function lastWindowIsInside({ kernel, stride, dilation, before, after, length }: Axes[number]): boolean {
  const steps = Math.ceil((length + before + after - dilation * (kernel - 1) - 1) / stride);
  return steps * stride - before < length;
}

describe('agree with finite differences whatever the shapes', () => {
  it('Conv', async () => {
    const property = fc.asyncProperty(axes, size(1, 2), size(1, 2), size(1, 2), async (all, group, inner, outer) =>
      expectRow({
        operator: 'Conv',
        inputs: [x([1, group * inner, ...lengths(all)], smooth), w([group * outer, inner, ...kernels(all)])],
        attributes: { group, ...windowAttributes(all) },
      }),
    );
    await fc.assert(property, settings);
  });

  it('ConvTranspose', async () => {
    const property = fc.asyncProperty(axes, size(1, 2), size(1, 2), size(1, 2), async (all, group, inner, outer) => {
      const crops = all.map((one) => ({
        ...one,
        // What is cut off must leave a cell.
        ...(one.before + one.after < one.stride * (one.length - 1) + one.dilation * (one.kernel - 1) + 1
          ? {}
          : { before: 0, after: 0 }),
      }));
      await expectRow({
        operator: 'ConvTranspose',
        inputs: [x([1, group * inner, ...lengths(all)], smooth), w([group * inner, outer, ...kernels(all)])],
        attributes: { group, ...windowAttributes(crops), output_padding: crops.map(({ stride }) => stride - 1) },
      });
    });
    await fc.assert(property, settings);
  });

  it.each(['MaxPool', 'AveragePool', 'LpPool'])('%s', async (operator) => {
    const property = fc.asyncProperty(poolAxes, size(0, 1), size(0, 1), async (all, ceil_mode, count_include_pad) => {
      fc.pre(ceil_mode === 0 || all.every(lastWindowIsInside));
      await expectRow({
        operator,
        opset: 19,
        inputs: [x([1, 2, ...lengths(all)], distinct)],
        attributes: {
          ...windowAttributes(all),
          ceil_mode,
          ...(operator === 'AveragePool' ? { count_include_pad } : {}),
        },
      });
    });
    await fc.assert(property, settings);
  });

  it.each(['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Max', 'Min', 'PRelu'])('%s, broadcasting', async (operator) => {
    const shapes = fc.array(fc.tuple(size(1, 3), fc.constantFrom('both', 'first', 'second')), { maxLength: 4 });
    const property = fc.asyncProperty(shapes, size(0, 4), size(0, 4), async (all, cutFirst, cutSecond) => {
      const first = all.map(([length, where]) => (where === 'second' ? 1 : length)).slice(cutFirst);
      const second = all.map(([length, where]) => (where === 'first' ? 1 : length)).slice(cutSecond);
      // A slope may be repeated, what it is multiplied with may not.
      const left = operator === 'PRelu' ? all.map(([length]) => length) : first;
      const shifted = uniform(2, 3);
      await expectRow({ operator, inputs: [x(left, smooth), x(second, shifted)] });
    });
    await fc.assert(property, settings);
  });

  it('MatMul', async () => {
    const stacks = fc.array(fc.tuple(size(1, 2), fc.constantFrom('both', 'first', 'second')), { maxLength: 2 });
    const property = fc.asyncProperty(
      stacks,
      size(1, 3),
      size(1, 3),
      size(1, 3),
      size(0, 2),
      async (all, r, k, c, cut) => {
        const a = all.map(([length, where]) => (where === 'second' ? 1 : length));
        const b = all.map(([length, where]) => (where === 'first' ? 1 : length)).slice(cut);
        await expectRow({ operator: 'MatMul', inputs: [x([...a, r, k]), x([...b, k, c])] });
      },
    );
    await fc.assert(property, settings);
  });

  const shape = fc
    .array(size(1, 4), { minLength: 1, maxLength: 4 })
    .filter((all) => all.reduce((a, b) => a * b, 1) <= 48);

  it.each(['ReduceSum', 'ReduceMean', 'ReduceMax', 'ReduceProd', 'ReduceL2', 'ReduceLogSumExp'])(
    '%s',
    async (operator) => {
      const property = fc.asyncProperty(
        shape,
        fc.nat(15),
        fc.boolean(),
        size(0, 1),
        async (sizes, mask, behind, keepdims) => {
          const picked = sizes.flatMap((_, i) => ((mask >> i) & 1 ? [behind ? i - sizes.length : i] : []));
          const inputs = [
            x(sizes, operator === 'ReduceMax' ? distinct : smooth),
            picked.length ? ints(picked) : omitted,
          ];
          await expectRow({ operator, inputs, attributes: { keepdims } });
        },
      );
      await fc.assert(property, settings);
    },
  );

  it('Slice', async () => {
    const part = fc.record({
      length: size(1, 5),
      start: size(-6, 6),
      end: size(-6, 6),
      step: fc.constantFrom(-2, -1, 1, 2, 3),
    });
    const property = fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 3 }), async (parts) => {
      // Of each axis at least one cell must be left.
      fc.pre(parts.every(({ length, start, end, step }) => cellsOf(length, start, end, step) > 0));
      await expectRow({
        operator: 'Slice',
        inputs: [
          x(parts.map(({ length }) => length)),
          ints(parts.map(({ start }) => start)),
          ints(parts.map(({ end }) => end)),
          ints(parts.map((_, i) => i)),
          ints(parts.map(({ step }) => step)),
        ],
      });
    });
    await fc.assert(property, settings);
  });

  it.each(['constant', 'reflect', 'edge', 'wrap'])('Pad, %s', async (mode) => {
    const part = fc.record({ length: size(2, 4), before: size(0, 3), after: size(0, 3) });
    const property = fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 3 }), async (parts) => {
      // ONNX Runtime wraps round once only.
      const longest = {
        constant: () => 3,
        edge: () => 3,
        reflect: (length: number) => length - 1,
        wrap: (length: number) => length,
      }[mode];
      const most = ({ length }: { length: number }) => longest?.(length) ?? 3;
      const pads = [
        ...parts.map((one) => Math.min(one.before, most(one))),
        ...parts.map((one) => Math.min(one.after, most(one))),
      ];
      const inputs = [x(parts.map(({ length }) => length)), ints(pads)];
      await expectRow({ operator: 'Pad', opset: 19, inputs, attributes: { mode } });
    });
    await fc.assert(property, settings);
  });

  it.each(['nearest', 'linear', 'cubic'])('Resize, %s', async (mode) => {
    const property = fc.asyncProperty(size(2, 5), size(2, 5), size(1, 7), size(1, 7), async (h, wide, toH, toW) =>
      expectRow({
        operator: 'Resize',
        inputs: [x([1, 2, h, wide]), omitted, omitted, ints([1, 2, toH, toW])],
        attributes: { mode },
      }),
    );
    await fc.assert(property, settings);
  });

  it('Transpose and Gather', async () => {
    const property = fc.asyncProperty(
      shape,
      fc.nat(),
      fc.array(fc.nat(20), { minLength: 1, maxLength: 5 }),
      async (sizes, turn, picks) => {
        const order = sizes.map((_, i) => (i + turn) % sizes.length);
        await expectRow({ operator: 'Transpose', inputs: [x(sizes)], attributes: { perm: order } });
        const along = turn % sizes.length;
        const length = sizes[along] ?? 1;
        const places = picks.map((pick) => (pick % (2 * length)) - length);
        await expectRow({ operator: 'Gather', inputs: [x(sizes), ints(places)], attributes: { axis: along } });
      },
    );
    await fc.assert(property, settings);
  });
});

/** How many cells a slice of one axis keeps (ONNX operator reference, Slice). */
function cellsOf(length: number, start: number, end: number, step: number): number {
  const fromFront = (place: number) => (place < 0 ? place + length : place);
  const within = (place: number, low: number, high: number) => Math.min(Math.max(place, low), high);
  const first = within(fromFront(start), 0, step < 0 ? length - 1 : length);
  const last = step < 0 ? within(fromFront(end), -1, length - 1) : within(fromFront(end), 0, length);
  return Math.max(0, Math.ceil((last - first) / step));
}
