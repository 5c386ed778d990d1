import { parseSync, Visitor } from 'vite';

/**
 * A parser for ESLint that shows it the regular expressions of a file alone, each as a statement at its place: ESLint's own parser
 * reads no TypeScript. An expression that is built from text at run time is not among them, so nothing of src builds one.
 */
export const meta = { name: 'regular-expressions', version: '1' };

/**
 * The automaton does not know lookarounds. So each expression with one is listed, with the reason why its time is linear, or its text
 * short; another one is refused.
 */
const LOOKAROUNDS = new Set([
  // Our own amounts, of at most twenty digits.
  String.raw`\B(?=(\d{3})+(?!\d))`,
  // The lookbehind lets a run of zeros, or of slashes, begin once.
  '(?<!0)0+$',
  String.raw`(?<!\/)\/+$`,
  // The lookahead is a fixed text, and no character before the @ begins another match.
  String.raw`:\/\/(?!user:password@)[^\s/@"\\]*@`,
  // The lookbehind lets a word begin once, and each part ends where the next one begins.
  String.raw`(?<![\w-])eyJ[\w-]+\.[\w-]+\.[\w-]*`,
  String.raw`(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+`,
]);

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
      if (/\(\?<?[=!]/.test(regex.pattern) && !LOOKAROUNDS.has(regex.pattern)) {
        const { line } = positionOf(text, start);
        throw new SyntaxError(
          `line ${line} has a lookaround: do without, or list it in lint/regular-expressions.js with the reason`,
        );
      }
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
