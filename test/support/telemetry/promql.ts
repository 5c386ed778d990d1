import { parser } from '@prometheus-io/lezer-promql';

export interface Promql {
  /** The part that the parser could not read. */
  errors: string[];
  metrics: string[];
  /** `name="value"` and similar; the alternatives of a regular expression one by one. */
  matchers: { metric: string; label: string; value: string }[];
  /** The labels after by, without, on, ignoring and the group modifiers. */
  groupings: string[];
}

/** The names in an expression, by the grammar that Prometheus' own page uses. */
export function readPromql(expression: string): Promql {
  const read: Promql = { errors: [], metrics: [], matchers: [], groupings: [] };
  let inGrouping = false;
  let label = '';
  parser.parse(expression).iterate({
    enter({ type, name, from, to }) {
      const text = expression.slice(from, to);
      if (type.isError) read.errors.push(`${expression.slice(0, from)}⟨here⟩${expression.slice(from)}`);
      if (name === 'Identifier') read.metrics.push(text);
      if (name === 'GroupingLabels') inGrouping = true;
      if (name === 'LabelName' && inGrouping) read.groupings.push(text);
      if (name === 'LabelName') label = text;
      if (name === 'StringLiteral' && !inGrouping) {
        const metric = read.metrics.at(-1) ?? '';
        for (const value of text.slice(1, -1).split('|')) read.matchers.push({ metric, label, value });
      }
    },
    leave({ name }) {
      if (name === 'GroupingLabels') inGrouping = false;
    },
  });
  return read;
}
