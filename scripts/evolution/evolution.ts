import { type Change, CriticalityLevel, diff } from '@graphql-inspector/core';
import { type GraphQLSchema, isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';

export interface Evolution {
  /** The API of the last released schema, and today's. */
  released: GraphQLSchema;
  current: GraphQLSchema;
  /** The text of schema/CHANGELOG.md. */
  changelog: string;
  /** Today, as YYYY-MM-DD. */
  today: string;
}

/** A deprecation names the day until which the element stays. */
const REMOVED_AFTER = /Removed after (\d{4}-\d\d-\d\d)\.$/;

/**
 * Returns one line per fault: a change that breaks clients, a dangerous one without a line in the changelog, and a deprecation without a
 * date. An element may go once the released schema has announced its removal for a day that is over; the changelog then names it.
 */
export async function faultsOfEvolution({ released, current, changelog, today }: Evolution): Promise<string[]> {
  const changes = (await diff(released, current)).filter(
    ({ criticality }) => criticality.level !== CriticalityLevel.NonBreaking,
  );
  const isDue = ({ path = '' }: Change) => {
    const day = REMOVED_AFTER.exec(deprecationsOf(released).get(path) ?? '')?.[1];
    return day !== undefined && day < today;
  };
  const isBreaking = (change: Change) => change.criticality.level === CriticalityLevel.Breaking && !isDue(change);
  return [
    ...changes
      .filter(isBreaking)
      .map(({ message }) => `This breaks clients: ${message}. Keep it, and deprecate it first.`),
    ...changes
      .filter((change) => !isBreaking(change) && !changelog.includes(`\`${change.path}\``))
      .map(({ message, path }) => `schema/CHANGELOG.md needs a line that names \`${path}\`: ${message}.`),
    ...[...deprecationsOf(current)]
      .filter(([, reason]) => !REMOVED_AFTER.test(reason))
      .map(([path]) => `The deprecation of ${path} must end with "Removed after YYYY-MM-DD."`),
  ];
}

/** Returns the reason of every deprecated field, value, argument and input field by path, e.g. "TopupOrderEvent.cause". */
function deprecationsOf(schema: GraphQLSchema): Map<string, string> {
  const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
  const members = types.flatMap((type) => {
    if (isEnumType(type)) return type.getValues().map((value) => ({ ...value, path: `${type.name}.${value.name}` }));
    if (isInputObjectType(type)) return Object.values(type.getFields()).map(at(type.name));
    if (!isObjectType(type) && !isInterfaceType(type)) return [];
    return Object.values(type.getFields()).flatMap((field) => {
      const path = `${type.name}.${field.name}`;
      return [{ ...field, path }, ...field.args.map(at(path))];
    });
  });
  return new Map(
    members.flatMap(({ path, deprecationReason }) => (deprecationReason ? [[path, deprecationReason]] : [])),
  );
}

const at =
  (parent: string) =>
  ({ name, deprecationReason }: { name: string; deprecationReason?: string | null }) => ({
    path: `${parent}.${name}`,
    deprecationReason,
  });
