import { page } from '../pages/layout.ts';
import { markup } from '../pages/markup.ts';
import type { Reply } from '../server/reply.ts';

export interface ReadyToken {
  /** The token's purpose. */
  label: string;
  sub: string;
  organization_id: string;
  scope: string;
  access_token: string;
}

const LIFE_SECONDS = 12 * 3600;
const WRITE = 'topup:read topup:write';

const PERSONS: readonly Omit<ReadyToken, 'access_token'>[] = [
  { label: 'Admin, everything', sub: 'admin-1001', organization_id: '1001', scope: WRITE },
  {
    label: 'Approver of orders above a limit',
    sub: 'approver-1001',
    organization_id: '1001',
    scope: 'topup:read topup:approve',
  },
  { label: 'Supervisor who may only look', sub: 'viewer-1001', organization_id: '1001', scope: 'topup:read' },
  { label: 'Agent, without any scope', sub: 'agent-1001', organization_id: '1001', scope: '' },
  { label: 'Admin, without WABA', sub: 'admin-1002', organization_id: '1002', scope: WRITE },
  { label: 'Admin, unlimited MUV', sub: 'admin-1003', organization_id: '1003', scope: WRITE },
  { label: 'Admin, MCC minimum and excess', sub: 'admin-1004', organization_id: '1004', scope: WRITE },
  { label: 'Admin, billing version V2', sub: 'admin-1005', organization_id: '1005', scope: WRITE },
  { label: 'Admin, no contract, English', sub: 'admin-1006', organization_id: '1006', scope: WRITE },
  { label: 'Admin, not enrolled', sub: 'admin-1007', organization_id: '1007', scope: WRITE },
  { label: 'Support, reads any organization', sub: 'support-1', organization_id: '1001', scope: 'topup:support' },
];

type Mint = (claims: { sub: string; organization_id: string; scope: string; expires_in: number }) => Promise<string>;

export function readyTokens(mint: Mint): Promise<ReadyToken[]> {
  return Promise.all(
    PERSONS.map(async (person) => {
      const { sub, organization_id, scope } = person;
      return { ...person, access_token: await mint({ sub, organization_id, scope, expires_in: LIFE_SECONDS }) };
    }),
  );
}

export function tokensPage(tokens: readonly ReadyToken[]): Reply {
  const sections = tokens.map(
    ({ label, organization_id, scope, access_token }) => markup`<h2>${organization_id} · ${label}</h2>
<p class="soft">scope: ${scope === '' ? '(none)' : scope}</p>
<textarea rows="4" readonly aria-label="${label}">${access_token}</textarea>`,
  );
  const content = markup`<section class="card"><h1>Token / Tokens</h1>
<p class="soft">Authorization: Bearer … · 12 jam / 12 hours · <a href="/.well-known/jwks.json">JWKS</a> · POST /token</p>${sections}</section>`;
  return page(200, 'Tokens', content, { wide: true });
}
