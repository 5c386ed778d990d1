import { buildSchema, type GraphQLSchema, graphql } from 'graphql';
import { Arg, Directive, Field, ID, Mutation, ObjectType, Query, Resolver } from 'type-graphql';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Caller } from '../../../../src/platform/auth/caller.ts';
import { RequiresWrite } from '../../../../src/platform/graphql/access-directives.ts';
import { decorateSchema, type MutationTrail } from '../../../../src/platform/graphql/decorate-schema.ts';
import type { ReferenceResolver } from '../../../../src/platform/graphql/entities.ts';
import { buildSubgraph } from '../../../../src/platform/graphql/subgraph-schema.ts';

/** Counts the checks of a scope. */
class CountedScopes extends Set<string> {
  asked = 0;

  override has(scope: string): boolean {
    this.asked += 1;
    return super.has(scope);
  }
}

const callerWith = (scopes: CountedScopes): Caller => ({ subject: 'somebody', organizationId: '1001', scopes });

/** The events in order. */
let steps: string[];

beforeEach(() => {
  steps = [];
});

const trail: MutationTrail = {
  async refused({ name, args, request }, { extensions }) {
    await Promise.resolve();
    steps.push(
      `refused ${name} ${JSON.stringify(args)} to ${request.caller?.subject ?? 'nobody'}: ${extensions['code']}`,
    );
  },
  async around({ name, args, request }, run) {
    steps.push(`before ${name} ${JSON.stringify(args)} by ${request.caller?.subject ?? 'nobody'}`);
    const answer = await run().catch((error: Error) => {
      steps.push(`failed ${name}: ${error.message}`);
      throw error;
    });
    steps.push(`after ${name}: ${answer}`);
    return answer;
  },
};

const SDL = /* GraphQL */ `
  directive @authenticated on FIELD_DEFINITION
  directive @requiresScopes(scopes: [[String!]!]!) on FIELD_DEFINITION

  type Query {
    guarded: String @requiresScopes(scopes: [["topup:write"]])
  }

  type Mutation {
    guarded(id: ID): String @authenticated @requiresScopes(scopes: [["topup:write"]])
    open: String
  }
`;

async function run(schema: GraphQLSchema, source: string, caller: Caller | undefined, rootValue?: unknown) {
  const { data, errors = [] } = await graphql({ schema, source, rootValue, contextValue: { caller } });
  return { data, codes: errors.map(({ extensions, message }) => extensions['code'] ?? message) };
}

describe('a mutation', () => {
  const resolvers = {
    guarded: () => steps.push('guarded runs') && 'done',
    open: () => {
      throw new Error('on purpose');
    },
  };
  const mutate = (source: string, caller: Caller | undefined) =>
    run(decorateSchema(buildSchema(SDL), { entities: new Set(), mutationTrail: trail }), source, caller, resolvers);

  test('runs within the trail, and its scopes are checked once', async () => {
    const scopes = new CountedScopes(['topup:write']);
    expect(await mutate('mutation { guarded(id: "7") }', callerWith(scopes))).toEqual({
      data: { guarded: 'done' },
      codes: [],
    });
    expect(steps).toEqual(['before guarded {"id":"7"} by somebody', 'guarded runs', 'after guarded: done']);
    expect(scopes.asked).toBe(1);
  });

  test('that its caller may not run is refused after the trail recorded it, and its scopes are checked once', async () => {
    const scopes = new CountedScopes(['topup:read']);
    const answer = await mutate('mutation { guarded(id: "7") }', callerWith(scopes));
    expect(answer).toEqual({ data: { guarded: null }, codes: ['FORBIDDEN'] });
    expect(steps).toEqual(['refused guarded {"id":"7"} to somebody: FORBIDDEN']);
    expect(scopes.asked).toBe(1);
  });

  test('without a caller is refused, and the trail gets no caller', async () => {
    expect((await mutate('mutation { guarded }', undefined)).codes).toEqual(['UNAUTHENTICATED']);
    expect(steps).toEqual(['refused guarded {} to nobody: UNAUTHENTICATED']);
  });

  test('without directives is in the trail too, and one that throws at once fails there', async () => {
    expect((await mutate('mutation { open }', undefined)).codes).toEqual(['on purpose']);
    expect(steps).toEqual(['before open {} by nobody', 'failed open: on purpose']);
  });

  test('neither runs nor gets a refusal when the trail cannot record it', async () => {
    const broken = async () => {
      throw new Error('the trail is away');
    };
    const schema = decorateSchema(buildSchema(SDL), {
      entities: new Set(),
      mutationTrail: { refused: broken, around: broken },
    });
    for (const scope of ['topup:write', 'topup:read']) {
      const caller = callerWith(new CountedScopes([scope]));
      const { codes } = await run(schema, 'mutation { guarded }', caller, resolvers);
      expect(codes).toEqual(['the trail is away']);
    }
    expect(steps).toEqual([]);
  });

  test('leaves a query of the same name out of the trail', async () => {
    const caller = callerWith(new CountedScopes(['topup:write']));
    expect((await mutate('{ guarded }', caller)).data).toEqual({ guarded: 'done' });
    expect(steps).toEqual(['guarded runs']);
  });
});

