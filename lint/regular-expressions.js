import { parseSync, Visitor } from 'vite';

/**
 * A parser for ESLint that shows it the regular expressions of a file alone, each as a statement at its place: ESLint's own parser
 * reads no TypeScript. An expression that is built from text at run time is not among them, so nothing of src builds one.
 */
export const meta = { name: 'regular-expressions', version: '1' };

export function parseForESLint(text) {
  const { program, errors } = parseSync('source.ts', text);
  if (errors.length > 0) throw new SyntaxError(errors[0].message);
  const placed = (node, start, end) => ({
    ...node,
    range: [start, end],
    loc: { start: positionOf(text, start), end: positionOf(text, end) },
  });
  const body = [];
  const visitor = new Visitor({
    Literal({ start, end, regex, raw, value }) {
      if (regex === undefined) return;
      const expression = placed({ type: 'Literal', regex, raw, value }, start, end);
      body.push(placed({ type: 'ExpressionStatement', expression }, start, end));
    },
    NewExpression({ callee, start }) {
      if (callee.name !== 'RegExp') return;
      const { line } = positionOf(text, start);
      throw new SyntaxError(
        `line ${line} builds a regular expression from text: write it as a literal, which can be checked`,
      );
    },
  });
  visitor.visit(program);
  return { ast: placed({ type: 'Program', sourceType: 'module', body, tokens: [], comments: [] }, 0, text.length) };
}

function positionOf(text, index) {
  const lines = text.slice(0, index).split('\n');
  return { line: lines.length, column: lines.at(-1).length };
}
