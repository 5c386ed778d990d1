import { expect, test } from 'vitest';
import { COMPOSERS } from '../../../scripts/composition/composers.ts';
import { isGrafbaseInstalled } from '../../../scripts/composition/grafbase.ts';
import { organizationsSource, topupSource } from '../../../scripts/schema-files.ts';

test('every composer is asked that runs on this machine', () => {
  const everywhere = ['Apollo', 'The Guild', 'Cosmo'];
  const expected = isGrafbaseInstalled ? [...everywhere, 'Grafbase'] : everywhere;
  expect(COMPOSERS.map(({ name }) => name)).toEqual(expected);
});

test.each(COMPOSERS.map((composer) => [composer.name, composer] as const))('%s composes it', (_name, { compose }) => {
  const { supergraph, errors } = compose([organizationsSource(), topupSource()]);
  expect(errors).toEqual([]);
  expect(supergraph).toContain('topupOptions');
});
