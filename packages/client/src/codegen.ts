import { fileURLToPath } from 'node:url';
import { scalars } from './scalars.ts';

const inPackage = (file: string) => fileURLToPath(new URL(`../${file}`, import.meta.url));

/** The path of the API's SDL, for a code generator's `schema` option. */
export const schema: string = inPackage('schema.graphql');

/** The same with the directive that Relay's compiler needs. */
export const relaySchema: string = inPackage('schema.relay.graphql');

/** The paths of this package's operations and fragments, for those who spread them in documents of their own. */
export const documents: string = inPackage('operations/*.graphql');

/** Options for GraphQL Code Generator's plugins and presets. Money becomes a string, and an unknown scalar an error. */
export const config = { scalars, strictScalars: true, useTypeImports: true } as const;
