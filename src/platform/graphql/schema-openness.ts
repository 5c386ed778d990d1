import type { ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { ApolloServerPluginInlineTrace } from '@apollo/server/plugin/inlineTrace';
import { GraphQLError, type ValidationRule } from 'graphql';

/** The SDL by `_service`, wherever it stands: what introspection tells, and what it does not tell of federation. */
export const refuseSdl: ValidationRule = (context) => ({
  Field(node) {
    if (node.name.value !== '_service') return;
    context.reportError(new GraphQLError('The schema is not to be had here.', { nodes: [node] }));
  },
});

/**
 * How long each field took and which failed, in `extensions.ftv1`, for a gateway that asks with
 * `apollo-federation-include-trace: ftv1`. Errors stand in it without their words and extensions. To nobody where it is not open.
 */
export function federatedTraces(isOpen: boolean): ApolloServerPlugin {
  return isOpen
    ? ApolloServerPluginInlineTrace({ includeErrors: { masked: true } })
    : ApolloServerPluginInlineTraceDisabled();
}
