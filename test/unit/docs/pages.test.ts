import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';

/** The pages about the current code. docs/figures/ holds snapshots, and a superseded decision keeps its text. */
const DECISIONS = 'docs/decisions';
const decisions = readdirSync(DECISIONS)
  .filter((name) => /^\d{4}-/.test(name))
  .map((name) => ({ name, text: read(join(DECISIONS, name)) }));
const pages = [
  ...['.', 'docs', 'test', 'sandbox', 'example', 'deploy'].flatMap((directory) =>
    readdirSync(directory)
      .filter((name) => name.endsWith('.md'))
      .map((name) => normalize(join(directory, name))),
  ),
  ...readdirSync(DECISIONS).map((name) => join(DECISIONS, name)),
];

function read(path: string): string {
  return readFileSync(path, 'utf8');
}

/** The anchors that GitHub makes of headings. */
const anchorsOf = (text: string) =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );

function deadLinks(page: string): string[] {
  return [...read(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)]
    .filter(([, path = '', anchor]) => {
      const target = path === '' ? page : normalize(join(dirname(page), path));
      if (!existsSync(target)) return true;
      return anchor !== undefined && !anchorsOf(read(target)).includes(anchor);
    })
    .map(([link]) => link);
}

describe('the pages', () => {
  test.each(pages)('%s links to pages and headings that exist', (page) => {
    expect(deadLinks(page)).toEqual([]);
  });

  const files = ['src', 'test', 'migrations', 'scripts', 'bench', 'sandbox', 'example'].flatMap((directory) =>
    readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((name) => `${directory}/${name}`),
  );
  const superseded = decisions.filter(({ text }) => /^- Status: superseded/m.test(text)).map(({ name }) => name);
  const current = pages.filter((page) => !superseded.some((name) => page.endsWith(name)) && page !== 'CHANGELOG.md');

  // A page may omit the beginning of a path: `orders/rules/quote.ts`. A bare name may be one of a deleted file.
  test.each(current)('%s names source files that exist', (page) => {
    const named = [...read(page).matchAll(/`([\w.-]+\/[\w./-]+\.tsx?)`/g)].map(([, path = '']) => path);
    const missing = named.filter((path) => !files.some((file) => `/${file}`.endsWith(`/${path}`)));
    expect(missing).toEqual([]);
  });
});

describe('the decisions', () => {
  test.each(decisions)('$name has a number, a status, a date and an area', ({ name, text }) => {
    const header = /^# (\d{4})\. .+\n\n- Status: (.+)\n- Date: \d{4}-\d\d-\d\d\n- Area: [a-z]+\n/.exec(text);
    expect(header?.[1]).toBe(name.slice(0, 4));
    expect(header?.[2]).toMatch(/^(accepted|superseded by \[\d{4}\]\(\d{4}-[\w-]+\.md\))$/);
  });

  test('no two have the same number', () => {
    const numbers = decisions.map(({ name }) => name.slice(0, 4));
    expect(numbers.filter((number, index) => numbers.indexOf(number) !== index)).toEqual([]);
  });

  test('the index lists each one once, with its title and status', () => {
    const index = read(join(DECISIONS, 'README.md'));
    const listed = [...index.matchAll(/^\| \[(\d{4})\]\((.+?)\) +\| (.+?) +\| (.+?) +\|/gm)];
    const expected = decisions.map(({ name, text }) => {
      const [, title = ''] = /^# \d{4}\. (.+)$/m.exec(text) ?? [];
      const [, status = ''] = /^- Status: (.+)$/m.exec(text) ?? [];
      return [name, title.replaceAll('`', ''), status].join(' | ');
    });
    expect(listed.map(([, , file, title, status]) => [file, title, status].join(' | ')).toSorted()).toEqual(expected);
  });
});
