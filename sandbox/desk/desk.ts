import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sandbox } from '../index.ts';
import { startHttpNeighbour } from '../server/http-neighbour.ts';
import { javascript, Refusal } from '../server/reply.ts';
import type { Route } from '../server/route.ts';
import type { DeskLinks } from './desk-page.ts';
import { deskRoutes } from './desk-routes.ts';
import { documentPages } from './documents.ts';
import { createGrowth } from './growth.ts';
import { collectHappenings, type Happenings } from './happenings.ts';
import { createPeople, type People } from './people.ts';

export interface DeskTerms {
  /** The project's directory: the desk serves its pages. */
  root: string;
  port: number;
  allowedHosts?: readonly string[];
  sandbox: Sandbox;
}

export interface Desk {
  url: string;
  people: People;
  happenings: Happenings;
  /** Opens the desk once the addresses are known. */
  link(links: DeskLinks): void;
  stop(): Promise<void>;
}

/** Serves the desk: links, tokens by role, situations, and what happens in the product and at its neighbours. */
export async function startDesk({ root, port, sandbox, allowedHosts = [] }: DeskTerms): Promise<Desk> {
  const people = createPeople(sandbox.auth, sandbox.hubCore);
  const happenings = collectHappenings(sandbox);
  const growth = createGrowth(sandbox);
  const document = documentPages(root);
  const script = readFileSync(join(root, 'sandbox', 'desk', 'desk.js'), 'utf8');
  let links: DeskLinks | undefined;

  function linked(): DeskLinks {
    if (links === undefined) throw new Refusal(503, 'starting', 'the product is starting: try again in a moment');
    return links;
  }

  const pages: Route[] = [
    ...deskRoutes({ sandbox, people, happenings, growth, links: linked }),
    { method: 'GET', path: '/read', handle: ({ query }) => document(query.get('file') ?? 'README.md') },
    { method: 'GET', path: '/desk.js', handle: () => javascript(script) },
  ];
  const { clock } = sandbox;
  const server = await startHttpNeighbour({ host: '127.0.0.1', allowedHosts, port, clock: clock.now, api: [], pages });
  return {
    url: server.handle.url,
    people,
    happenings,
    link(given) {
      links = given;
    },
    async stop() {
      growth.stop();
      await server.stop();
    },
  };
}
