import { topupSource } from '../../../scripts/schema-files.ts';

/** Our subgraph without `@authenticated` and `@requiresScopes`, for gateways that refuse a supergraph with them. */
export function openTopupSource() {
  const { sdl, ...source } = topupSource();
  const open = sdl
    .replaceAll(/ @requiresScopes\(scopes: \[\[.*?\]\]\)/g, '')
    .replaceAll(' @authenticated', '')
    .replace('"@authenticated", "@requiresScopes", ', '');
  if (/authenticated|requiresScopes/.test(open)) throw new Error('the open variant still names our scopes');
  return { ...source, sdl: open };
}
