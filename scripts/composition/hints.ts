/** Every hint that a composer gives beside a neighbour of schema/neighbours, and the reason why nothing is wrong. A new one fails the gate. */
const EXPLAINED: readonly { hint: RegExp; title: string; reason: string }[] = [
  {
    hint: /^INCONSISTENT_DESCRIPTION: Element "Organization" /,
    title: '`INCONSISTENT_DESCRIPTION` of `Organization`',
    reason:
      'Each subgraph describes what it knows of `Organization`. Our description stays, because every element of our SDL has one; the supergraph takes the description of one of the two.',
  },
  {
    hint: /^The entity extension "\w+" defined in subgraph "legacy-reports" defines a "@key" directive/,
    title: '`@external` on a key in a subgraph of federation 1',
    reason: 'Federation 1 requires `@external` there, and the composer ignores it. Our SDL has none.',
  },
];

/** Returns the number, from 1, of a hint's explanation; 0 if nobody has explained it. */
export const explanationOf = (hint: string) => EXPLAINED.findIndex((each) => each.hint.test(hint)) + 1;

export const explanations = EXPLAINED.map(({ title, reason }) => ({ title, reason }));
