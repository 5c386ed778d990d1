import { globSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { Marked } from 'marked';
import { page } from '../pages/layout.ts';
import { Markup, markup } from '../pages/markup.ts';
import { Refusal, type Reply } from '../server/reply.ts';

const PAGES = ['*.md', 'docs/**/*.md', 'sandbox/README.md', 'packages/*/README.md', 'schema/*.md', 'test/README.md'];

const STYLE = new Markup(`
  .prose { overflow-wrap: anywhere; } .prose > * + * { margin-top: .9rem; } .prose h1 { font-size: 1.6rem; } .prose h2 { font-size: 1.2rem; margin-top: 2rem; } .prose h3 { margin-top: 1.5rem; }
  .prose pre { padding: .875rem 1rem; border-radius: 10px; background: var(--raised); border: 1px solid var(--line); overflow-x: auto; white-space: pre; overflow-wrap: normal; }
  .prose :not(pre) > code { background: var(--raised); padding: .1em .3em; border-radius: 5px; } .prose table { display: block; overflow-x: auto; font-size: .875rem; }
  .prose ul, .prose ol { padding-left: 1.4rem; } .prose li + li { margin-top: .25rem; }
`);

/** Serves the project's own pages as HTML. A link to anything else in the checkout stays text. */
export function documentPages(root: string): (file: string) => Reply {
  const files = new Set(globSync(PAGES, { cwd: root }).map((file) => file.replaceAll('\\', '/')));

  function addressOf(href: string, from: string): string | undefined {
    if (/^(https?:|#)/.test(href)) return href;
    const [path = '', hash] = href.split('#', 2);
    const target = posix.normalize(posix.join(dirname(from), path));
    if (!files.has(target)) return undefined;
    return `/read?file=${encodeURIComponent(target)}${hash === undefined ? '' : `#${hash}`}`;
  }

  return (file) => {
    if (!files.has(file))
      throw new Refusal(404, 'no_document', 'there is no such page: /read?file=README.md is the first');
    const marked = new Marked({
      renderer: {
        link({ href, tokens }) {
          const text = this.parser.parseInline(tokens);
          const address = addressOf(href, file);
          return address === undefined ? text : `<a href="${address}">${text}</a>`;
        },
        heading({ depth, text, tokens }) {
          const id = text
            .toLowerCase()
            .replace(/[^\p{L}\p{N} -]/gu, '')
            .replaceAll(' ', '-');
          return `<h${depth} id="${id}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
        },
      },
    });
    const prose = new Markup(marked.parse(readFileSync(join(root, file), 'utf8'), { async: false }));
    const content = markup`<nav class="soft"><a href="/">Desk</a> · <a href="/read?file=README.md">README</a> · ${file}</nav>
<article class="card"><div class="prose">${prose}</div></article>`;
    return page(200, file, content, { wide: true, language: 'en', style: STYLE });
  };
}
