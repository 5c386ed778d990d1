import { buildSchema, graphql } from 'graphql';
import { Query, Resolver } from 'type-graphql';
import { describe, expect, test } from 'vitest';
import type { Caller } from '../../../../src/platform/auth/caller.ts';
import {
  accessRuleOf,
  RequiresRead,
  RequiresSupport,
  RequiresWrite,
} from '../../../../src/platform/graphql/access-directives.ts';
import { decorateSchema } from '../../../../src/platform/graphql/decorate-schema.ts';
import { buildSubgraph } from '../../../../src/platform/graphql/subgraph-schema.ts';
import type { RequestContext } from '../../../../src/platform/server/request-context.ts';

const caller = (...scopes: string[]): Caller => ({
  subject: 'somebody',
  organizationId: '1001',
  scopes: new Set(scopes),
});

const SDL = /* GraphQL */ `
  directive @authenticated on FIELD_DEFINITION
  directive @requiresScopes(scopes: [[String!]!]!) on FIELD_DEFINITION
  directive @other(scopes: [[String!]!]!) on FIELD_DEFINITION

  type Query {
    open: String
    unrelated: String @other(scopes: [["a"]])
    known: String @authenticated
    scoped: String @requiresScopes(scopes: [["a"]])
    oneOf: String @authenticated @requiresScopes(scopes: [["a"], ["b", "c"]])
    resolved: String @authenticated
  }
`;

const NO_ENTITIES = { entities: new Set<string>() };
const schema = decorateSchema(buildSchema(SDL), NO_ENTITIES);

async function ask(field: string, by: Caller | undefined) {
  const rootValue = Object.fromEntries(
    ['open', 'unrelated', 'known', 'scoped', 'oneOf', 'resolved'].map((name) => [name, `value of ${name}`]),
  );
  const { data, errors = [] } = await graphql({
    schema,
    source: `{ ${field} }`,
    rootValue,
    contextValue: { caller: by },
  });
  return { value: data?.[field], errors: errors.map(({ message, extensions }) => [extensions['code'], message]) };
}

const value = (field: string) => ({ value: `value of ${field}`, errors: [] });
const UNAUTHENTICATED = {
  value: null,
  errors: [['UNAUTHENTICATED', 'This needs a token: send "Authorization: Bearer <JWT>".']],
};
const FORBIDDEN = (needs: string) => ({ value: null, errors: [['FORBIDDEN', `This needs the scope ${needs}.`]] });

describe('a field that declares', () => {
  test.each(['open', 'unrelated'])('no directive of these (%s) is open to everybody', async (field) => {
    expect(await ask(field, undefined)).toEqual(value(field));
  });

  test('@authenticated is open to every token', async () => {
    expect(await ask('known', undefined)).toEqual(UNAUTHENTICATED);
    expect(await ask('known', caller())).toEqual(value('known'));
  });

  test('@requiresScopes is open to a token with the scope', async () => {
    expect(await ask('scoped', undefined)).toEqual(UNAUTHENTICATED);
    expect(await ask('scoped', caller('b'))).toEqual(FORBIDDEN('a'));
    expect(await ask('scoped', caller('a'))).toEqual(value('scoped'));
  });

  test.each([[['a']], [['b', 'c']], [['a', 'b']]])('one list of several accepts all of: %j', async (scopes) => {
    expect(await ask('oneOf', caller(...scopes))).toEqual(value('oneOf'));
  });

  test.each([[['b']], [['c']], [['aa']], [[]]])('one list of several refuses: %j', async (scopes) => {
    expect(await ask('oneOf', caller(...scopes))).toEqual(FORBIDDEN('a or b and c'));
  });
});

test('a field without directives keeps its resolver and has no rule', () => {
  const fields = schema.getQueryType()?.getFields() ?? {};
  const wrapped = Object.entries(fields).filter(([, { resolve }]) => resolve !== undefined);
  expect(wrapped.map(([name]) => name)).toEqual(['known', 'scoped', 'oneOf', 'resolved']);
  const ruleOf = (name: string) => accessRuleOf(fields[name] ?? { astNode: undefined });
  const nobody = { caller: undefined } as RequestContext;
  expect(ruleOf('open')).toBeUndefined();
  expect(ruleOf('known')?.(nobody)?.message).toContain('This needs a token');
  expect(ruleOf('known')?.({ caller: caller() } as RequestContext)).toBeUndefined();
});

test("the field's own resolver runs after the check, with all its arguments", async () => {
  const guarded = buildSchema(SDL);
  const asked: unknown[] = [];
  const field = guarded.getQueryType()?.getFields()['resolved'];
  if (field === undefined) throw new Error('there is no such field');
  field.resolve = (source, args, context, info) => {
    asked.push([source, args, context, info.fieldName]);
    return 'its own';
  };
  decorateSchema(guarded, NO_ENTITIES);
  const run = (by: Caller | undefined) =>
    graphql({ schema: guarded, source: '{ resolved }', rootValue: 'root', contextValue: { caller: by } });
  await run(undefined);
  expect(asked).toEqual([]);
  const by = caller();
  expect((await run(by)).data).toEqual({ resolved: 'its own' });
  expect(asked).toEqual([['root', {}, { caller: by }, 'resolved']]);
});

test('the SDL shows the directives of the decorators', () => {
  @Resolver()
  class Declared {
    @RequiresRead()
    @Query(() => String)
    read() {
      return 'read';
    }

    @RequiresWrite()
    @Query(() => String)
    write() {
      return 'write';
    }

    @RequiresSupport()
    @Query(() => String)
    support() {
      return 'support';
    }
  }
  const { sdl } = buildSubgraph({ resolvers: [new Declared()], references: {} });
  const declared = (field: string) => new RegExp(`^  ${field}: String! (.*)$`, 'm').exec(sdl)?.[1];
  expect(['read', 'write', 'support'].map(declared)).toEqual([
    '@requiresScopes(scopes: [["topup:read"], ["topup:write"], ["topup:support"]]) @authenticated',
    '@requiresScopes(scopes: [["topup:write"]]) @authenticated',
    '@tag(name: "support") @requiresScopes(scopes: [["topup:support"]]) @authenticated',
  ]);
});
