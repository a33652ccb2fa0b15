import { describe, expect, test } from 'vitest';
import { errorFields, errorText, exitCodeOf } from '../../src/cli/print-error.ts';
import { UserError } from '../../src/explain/user-error.ts';
import { StoreError } from '../../src/shared/store/store.ts';
import { RunStopped } from '../../src/worker/pipeline/run-stopped.ts';

const quiet = { GRADLINE_DEBUG: '0' };

describe('what is printed', () => {
  test('a user error is one line', () => {
    expect(errorText(new UserError('x', 'Do this.'), quiet)).toBe('gradline: Do this.\n');
    expect(errorText(new StoreError('no-space', 'Full.'), {})).toBe('gradline: Full.\n');
  });

  test('names of strangers move no cursor and change no colour', () => {
    const text = errorText(
      new UserError('unknown-class', "Label '\u001b[2J\u001b]0;x\u0007red\r' is no class."),
      quiet,
    );
    expect(text).toBe("gradline: Label ' [2J ]0;x red ' is no class.\n");
  });

  test('a run that stopped says how to go on', () => {
    expect(errorText(new RunStopped('no-space', 'Full.'), quiet)).toBe(
      'gradline: Full.\nWhat is committed is kept: go on with the same command and --resume.\n',
    );
  });

  test.each([
    [new TypeError('x is undefined')],
    [new RunStopped('internal', 'x is undefined', { cause: new TypeError('x is undefined') })],
  ])('%s is called a bug, without a stack', (error) => {
    const text = errorText(error, quiet);
    expect(text).toMatch(/^gradline: unexpected TypeError: x is undefined\n/);
    expect(text).toContain('This is a bug in Gradline');
    expect(text).toContain('GRADLINE_DEBUG=1');
    expect(text).not.toMatch(/^\s+at /m);
  });

  test('GRADLINE_DEBUG=1 adds the stacks of the error and its causes', () => {
    const error = new UserError('x', 'Do this.', { cause: new RangeError('inner') });
    const text = errorText(error, { GRADLINE_DEBUG: '1' });
    expect(text).toMatch(/^gradline: Do this\.\n/);
    expect(text).toMatch(/\n\s+at .*\nCaused by RangeError: inner\n\s+at /s);
  });

  test('anything can be thrown', () => {
    expect(errorText('text', quiet)).toMatch(/^gradline: unexpected text\n/);
    expect(errorFields(null)).toEqual({ code: 'internal', message: 'null' });
  });
});

test.each([
  [new UserError('unknown-layer', ''), 2],
  [new StoreError('not-found', ''), 2],
  [new StoreError('no-such-bucket', ''), 2],
  [new StoreError('access-denied', ''), 3],
  [new StoreError('no-space', ''), 3],
  [new StoreError('unavailable', ''), 3],
  [new RunStopped('no-such-bucket', ''), 3],
  [new Error(''), 3],
])('%o ends the process with %i', (error, code) => {
  expect(exitCodeOf(error)).toBe(code);
});
