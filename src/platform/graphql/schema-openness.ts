import type { ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { ApolloServerPluginInlineTrace } from '@apollo/server/plugin/inlineTrace';
import { GraphQLError, type ValidationRule } from 'graphql';

/** Refuses `_service` wherever it is selected, because its SDL shows more than introspection does. */
export const refuseSdl: ValidationRule = (context) => ({
  Field(node) {
    if (node.name.value !== '_service') return;
    context.reportError(new GraphQLError('The schema is not published here.', { nodes: [node] }));
  },
});

/**
 * Answers a gateway that sends `apollo-federation-include-trace: ftv1` with each field's duration and failure in
 * `extensions.ftv1`, without error messages and extensions. Without an open schema, nobody gets a trace.
 */
export function federatedTraces(isOpen: boolean): ApolloServerPlugin {
  return isOpen
    ? ApolloServerPluginInlineTrace({ includeErrors: { masked: true } })
    : ApolloServerPluginInlineTraceDisabled();
}
