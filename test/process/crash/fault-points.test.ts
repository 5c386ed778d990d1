import { beforeAll, expect, test } from 'vitest';
import { faultPointsIn, misspeltFaultPoints } from '../../support/fault-points/fault-points.ts';
import { buildOnce } from '../../support/processes/built.ts';

beforeAll(() => buildOnce());

test('the compiler keeps every fault point, in its place', () => {
  expect(faultPointsIn('src').length).toBeGreaterThanOrEqual(19);
  expect(faultPointsIn('dist/src')).toEqual(faultPointsIn('src'));
});

test('each has a unique name in the expected form', () => {
  const names = faultPointsIn('src').map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
  expect(misspeltFaultPoints()).toEqual([]);
});
