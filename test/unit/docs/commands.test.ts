import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { ordersProgram } from '../../../src/commands/orders-program.ts';
import { parse } from '../../../src/commands/program.ts';

const root = join(import.meta.dirname, '..', '..', '..');

/** The calls that a page shows behind a prompt, as words. */
function callsOf(page: string): string[][] {
  const text = readFileSync(join(root, page), 'utf8').replaceAll('\\\n', ' ');
  return [...text.matchAll(/^\$ (?:export \S+ )?npm run (.+)$/gm)].map(([, line = '']) =>
    [...line.replace(/ +(#|>|&&).*$/, '').matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? ''),
  );
}

const calls = ['docs/operations.md', 'docs/runbooks.md'].flatMap((page) =>
  callsOf(page).map((words) => ({ page, script: words[0] ?? '', args: words.slice(words[1] === '--' ? 2 : 1) })),
);

test('the pages show calls', () => {
  expect(calls.length).toBeGreaterThan(60);
});

test.each(calls)('$page: npm run $script $args is a script', ({ script }) => {
  expect(packageJson.scripts).toHaveProperty([script]);
});

test.each(calls.filter(({ script }) => script === 'orders'))(
  '$page: orders $args is a call that parses',
  async (call) => {
    let verb: string | undefined;
    await parse(
      ordersProgram((request) => {
        verb = request.verb;
      }),
      call.args,
    );
    expect(verb).toBeDefined();
  },
);
