import { expect, test } from 'vitest';
import { locatedCause } from '../../../src/report/interventions/located-cause.ts';
import { square, upperLeft } from './marked-pictures.ts';
import { change } from './tested-changes.ts';

const place = { kind: 'place' as const, mask: square(upperLeft) };
const changes = [{ kind: 'seen' as const }, { kind: 'border' as const }, place];

test('what is asked of other images is the change that says most', () => {
  expect(locatedCause([change('border', { fall: 2 }), change('place', { fall: 4 })], changes)?.cause.kind).toBe(
    'border',
  );
});

test('in place of what each map shows, the place that the maps share is asked, unless it takes much less', () => {
  const seen = change('seen', { fall: 4 });
  expect(locatedCause([seen, change('place', { fall: 3 })], changes)?.cause).toBe(place);
  expect(locatedCause([seen, change('place', { fall: 1 })], changes)).toBeNull();
  expect(locatedCause([seen], changes)).toBeNull();
});

test('in place of marks, which others would have elsewhere, a place or edges are asked that take nearly as much', () => {
  const marks = change('marks', { fall: 4 });
  const border = change('border', { fall: 3 });
  expect(locatedCause([marks, change('place', { fall: 1 }), border], changes)?.cause.kind).toBe('border');
  expect(locatedCause([marks, change('place', { fall: 1 })], changes)).toBeNull();
});

test('a blur that could not be taken out acts on nothing else', () => {
  const blur = { kind: 'sharpness' as const, moved: [] };
  expect(locatedCause([change('sharpness', { fall: -1 })], [blur])).toBeNull();
  expect(locatedCause([change('sharpness', { fall: 3 })], [blur])?.cause).toBe(blur);
});

test('a cluster that was not tested has nothing to ask', () => {
  expect(locatedCause([], changes)).toBeNull();
});
