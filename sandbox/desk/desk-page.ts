import { page } from '../pages/layout.ts';
import { type Markup, markup } from '../pages/markup.ts';
import type { Reply } from '../server/reply.ts';
import { DESK_STYLE } from './desk-style.ts';
import { KINDS } from './happenings.ts';
import { type People, ROLES, type RoleName } from './people.ts';

export interface DeskLinks {
  /** Opens the page as somebody. */
  page(role: RoleName, organizationId: string): string;
  graphiql(role: RoleName, organizationId: string): string;
  /** The first row of the desk: name, address, and what it is for. */
  main: readonly (readonly [name: string, url: string, meaning: string])[];
  /** Addresses and settings to copy. */
  facts: readonly (readonly [name: string, value: string])[];
}

export interface DeskView {
  links: DeskLinks;
  people: People;
  organizationId: string;
  kind: string;
  live: Record<string, Markup>;
}

function roleRow(name: RoleName, { links, organizationId }: DeskView): Markup {
  const { label, meaning, scope } = ROLES[name];
  const of = markup`<span class="hidden"> as ${label.toLowerCase()}</span>`;
  const main = name === 'buyer' ? ' main' : '';
  return markup`<li><div><strong>${label}</strong> <span class="soft">${meaning}</span><br><code>${scope}</code></div>
<div class="acts"><a class="button small${main}" target="_blank" href="${links.page(name, organizationId)}">Open the page${of}</a>
<a class="button small" target="_blank" href="${links.graphiql(name, organizationId)}">GraphiQL${of}</a>
<a class="button small" data-copy href="/token?role=${name}&amp;organization=${organizationId}">Copy token${of}</a></div></li>`;
}

function peopleCard(view: DeskView): Markup {
  const options = view.people
    .organizations()
    .map(({ id, name }) =>
      id === view.organizationId
        ? markup`<option value="${id}" selected>${id} · ${name}</option>`
        : markup`<option value="${id}">${id} · ${name}</option>`,
    );
  const rows = (Object.keys(ROLES) as RoleName[]).map((name) => roleRow(name, view));
  return markup`<section class="card" aria-labelledby="people"><div class="head"><h2 id="people">Act as</h2>
<form method="get" class="row"><label>Organization<select name="organization" id="organization">${options}</select></label>
<button class="small" data-without-script>Choose</button></form></div><ul class="people">${rows}</ul></section>`;
}

const live = (name: string, { live: parts }: DeskView) => markup`<div id="${name}">${parts[name] ?? ''}</div>`;

function feedCard(view: DeskView): Markup {
  const filter = (value: string, label: string) => {
    const checked = value === view.kind ? markup`checked` : markup``;
    return markup`<label><input type="radio" name="kind" value="${value}" ${checked}><span>${label}</span></label>`;
  };
  const filters = [filter('', 'All'), ...Object.entries(KINDS).map(([value, label]) => filter(value, label))];
  return markup`<section class="card feed-card" aria-labelledby="happened"><h2 id="happened">What happened</h2>
<form method="get" class="row"><fieldset class="filters"><legend class="hidden">Show</legend>${filters}</fieldset>
<input type="hidden" name="organization" value="${view.organizationId}"><button class="small" data-without-script>Show</button></form>
<div class="feed" id="feed" tabindex="0" role="log" aria-label="What happened" aria-live="off">${view.live['feed'] ?? ''}</div></section>`;
}

/** The one page that leads everywhere: links, tokens by role, situations, orders, and what happened. */
export function deskPage(view: DeskView): Reply {
  const { main, facts } = view.links;
  const links = main.map(
    ([name, url, meaning], index) =>
      markup`<li><a class="${index === 0 ? 'first' : ''}" href="${url}" target="_blank">${name}<span class="soft">${meaning}</span></a></li>`,
  );
  const rows = facts.map(([name, value]) => markup`<dt>${name}</dt><dd><code>${value}</code></dd>`);
  const content = markup`<header class="top"><h1><span class="mark" aria-hidden="true">+</span>Self top-up desk</h1><div class="clock" id="clock">${view.live['clock'] ?? ''}</div></header>
<nav aria-label="Everything that runs"><ul class="links">${links}</ul></nav>
<div class="columns"><div class="stack">${peopleCard(view)}
<section class="card" aria-labelledby="orders-new"><h2 id="orders-new">Bring an order of this organization to…</h2>${live('new-orders', view)}</section>
<section class="card" aria-labelledby="orders-title"><h2 id="orders-title">Orders at Mekari Pay</h2>${live('orders', view)}</section>
<section class="card" aria-labelledby="neighbours-title"><h2 id="neighbours-title">Let something happen</h2>${live('neighbours', view)}</section>
<section class="card" aria-labelledby="clock-title"><h2 id="clock-title">Move the clock</h2>${live('clocks', view)}</section>
<section class="card" aria-labelledby="facts-title"><div class="head"><h2 id="facts-title">Addresses and settings</h2>
<form method="post" action="/reset"><button class="small">Empty everything</button></form></div><dl class="facts">${rows}</dl></section></div>
${feedCard(view)}</div><div class="toast" id="toast" role="status"></div>`;
  return page(200, 'Self top-up desk', content, { wide: true, language: 'en', style: DESK_STYLE, script: '/desk.js' });
}