@ObjectType()
@Directive('@key(fields: "id")')
class Thing {
  @Field(() => ID)
  id!: string;
}

@Resolver()
class Things {
  @Query(() => Thing, { nullable: true })
  thing() {
    return null;
  }

  @RequiresWrite()
  @Mutation(() => String, { nullable: true })
  rename(@Arg('id', () => ID) id: string) {
    return `renamed ${id}`;
  }
}

const graph = (reference: ReferenceResolver) =>
  buildSubgraph({ resolvers: [new Things()], references: { Thing: reference }, mutationTrail: trail });

test('a schema that is built again is decorated in the same way', async () => {
  const { schema, rebuild } = graph(() => null);
  const caller = callerWith(new CountedScopes(['topup:write']));
  const perSchema = [];
  for (const built of [schema, rebuild()]) {
    steps = [];
    const renamed = await run(built, 'mutation { rename(id: "1") }', caller);
    const refused = await run(built, 'mutation { rename(id: "1") }', undefined);
    const odd = await run(built, '{ _entities(representations: [7]) { __typename } }', caller);
    perSchema.push({ renamed, refused, odd, steps });
  }
  expect(perSchema[0]).toMatchObject({
    renamed: { data: { rename: 'renamed 1' }, codes: [] },
    refused: { data: { rename: null }, codes: ['UNAUTHENTICATED'] },
    odd: { codes: ['BAD_USER_INPUT'] },
    steps: [
      'before rename {"id":"1"} by somebody',
      'after rename: renamed 1',
      'refused rename {"id":"1"} to nobody: UNAUTHENTICATED',
    ],
  });
  expect(perSchema[1]).toEqual(perSchema[0]);
});

/** Vitest fails a file in which a rejection is left without a handler. */
describe('_entities leaves no rejection without a handler', () => {
  const rejects = async () => {
    await Promise.resolve();
    throw new Error('on purpose');
  };
  const THING = '{ __typename: "Thing", id: "1" }';
  const ask = (reference: ReferenceResolver, ...representations: string[]) =>
    run(
      graph(reference).schema,
      `{ _entities(representations: [${representations.join(', ')}]) { __typename } }`,
      undefined,
    );

  test.each(['7', '[]', 'null', '{ id: "1" }', '{ __typename: "Query" }', '{ __typename: "Missing" }'])(
    'behind one that would reject stands %s: nothing is resolved',
    async (odd) => {
      const asked: unknown[] = [];
      const reference = (given: unknown) => {
        asked.push(given);
        return rejects();
      };
      const { codes } = await ask(reference, THING, odd);
      expect(codes).not.toEqual([]);
      expect(asked).toEqual([]);
    },
  );

  test('a reference resolver that throws at once fails its own representation alone', async () => {
    let calls = 0;
    const reference = () => {
      calls += 1;
      if (calls === 1) return rejects();
      throw new Error('at once');
    };
    expect(await ask(reference, THING, THING)).toEqual({
      data: { _entities: [null, null] },
      codes: expect.arrayContaining(['on purpose', 'at once']),
    });
  });
});
