import type { ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { ApolloServerPluginInlineTrace } from '@apollo/server/plugin/inlineTrace';
import { GraphQLError, type ValidationRule } from 'graphql';

/** Refuses `_service` wherever it is selected: its SDL shows all that introspection does, and the federation besides. */
export const refuseSdl: ValidationRule = (context) => ({
  Field(node) {
    if (node.name.value !== '_service') return;
    context.reportError(new GraphQLError('The schema is not to be had here.', { nodes: [node] }));
  },
});

/**
 * Answers a gateway that sends `apollo-federation-include-trace: ftv1` with the time and the failure of each field, in
 * `extensions.ftv1`. The trace shows errors without their messages and extensions. If the schema is not open, nobody gets it.
 */
export function federatedTraces(isOpen: boolean): ApolloServerPlugin {
  return isOpen
    ? ApolloServerPluginInlineTrace({ includeErrors: { masked: true } })
    : ApolloServerPluginInlineTraceDisabled();
}
