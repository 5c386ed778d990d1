import { apiOf, topupSource } from './schema-files.ts';

/** Relay's compiler asks of a type whose fragments it refetches for this directive, and for a root field `fetch__` with the type's name. */
const FETCHABLE = 'directive @fetchable(field_name: String!) on OBJECT';
const REFETCHED = 'Organization';

/** Returns the schemas of the client package by their path: our part of the API, without any other subgraph's fields. */
export function clientFiles(): Record<string, string> {
  const api = apiOf(topupSource());
  const type = `type ${REFETCHED} {`;
  if (!api.includes(type)) throw new Error(`The API has no ${type}, which Relay refetches.`);
  const relay = api.replace(type, `type ${REFETCHED} @fetchable(field_name: "id") {`);
  return {
    'packages/client/schema.graphql': api,
    'packages/client/schema.relay.graphql': `${FETCHABLE}\n\n${relay}`,
  };
}
