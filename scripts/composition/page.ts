/** Replaces the parts of a page that are generated: `<!-- generated: NAME -->` to `<!-- end -->`. Throws if the page lacks one. */
export function fillPage(page: string, parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts).reduce((text, [name, content]) => {
    const start = `<!-- generated: ${name} -->`;
    const from = text.indexOf(start);
    const to = text.indexOf('<!-- end -->', from);
    if (from < 0 || to < 0) throw new Error(`The page has no part "${start}" that ends with "<!-- end -->".`);
    return `${text.slice(0, from)}${start}\n\n${content}\n\n${text.slice(to)}`;
  }, page);
}
