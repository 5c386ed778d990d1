import graphql from '@graphql-eslint/eslint-plugin';
import redos from 'eslint-plugin-redos';
import * as regularExpressions from './lint/regular-expressions.js';

/**
 * The schema, and the running time of regular expressions: other code is Biome's. The rules for the schema are all that the plugin has for schemas; each that is off or narrower than it
 * comes says why. Names are a contract (docs/contracts.md 1): a rule yields to one, never the other way round.
 */
export default [
  {
    files: ['schema/*.graphql'],
    languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema: 'schema/api.graphql' } } },
    plugins: { '@graphql-eslint': graphql },
    rules: {
      ...graphql.configs['schema-recommended'].rules,
      ...graphql.configs['schema-relay'].rules,
      ...graphql.configs['schema-all'].rules,
      // Everything is described, not types and root fields alone.
      '@graphql-eslint/require-description': [
        'error',
        {
          types: true,
          rootField: true,
          FieldDefinition: true,
          InputValueDefinition: true,
          EnumValueDefinition: true,
          DirectiveDefinition: true,
        },
      ],
      // Values, pages and results of mutations have no identity. Every other type needs an id.
      '@graphql-eslint/strict-id-in-types': [
        'error',
        {
          exceptions: {
            suffixes: ['Payload', 'Connection', 'Edge'],
            types: [
              'ExcessSummary',
              'HiddenTopupOption',
              'Money',
              'PageInfo',
              'TopupActor',
              'TopupApproval',
              'TopupChoice',
              'TopupDocument',
              'TopupTax',
              'TopupEligibility',
              'TopupOrderEvent',
              'TopupPermissions',
              'TopupPriceChange',
              'TopupPriceChangeLine',
              'TopupSettlement',
              'TopupUserError',
              'UnavailableTopupOption',
            ],
          },
        },
      ],
      // Pages go one way, from the newest order back.
      '@graphql-eslint/relay-arguments': ['error', { includeBoth: false }],
      // There is no Node interface: the supergraph's to offer. And a short list needs no edges: lines, choices, reasons.
      '@graphql-eslint/relay-edge-types': [
        'error',
        { withEdgeSuffix: true, shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false },
      ],
      // Members stand in the order in which one reads them: what it is, what it costs, when.
      '@graphql-eslint/alphabetize': 'off',
      // Relay's compiler derives the name of the field by which it refetches a type.
      '@graphql-eslint/naming-convention': [
        'error',
        {
          ...graphql.configs['schema-recommended'].rules['@graphql-eslint/naming-convention'][1],
          FieldDefinition: { style: 'camelCase', ignorePattern: '^fetch__' },
        },
      ],
      // A deprecation's reason ends with its date (docs/schema-evolution.md 2): `@deprecated` has no argument for one.
      '@graphql-eslint/require-deprecation-date': 'off',
      // Buying is a mutation, and a page may follow its order.
      '@graphql-eslint/no-root-type': 'off',
      // A payload answers the order that it moved: whoever wants more asks for it, at a cost of its own.
      '@graphql-eslint/require-field-of-type-query-in-mutation-result': 'off',
    },
  },
  // Every expression takes linear time, because a caller, a neighbour or a file chooses the text that it searches. The automaton
  // gives no false alarm on a busy machine, as fuzzing does. It does not know lookarounds: the parser lists those that are right.
  {
    files: ['src/**/*.ts'],
    languageOptions: { parser: regularExpressions },
    plugins: { redos },
    rules: {
      'redos/no-vulnerable': ['error', { checker: 'automaton', ignoreErrors: true, cache: false, timeout: 60_000 }],
    },
  },
];
