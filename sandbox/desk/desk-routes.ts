import type { Invoice, Sandbox } from '../index.ts';
import type { Markup } from '../pages/markup.ts';
import { json, Refusal, type Reply, seeOther } from '../server/reply.ts';
import { type Call, param, type Route } from '../server/route.ts';
import { type DeskLinks, deskPage } from './desk-page.ts';
import type { Growth } from './growth.ts';
import type { Happenings } from './happenings.ts';
import { INVOICE_ACTIONS } from './invoice-actions.ts';
import { clockLine, feed, isKind, ordersTable, situationButtons } from './live.ts';
import { NEIGHBOUR_SITUATIONS } from './neighbour-situations.ts';
import { CLOCK_SITUATIONS, ORDER_SITUATIONS } from './order-situations.ts';
import { isRole, type People } from './people.ts';
import type { Outcome, Scene, Situation } from './situation.ts';

export interface DeskParts {
  sandbox: Sandbox;
  people: People;
  happenings: Happenings;
  growth: Growth;
  /** Throws a Refusal (503) while the product starts. */
  links: () => DeskLinks;
}

const SITUATIONS: Record<string, Situation> = { ...ORDER_SITUATIONS, ...NEIGHBOUR_SITUATIONS, ...CLOCK_SITUATIONS };

/** The organization is that of the address or the form, else the first one. */
function sceneOf({ sandbox, growth, people }: DeskParts, asked: string | null): Scene {
  const organizations = people.organizations();
  const chosen = organizations.find(({ id }) => id === asked) ?? organizations[0];
  return { sandbox, growth, organizationId: chosen?.id ?? '' };
}

const orderPageOf = ({ return_url }: Invoice) => return_url;

function liveParts(parts: DeskParts, { query }: Call): Record<string, Markup> {
  const scene = sceneOf(parts, query.get('organization'));
  const kind = query.get('kind');
  return {
    clock: clockLine(scene),
    'new-orders': situationButtons(ORDER_SITUATIONS, scene),
    orders: ordersTable(scene, orderPageOf),
    neighbours: situationButtons(NEIGHBOUR_SITUATIONS, scene),
    clocks: situationButtons(CLOCK_SITUATIONS, scene),
    feed: feed(parts.happenings.list().filter((entry) => !isKind(kind) || entry.kind === kind)),
  };
}

/** A script gets the outcome, a form the desk again. */
function answer(call: Call, outcome: Outcome, organizationId?: string): Reply {
  if (call.headers.accept?.includes('application/json')) return json(200, outcome);
  return seeOther(organizationId === undefined ? '/' : `/?organization=${organizationId}`);
}

async function runSituation(parts: DeskParts, call: Call): Promise<Reply> {
  const name = param(call, 'name');
  const situation = Object.hasOwn(SITUATIONS, name) ? SITUATIONS[name] : undefined;
  if (situation === undefined) throw new Refusal(404, 'no_situation', `there is no situation ${name}`);
  const scene = sceneOf(parts, new URLSearchParams(call.rawBody.toString('utf8')).get('organization'));
  const { message, orderId } = await situation.run(scene);
  // The page opens as the buyer of the order's organization, whoever was chosen before.
  const page = parts.links().page('buyer', scene.organizationId);
  return answer(call, { message, ...(orderId && { href: `${page}&orderId=${orderId}` }) }, scene.organizationId);
}

async function act({ sandbox: { mekariPay } }: DeskParts, call: Call): Promise<Reply> {
  const [id, name] = [param(call, 'id'), param(call, 'action')];
  const action = Object.hasOwn(INVOICE_ACTIONS, name) ? INVOICE_ACTIONS[name] : undefined;
  const invoice = mekariPay.invoice(id);
  if (action === undefined || invoice === undefined)
    throw new Refusal(404, 'no_action', `there is no ${name} of ${id}`);
  await action.run(mekariPay, id);
  return answer(call, { message: `${invoice.external_id} ${action.done}.` });
}

async function reset({ growth, sandbox, happenings }: DeskParts, call: Call): Promise<Reply> {
  growth.stop();
  await sandbox.states.reset();
  happenings.clear();
  const message = 'Everything is as it was at the start: no orders, the real time, and every neighbour answers.';
  return answer(call, { message });
}

async function token(parts: DeskParts, { query }: Call): Promise<Reply> {
  const role = query.get('role') ?? '';
  if (!isRole(role)) throw new Refusal(404, 'no_role', `there is no role "${role}"`);
  const body = await parts.people.token(role, sceneOf(parts, query.get('organization')).organizationId);
  return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }, body };
}

function show(parts: DeskParts, call: Call): Reply {
  const { organizationId } = sceneOf(parts, call.query.get('organization'));
  const kind = call.query.get('kind') ?? '';
  return deskPage({ links: parts.links(), people: parts.people, organizationId, kind, live: liveParts(parts, call) });
}

/** The regions of the page that change, as HTML by the id of their element. */
function live(parts: DeskParts, call: Call): Reply {
  const regions = Object.entries(liveParts(parts, call)).map(([name, { text }]) => [name, text]);
  return json(200, Object.fromEntries(regions), { 'cache-control': 'no-store' });
}

export function deskRoutes(parts: DeskParts): Route[] {
  return [
    { method: 'GET', path: '/', handle: (call) => show(parts, call) },
    { method: 'GET', path: '/live', handle: (call) => live(parts, call) },
    { method: 'GET', path: '/token', handle: (call) => token(parts, call) },
    { method: 'POST', path: '/situations/:name', handle: (call) => runSituation(parts, call) },
    { method: 'POST', path: '/invoices/:id/:action', handle: (call) => act(parts, call) },
    { method: 'POST', path: '/reset', handle: (call) => reset(parts, call) },
  ];
}
