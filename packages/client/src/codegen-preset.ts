import { preset as client } from '@graphql-codegen/client-preset';
import { config } from './codegen.ts';

/**
 * GraphQL Code Generator's client preset with this package's scalars, so that money is a string. A project's own options win, scalar by
 * scalar. It needs `@graphql-codegen/client-preset` beside it.
 */
export const preset: typeof client = {
  ...client,
  buildGeneratesSection(options) {
    const scalars = { ...config.scalars, ...options.config['scalars'] };
    return client.buildGeneratesSection({ ...options, config: { ...config, ...options.config, scalars } });
  },
};
