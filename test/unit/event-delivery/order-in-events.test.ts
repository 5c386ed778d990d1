import { readFileSync } from 'node:fs';
import {
  buildSchema,
  type DocumentNode,
  getNamedType,
  isObjectType,
  parse,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { expect, test } from 'vitest';
import { ORDER_IN_EVENTS } from '../../../src/app/order-as-shown.ts';

const schema = buildSchema(readFileSync(new URL('../../../schema/api.graphql', import.meta.url), 'utf8'));
const document = parse(ORDER_IN_EVENTS);

/** Fields that events leave out, and why. A new field of an order is read from the database alone, or gets a line here. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'TopupOrderEvent.cause': 'deprecated',
  'TopupOrder.documents': 'a link is a credential of ten minutes, and an event may come days later',
  'TopupOrder.settlementPreview': 'a preview is of the balances of now, and an event may come days later',
  'TopupApproval.viewerCanDecide': 'there is no viewer',
};
const TYPES = [
  'TopupApproval',
  'TopupOrder',
  'TopupOrderLine',
  'TopupOrderEvent',
  'TopupPayment',
  'TopupActor',
  'Money',
];

/** "TopupOrder.id" for every field that the document asks for. */
function fieldsOf(asked: DocumentNode): Set<string> {
  const fields = new Set<string>();
  const types = new TypeInfo(schema);
  visit(
    asked,
    visitWithTypeInfo(types, {
      Field({ name }) {
        const parent = types.getParentType();
        if (parent) fields.add(`${getNamedType(parent).name}.${name.value}`);
      },
    }),
  );
  return fields;
}

test('the document of events is valid', () => {
  expect(validate(schema, document)).toEqual([]);
});

test('events have every field of an order that the graph shows', () => {
  const asked = fieldsOf(document);
  const declared = TYPES.flatMap((name) => {
    const type = schema.getType(name);
    if (!isObjectType(type)) throw new Error(`there is no type ${name}`);
    return Object.keys(type.getFields()).map((field) => `${name}.${field}`);
  });
  expect(declared.filter((field) => !asked.has(field) && !(field in LEFT_OUT))).toEqual([]);
  expect(asked).toContain('Organization.id');
});
