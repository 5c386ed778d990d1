import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { CanaryBuyer } from './canary-buyer.ts';
import type { CanaryPlace } from './canary-place.ts';

const JSON_HEADERS = { 'content-type': 'application/json' };

/** Requests that must fail, full of secrets; each secret may appear in the answer to its request, and nowhere else. */
export async function badRequests(place: CanaryPlace, buyer: CanaryBuyer): Promise<void> {
  const { plant } = place.canaries;
  const secret = plant('in a bad request');
  const own = ['in a bad request'];
  const documents = [
    `{ ${secret} }`,
    `query ${secret} { topupOrders { totalCount ${secret} } }`,
    `{ topupOrders(after: "${secret}") { totalCount } }`,
    `{ topupOrders(status: [${secret}]) { totalCount } }`,
    `{ ${secret}: topupOrders { totalCount }`,
    `mutation { confirmOrder(input: { orderId: "${secret}", expectedTotal: "${secret}", idempotencyKey: "" }) { order { id } } }`,
    `mutation { cancelTopupOrder(input: { orderId: "${secret}" }) { userErrors { message } } }`,
    `{ topupOrder(id: "${secret}") { number } topupOptions(organizationId: "${secret}") { code } }`,
    `{ _entities(representations: [{ __typename: "TopupOrder", id: "${secret}" }, { __typename: "${secret}" }]) { __typename } }`,
  ];
  for (const document of documents) await buyer.graph('bad document', document, {}, own);
  const create = 'mutation ($input: CreateTopupOrderInput!) { createTopupOrder(input: $input) { order { id } } }';
  await buyer.graph(
    'bad variable',
    create,
    { input: { idempotencyKey: secret, items: secret, [secret]: secret } },
    own,
  );
  const ask = (what: string, path: string, init: RequestInit = {}) => buyer.ask(what, path, init, own);
  const post = (body: string, headers: Record<string, string> = JSON_HEADERS) => ({ method: 'POST', headers, body });
  await ask('not JSON', '/graphql', post(`{"query": ${secret}`));
  await ask('no query', '/graphql', post(JSON.stringify({ [secret]: secret, extensions: { [secret]: secret } })));
  await ask('another content type', '/graphql', post(secret, { 'content-type': `text/${secret}` }));
  await ask('too large', '/graphql', post(secret.repeat(30_000)));
  await ask('no such path', `/reset/${secret}?password=${secret}`);
  await ask('no path at all', `/%E0%A4%A/${secret}`);
  await ask('another method', `/graphql?query=${secret}`, { method: 'DELETE' });
  await ask('another organization', `/iag/v1/topup-configurations?organization_id=${secret}`);
  await ask('a bad token', '/graphql', { headers: { authorization: `Bearer ${secret}.${secret}.${secret}` } });
  await ask('a bad scheme', '/iag/v1/topup-configurations', { headers: { authorization: `Basic ${secret}` } });
  await ask('a wrong gateway', '/graphql', post('{}', { ...JSON_HEADERS, 'x-gateway-secret': secret }));
  await ask('a correlation id', '/graphql', post('{}', { ...JSON_HEADERS, 'x-correlation-id': `${secret}!` }));
  const socket = connect(Number(new URL(place.replica.url).port), '127.0.0.1');
  socket.end(`GET / HTTP/9.9\r\n${secret}: ${secret}\r\n\r\n`);
  buyer.answers.push({ what: 'not HTTP', text: await text(socket), own });
}
