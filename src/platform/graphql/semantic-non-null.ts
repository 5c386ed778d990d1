import { Directive } from 'type-graphql';

/**
 * Declares that a nullable field is null only beside an error. Root fields and fields of Organization are nullable so that a failing
 * subgraph does not null a whole page; clients that handle errors on their own may generate a type without null.
 */
export const SemanticNonNull = () => Directive('@semanticNonNull');
