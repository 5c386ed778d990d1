import { isDeepStrictEqual } from 'node:util';
import type { Server } from './servers.ts';
import type { Workload, WorkloadName } from './workloads.ts';

/** Every server asks hub-core at a moment of its own, and says of when its answer is: that it may differ in. */
const OWN_MOMENT = /"asOf":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"/g;

const COLD = 3;

/**
 * Asks every server for every workload: throws where two differ, or where something is not in it. Answers the first one's bytes
 * by workload.
 */
export async function assertSameAnswers(
  servers: readonly Server[],
  workloads: readonly Workload[],
): Promise<ReadonlyMap<WorkloadName, string>> {
  const bodies = new Map<WorkloadName, string>();
  for (const workload of workloads) {
    let wanted: unknown;
    for (const server of servers) {
      const body = await ask(server, workload);
      const { data, errors } = JSON.parse(body.replaceAll(OWN_MOMENT, '"asOf":"then"')) as Record<string, unknown>;
      if (errors !== undefined) throw new Error(`${server.name}, ${workload.name}: ${JSON.stringify(errors)}`);
      workload.check(data as never);
      wanted ??= data;
      // The order of members too: it is the same text.
      const isSame = isDeepStrictEqual(data, wanted) && JSON.stringify(data) === JSON.stringify(wanted);
      if (!isSame) throw new Error(`${server.name} answers ${workload.name} otherwise than ${servers[0]?.name}`);
      if (!bodies.has(workload.name)) bodies.set(workload.name, body);
    }
  }
  return bodies;
}

async function ask(server: Server, { name, requests: [request] }: Workload): Promise<string> {
  if (request === undefined) throw new Error(`${name} asks for nothing`);
  const { headers, body } = request;
  const send = () => fetch(server.url(name), { method: 'POST', headers, body });
  // The answer that counts is one that comes warm: some compile a document once it has come before.
  for (let asked = 0; asked < COLD; asked++) await (await send()).text();
  const response = await send();
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${server.name}, ${name}: ${response.status} ${text.slice(0, 300)}`);
  return text;
}
