import { type Hostile, invalid, nested, times, unparsed } from './requests.ts';

const ORDERS = 'topupOrders(first: 100) { edges { node {';
const END = '} } }';
/** An organization's orders, each with its organization, each with its orders, … */
const ordersOfOrders = (levels: number) =>
  `{ ${ORDERS} ${nested(levels, `organization { ${ORDERS} `, 'id', ` ${END} }`)} ${END} }`;
const doubling = (fragments: number, field: string) =>
  times(
    fragments,
    (index) =>
      `fragment F${index} on Organization { ${times(2, (side) => `${field}${side}: ${ORDERS} organization { ...F${index + 1} } ${END}`)} }`,
  );
const cancel = (alias: string) => `${alias}: cancelTopupOrder(input: { orderId: "1" }) { userErrors { code } }`;
const ofType = (levels: number) => nested(levels, 'ofType { ', 'name', ' }');

/** Documents that the server must refuse before it does any work for them, grouped by the abuse. */
export const HOSTILE_DOCUMENTS: Record<string, readonly Hostile[]> = {
  tokens: [
    unparsed('1,001 fields', `{ topupOptions { ${times(998, () => 'id')} } }`),
    unparsed('16,000 brackets', '{'.repeat(16_000)),
    unparsed('7,000 names', `{ ${times(7_000, () => 'a')} }`),
    unparsed('lists without end', `{ topupOptions(organizationId: ${'['.repeat(15_000)}`),
    unparsed('types without end', `query ($a: ${'['.repeat(15_000)}`),
    unparsed('objects without end', `{ topupOptions(organizationId: ${'{a:'.repeat(5_000)}`),
    unparsed('directives without end', `{ topupOptions ${'@skip'.repeat(3_000)}`),
    unparsed(
      '250 aliases with arguments',
      `{ ${times(250, (index) => `a${index}: topupOrders(first: 1) { totalCount }`)} }`,
    ),
  ],
  bytes: [
    invalid('a comment of 100 KB', `#${'x'.repeat(100_000)}\n{ __typename }`),
    invalid('40,000 comments', `${'#\n'.repeat(40_000)}{ __typename }`),
    invalid('spaces', `{ __typename }${' '.repeat(100_000)}`),
    invalid('commas', `{ __typename ${','.repeat(100_000)} }`),
    invalid('a string', `{ topupOptions(organizationId: "${'x'.repeat(100_000)}") { id } }`),
    invalid(
      'a block string of 30,000 lines',
      `{ topupOptions(organizationId: """${'\n a'.repeat(30_000)}""") { id } }`,
    ),
    invalid('an alias of 100 KB', `{ ${'x'.repeat(100_000)}: __typename }`),
    invalid('a name of 17 KB', `{ ${'x'.repeat(17_000)} }`),
  ],
  names: [
    invalid('an alias of 10 KB in a list', `{ topupOrders(first: 100) { edges { ${'x'.repeat(10_000)}: cursor } } }`),
    invalid('an operation', `query ${'x'.repeat(10_000)} { __typename }`),
    invalid('a fragment', `{ ...${'x'.repeat(5_000)} } fragment ${'x'.repeat(5_000)} on Query { __typename }`),
    invalid('a variable', `query ($${'x'.repeat(10_000)}: ID) { __typename }`),
    invalid('a directive', `{ __typename @${'x'.repeat(10_000)} }`),
    invalid('a type', `{ ... on ${'x'.repeat(10_000)} { __typename } }`),
    invalid('an argument', `{ topupOptions(${'x'.repeat(10_000)}: 1) { id } }`),
    invalid('a member', `mutation { cancelTopupOrder(input: { ${'x'.repeat(10_000)}: 1 }) { __typename } }`),
  ],
  depth: [
    ...[4, 8, 20].map((levels) => invalid(`orders of orders, ${levels} times`, ordersOfOrders(levels))),
    ...[16, 100, 320].map((levels) =>
      invalid(`fields that are not there, ${levels}`, nested(levels, '{ a ', '{ a }', '}')),
    ),
    ...[15, 100, 240].map((levels) =>
      invalid(`inline fragments, ${levels}`, `{ ${nested(levels, '...{', '__typename', '}')} }`),
    ),
    invalid(
      'fragments in a row',
      `{ ...F0 } ${times(20, (index) => `fragment F${index} on Query { a { ...F${index + 1} } }`)} fragment F20 on Query { a }`,
    ),
    invalid('an unused fragment', `{ __typename } fragment F on Query ${nested(40, '{ a ', '{ a }', '}')}`),
  ],
  fields: [
    invalid('301 different ones', `{ topupOptions { ${times(301, (index) => `f${index}`)} } }`),
    invalid('one, 900 times', `{ topupOptions { ${times(900, () => 'id')} } }`),
    invalid('objects that are to be merged', `{ topupOptions { ${times(240, () => 'unitPrice { amount }')} } }`),
    invalid(
      'lists that are to be merged',
      `{ ${times(9, () => `topupOptions { ${times(9, () => 'choices { price { amount } }')} }`)} }`,
    ),
  ],
  aliases: [
    ...[51, 110, 300].map((count) =>
      invalid(`of a root field, ${count}`, `{ ${times(count, (index) => `a${index}: __typename`)} }`),
    ),
    invalid('of __typename', `{ topupOptions { ${times(300, (index) => `a${index}: __typename`)} } }`),
    invalid(
      'of scalars',
      `{ topupOrders(first: 100) { edges { node { ${times(200, (index) => `a${index}: number`)} } } } }`,
    ),
    invalid('of objects', `{ topupOptions { ${times(120, (index) => `a${index}: unitPrice { amount }`)} } }`),
    invalid(
      'of one name, in conflict',
      `{ topupOptions { ${times(150, () => 'x: id')} ${times(150, () => 'x: code')} } }`,
    ),
    invalid('of the schema', `{ ${times(60, (index) => `a${index}: __schema { types { name } }`)} }`),
    invalid(
      'through fragments',
      `{ ${times(10, () => '...F')} } fragment F on Query { ${times(10, (index) => `a${index}: __typename`)} }`,
    ),
  ],
  'root fields': [
    invalid('eleven pages', `{ ${times(11, (index) => `a${index}: topupOptions { id }`)} }`),
    invalid('the same ten and one', `{ ${times(11, () => 'excessUsages { code }')} }`),
    invalid(
      'in fragments',
      `{ ...A ...A ...A } fragment A on Query { topupOptions { id } excessUsages { code } topupOrders { totalCount } __typename }`,
    ),
    invalid(
      'of several operations',
      times(2, (index) => `query Q${index} { ${times(11, (at) => `a${at}: topupOptions { id }`)} }`),
    ),
  ],
  fragments: [
    ...[10, 15, 20].map((count) =>
      invalid(
        `${count} that double each other`,
        `{ topupOrder(id: "1") { organization { ...F0 } } } ${doubling(count, 'x')} fragment F${count} on Organization { id }`,
      ),
    ),
    ...[20, 39].map((count) =>
      invalid(
        `${count} that spread each other twice`,
        `{ topupOptions { ...F0 } } ${times(count - 1, (index) => `fragment F${index} on TopupOption { id ...F${index + 1} ...F${index + 1} }`)} fragment F${count - 1} on TopupOption { id }`,
      ),
    ),
    invalid(
      '30 that spread each other six times',
      `{ ...F0 } ${times(29, (index) => `fragment F${index} on Query { ${times(6, () => `...F${index + 1}`)} }`)} fragment F29 on Query { __typename }`,
    ),
    invalid(
      '41',
      `{ ${times(41, (index) => `...F${index}`)} } ${times(41, (index) => `fragment F${index} on Query { __typename }`)}`,
    ),
    invalid('90 unused', `{ __typename } ${times(90, (index) => `fragment F${index} on Query { __typename }`)}`),
    invalid('one of a thousand spreads', `{ ${times(320, () => '...F')} } fragment F on Query { __typename }`),
  ],
  cycles: [
    invalid('itself', '{ ...F } fragment F on Query { ...F }'),
    invalid('each other', '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }'),
    invalid(
      'below a field',
      '{ topupOrder(id: "1") { ...F } } fragment F on TopupOrder { organization { topupOrders { edges { node { ...F } } } } }',
    ),
    invalid('unused', '{ __typename } fragment F on Query { ...F ...F }'),
    invalid(
      'of forty',
      `{ ...F0 } ${times(40, (index) => `fragment F${index} on Query { ...F${(index + 1) % 40} ...F${(index + 7) % 40} }`)}`,
    ),
  ],
  directives: [
    ...[4, 50, 130].map((count) =>
      invalid(`@skip at one field, ${count}`, `{ __typename ${times(count, () => '@skip(if: false)')} }`),
    ),
    invalid('@include at a fragment', `{ ... ${times(130, () => '@include(if: true)')} { __typename } }`),
    invalid('unknown ones', `{ __typename ${times(400, (index) => `@d${index}`)} }`),
    invalid('one at each of 51 fields', `{ topupOptions { ${times(51, (index) => `f${index} @include(if: true)`)} } }`),
    invalid('of an operation', `query ${times(400, () => '@a')} { __typename }`),
    invalid('of a variable', `query ($a: ID ${times(300, () => '@a')}) { __typename }`),
    invalid('of a fragment', `{ ...F } fragment F on Query ${times(300, () => '@a')} { __typename }`),
    invalid('of a spread', `{ ...F ${times(300, () => '@a')} } fragment F on Query { __typename }`),
  ],
  operations: [
    invalid(
      'six',
      times(6, (index) => `query Q${index} { __typename }`),
    ),
    invalid(
      'a hundred',
      times(100, (index) => `query Q${index} { topupOptions { id } }`),
    ),
    invalid(
      'a hundred without names',
      times(100, () => '{ __typename }'),
    ),
    invalid(
      'types',
      times(100, (index) => `type T${index} { a: ID }`),
    ),
    invalid('a subscription', 'subscription { topupOptions { id } }'),
  ],
  mutations: [
    invalid('two', `mutation { ${cancel('a')} ${cancel('b')} }`),
    invalid('twenty', `mutation { ${times(20, (index) => cancel(`a${index}`))} }`),
    invalid(
      'two of one name',
      `mutation { ${times(2, () => 'cancelTopupOrder(input: { orderId: "1" }) { userErrors { code } }')} }`,
    ),
    invalid('in fragments', `mutation { ...A ... { ...A } } fragment A on Mutation { ${cancel('a')} }`),
    invalid(
      'in an operation that does not run',
      `mutation A { ${cancel('a')} } mutation B { ${cancel('a')} ${cancel('b')} }`,
    ),
  ],
  introspection: [
    invalid('types of fields of types', `{ __schema { types { ${nested(6, 'fields { type { ', 'name', ' } }')} } } }`),
    invalid(
      'in a fragment',
      `{ __schema { types { ...T } } } fragment T on __Type { fields { type { fields { type { fields { type { name } } } } } } }`,
    ),
    invalid('possible types', `{ __schema { types { ${nested(6, 'possibleTypes { ', 'name', ' }')} } } }`),
    invalid('of what', `{ __schema { types { ${ofType(20)} } } }`),
    invalid(
      'many times',
      `{ ${times(10, (index) => `a${index}: __schema { types { fields { args { type { ${ofType(4)} } } } inputFields { type { ${ofType(4)} } } } }`)} }`,
    ),
  ],
  values: [
    ...[9, 200, 450].map((levels) =>
      invalid(
        `lists, ${levels} within each other`,
        `{ topupOptions(organizationId: ${nested(levels, '[', '1', ']')}) { id } }`,
      ),
    ),
    invalid('objects', `{ topupOptions(organizationId: ${nested(200, '{ a: ', '1', '}')}) { id } }`),
    invalid('of a default', `query ($a: ID = ${nested(300, '[', '1', ']')}) { __typename }`),
    invalid('types', `query ($a: ${nested(400, '[', 'ID', ']')}) { __typename }`),
    invalid('41 variables', `query (${times(41, (index) => `$v${index}: ID`)}) { __typename }`),
    invalid('240 variables', `query (${times(240, (index) => `$v${index}: ID`)}) { __typename }`),
  ],
};
