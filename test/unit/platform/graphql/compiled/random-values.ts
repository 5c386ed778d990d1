import {
  type GraphQLOutputType,
  type GraphQLSchema,
  getNullableType,
  isAbstractType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { createRandom, type Random } from '../../../../support/tools/random.ts';

/** A number for each text, the same every time. */
function seedOf(text: string): number {
  let hash = 2166136261;
  for (const letter of text) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 16777619);
  return hash >>> 0;
}

/** In a thousand values, this many do not fit their type, and this many resolvers throw. */
export interface Faults {
  wrong: number;
  thrown: number;
}

const SCALARS: Record<string, (random: Random) => unknown> = {
  Int: (random) => random.below(1000),
  Boolean: (random) => random.below(2) === 0,
  Decimal: (random) => BigInt(random.below(1e9)) * 1_000_000_007n,
  SignedDecimal: (random) => BigInt(random.below(1e9)) - 500_000_000n,
  DateTime: (random) => new Date(random.below(2e9) * 1000),
  Date: () => '2026-11-23',
  URL: () => 'https://example.test/a?b="c"',
};

/**
 * Gives every field that is not a leaf a resolver, some of them slow, whose answer depends only on its path and its
 * arguments: every executor gets the same values.
 */
export function resolveByChance(schema: GraphQLSchema, seed: number, faults: Faults): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      if (isLeafType(getNullableType(field.type))) continue;
      field.resolve = (source: { key?: string } | undefined, args: Record<string, unknown>) => {
        // The result does not depend on their order.
        const given = Object.entries(args).sort(([one], [other]) => (one < other ? -1 : 1));
        const key = `${source?.key ?? ''}.${field.name}(${JSON.stringify(given)})`;
        const random = createRandom(seedOf(key) ^ seed);
        if (random.below(1000) < faults.thrown) throw new Error(`thrown at ${key.length}`);
        const value = someOf(schema, field.type, { key, random, faults });
        return random.below(2) === 0 ? value : Promise.resolve(value);
      };
    }
  }
}

interface Place {
  key: string;
  random: Random;
  faults: Faults;
}

function someOf(schema: GraphQLSchema, type: GraphQLOutputType, place: Place): unknown {
  const { key, random, faults } = place;
  if (random.below(1000) < faults.wrong) return random.oneOf([null, new Error('a value that is an error'), {}]);
  if (!isNonNullType(type) && random.below(6) === 0) return random.below(2) === 0 ? null : undefined;
  const inner = getNullableType(type);
  if (isListType(inner)) {
    return Array.from({ length: random.below(4) }, (_, index) =>
      someOf(schema, inner.ofType, { ...place, key: `${key}[${index}]` }),
    );
  }
  if (isEnumType(inner)) return random.oneOf(inner.getValues()).value;
  if (isLeafType(inner)) return (SCALARS[inner.name] ?? (() => `${inner.name} "${random.below(1e6)}" é\u2028`))(random);
  const object = isAbstractType(inner) ? random.oneOf(schema.getPossibleTypes(inner)) : inner;
  if (!isObjectType(object)) throw new Error(`no value for ${inner}`);
  const fields = Object.values(object.getFields()).filter((field) => isLeafType(getNullableType(field.type)));
  const leaves = fields.map((field) => [field.name, someOf(schema, field.type, place)]);
  return { ...Object.fromEntries(leaves), __typename: object.name, key };
}
