import { readFileSync } from 'node:fs';
import { composeSchemaContract } from '@theguild/federation-composition';
import { parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { apollo, apollo23 } from '../../../scripts/composition/apollo.ts';
import type { Composer, SubgraphSource } from '../../../scripts/composition/composer.ts';
import { COMPOSERS } from '../../../scripts/composition/composers.ts';
import { cosmo } from '../../../scripts/composition/cosmo.ts';
import { grafbase, isGrafbaseInstalled } from '../../../scripts/composition/grafbase.ts';
import { guild } from '../../../scripts/composition/guild.ts';
import { explanationOf, explanations } from '../../../scripts/composition/hints.ts';
import { neighbours, subgraphOf } from '../../../scripts/composition/neighbours.ts';
import { fillPage } from '../../../scripts/composition/page.ts';
import { composeBeside, composition, unexplainedIn } from '../../../scripts/composition/report.ts';
import { organizationsSource } from '../../../scripts/schema-files.ts';
import { factsOf } from '../../support/graphql/sdl.ts';

const read = (file: string) => readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');

const published = (file: string): SubgraphSource => ({
  name: 'self-topup',
  url: 'http://self-topup.internal/graphql',
  sdl: read(`schema/${file}`),
});
const topup = published('subgraph.graphql');
const named = (composers: readonly Composer[]) => composers.map((composer) => [composer.name, composer] as const);

test('every composer is asked that runs on this machine', () => {
  const everywhere = ['Apollo', 'The Guild', 'Cosmo'];
  const expected = isGrafbaseInstalled ? [...everywhere, 'Grafbase'] : everywhere;
  expect(COMPOSERS.map(({ name }) => name)).toEqual(expected);
});

describe('beside neighbours', () => {
  const rows = composeBeside(topup, neighbours(), COMPOSERS);

  test('every composer accepts each, and all of them together', () => {
    expect(rows.length).toBe(9);
    expect(rows.flatMap(({ compositions }) => compositions.flatMap(({ errors }) => errors))).toEqual([]);
    expect(rows.flatMap(({ compositions }) => compositions.map((each) => typeof each.supergraph))).toEqual(
      rows.flatMap(() => COMPOSERS.map(() => 'string')),
    );
  });

  test('each hint is explained, and no explanation is left over', () => {
    expect(unexplainedIn(rows)).toEqual([]);
    const given = rows.flatMap(({ compositions }) => compositions.flatMap(({ hints }) => hints.map(explanationOf)));
    expect([...new Set(given)].toSorted()).toEqual(explanations.map((_, index) => index + 1));
  });

  test('a hint that nobody has explained is found', () => {
    const stub = organizationsSource();
    const changed = { ...stub, sdl: `${stub.sdl}\nenum QuotaType { SOFT }` };
    const row = composeBeside(topup, [{ title: 'another QuotaType', subgraphs: [changed] }], [apollo]);
    expect(unexplainedIn(row)[0]).toContain(
      'INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM: Value "SOFT" of enum type "QuotaType"',
    );
  });
});

test.runIf(isGrafbaseInstalled)('the tables of docs/composition.md are what the composers say today', () => {
  const { unexplained: _unexplained, refused: _refused, ...tables } = composition(topup, COMPOSERS);
  const page = read('docs/composition.md');
  expect(fillPage(page, tables)).toBe(page);
});

describe('the published variants', () => {
  const beside = (file: string) => [organizationsSource(), published(file)];

  test.each(named(COMPOSERS))('%s composes the open one', (_name, { compose }) => {
    expect(compose(beside('subgraph.open.graphql')).errors).toEqual([]);
  });

  // @apollo/gateway refuses a supergraph that requires a security feature which it does not know.
  test('the supergraph of the open one requires no security feature', () => {
    expect(apollo.compose(beside('subgraph.graphql')).supergraph).toContain('for: SECURITY');
    expect(apollo.compose(beside('subgraph.open.graphql')).supergraph).not.toContain('for: SECURITY');
  });

  test('the composer of federation 2.3 composes that of 2.3, and refuses the newer ones', () => {
    const stub = { ...organizationsSource(), sdl: organizationsSource().sdl.replace('/v2.9"', '/v2.3"') };
    const { supergraph, errors } = apollo23.compose([stub, published('subgraph.v2.3.graphql')]);
    expect(errors).toEqual([]);
    expect(supergraph).toContain('https://specs.apollo.dev/join/v0.3');
    expect(apollo23.compose([stub, topup]).errors).not.toEqual([]);
  });

  test.each([
    ['subgraph.open.graphql', / @(authenticated|requiresScopes\(.*\))$/],
    ['subgraph.v2.3.graphql', / @(authenticated|requiresScopes\(.*\)|cost\(.*\)|listSize\(.*\)|semanticNonNull)$/],
  ])('%s differs from the whole by these directives alone', (file, removed) => {
    const left = factsOf(topup.sdl).filter((fact) => !removed.test(fact));
    expect(factsOf(published(file).sdl)).toEqual(left);
    expect(left.length).toBeLessThan(factsOf(topup.sdl).length);
  });

  test('the one for federation 1 extends what others own, and Apollo composes it', () => {
    const { sdl } = published('subgraph.v1.graphql');
    expect(sdl).not.toMatch(/@(?!key|external|deprecated)/);
    expect(sdl).toMatch(/^extend type Organization @key\(fields: "id"\) \{\n.*\n {2}id: ID! @external\n/m);
    expect(apollo.compose(beside('subgraph.v1.graphql')).errors).toEqual([]);
    // It would show to clients whatever is hidden from them.
    expect(topup.sdl).not.toContain('@inaccessible');
  });

  test('the one for federation 1 leaves subscriptions out, which the others have', () => {
    const hasSubscription = (file: string) => /subscription/i.test(published(file).sdl);
    expect(hasSubscription('subgraph.v1.graphql')).toBe(false);
    for (const file of ['subgraph.graphql', 'subgraph.open.graphql', 'subgraph.v2.3.graphql'])
      expect(published(file).sdl).toMatch(/^type Subscription \{\n[^}]*\n {2}topupOrderChanged\(/m);
  });

  test.each(named(COMPOSERS))('%s composes the one for federation 1', (_name, { compose }) => {
    expect(compose(beside('subgraph.v1.graphql')).errors).toEqual([]);
  });

  test('the API is ours alone: it has no field of the organizations subgraph', () => {
    const facts = factsOf(read('schema/api.graphql'));
    expect(facts.filter((fact) => /^(Query\.(myOrganization|organizations)|Organization\.name)\b/.test(fact))).toEqual(
      [],
    );
    expect(facts).toContain('Organization.id: ID!');
  });
});

describe('directives', () => {
  const holds = (directive: RegExp, composers: readonly Composer[]) =>
    named(composers)
      .filter(([, { compose }]) => directive.test(compose([organizationsSource(), topup]).supergraph ?? ''))
      .map(([name]) => name);
  const installed = (composers: readonly Composer[]) => composers.filter((each) => COMPOSERS.includes(each));

  // docs/composition.md 2 says the same.
  test.each<[string, RegExp, readonly Composer[]]>([
    ['@tag', /\): \[HiddenTopupOption!\][^\n]* @tag\(name: "support"\)/, [apollo, guild, cosmo, grafbase]],
    ['@semanticNonNull', /\): CreateTopupOrderPayload[^\n]* @semanticNonNull/, [apollo, guild, cosmo, grafbase]],
    ['@specifiedBy', /@specifiedBy\(url: "https:\/\/scalars.graphql.org/, [apollo, guild]],
    ['@listSize', /@listSize\(/, [apollo, guild]],
  ])('%s reaches the supergraph of the composers that keep it', (_directive, pattern, keepers) => {
    expect(holds(pattern, COMPOSERS)).toEqual(installed(keepers).map(({ name }) => name));
  });

  test('a contract that excludes the tag "support" has nothing of support, and the rest', () => {
    const services = [organizationsSource(), topup].map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) }));
    const filter = { include: new Set<string>(), exclude: new Set(['support']) };
    const facts = factsOf(composeSchemaContract(services, filter, true).publicSdl ?? '');
    expect(facts.filter((fact) => /hidden/i.test(fact))).toEqual([]);
    expect(facts).toContain('Query.topupOptions: [TopupOption!]');
  });
});

test('a neighbour that repeats TopupOrderStatus has all its values', () => {
  const values = (sdl: string) => factsOf(sdl).filter((fact) => fact.startsWith('TopupOrderStatus.'));
  expect(values(subgraphOf('users-requires').sdl)).toEqual(values(topup.sdl));
});
