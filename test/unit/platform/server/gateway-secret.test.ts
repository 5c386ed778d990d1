import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { requireGatewaySecret } from '../../../../src/platform/server/gateway-secret.ts';

const REFUSED = {
  status: 403,
  body: {
    errors: [
      { message: 'Only the gateway may call this.', extensions: { code: 'FORBIDDEN', correlationId: 'call-1' } },
    ],
  },
};
const ANSWERED = { status: 200, body: { answered: true } };

/** Calls a route behind the check with this header; undefined: without it. */
async function ask(gatewaySecrets: readonly string[] | undefined, given: string | string[] | undefined) {
  const server = Fastify();
  server.get('/', { onRequest: requireGatewaySecret(gatewaySecrets) }, async () => ({ answered: true }));
  const headers = { 'x-correlation-id': 'call-1', ...(given === undefined ? {} : { 'x-gateway-secret': given }) };
  const response = await server.inject({ url: '/', headers: headers as Record<string, string> });
  return { status: response.statusCode, body: response.json() };
}

const SECRETS = ['the old secret of 32 characters..', 'the new secret of 32 characters..'];

test('every request is answered when no secret is set', async () => {
  expect(await ask(undefined, undefined)).toEqual(ANSWERED);
  expect(await ask(undefined, 'anything')).toEqual(ANSWERED);
});

test.each(SECRETS)('one of several secrets is enough: %j', async (secret) => {
  expect(await ask(SECRETS, secret)).toEqual(ANSWERED);
});

test.each<[string, string | string[] | undefined]>([
  ['no header', undefined],
  ['an empty one', ''],
  ['another secret', 'the old secret of 32 characters.!'],
  ['the beginning of one', 'the old secret of 32 characters.'],
  ['one and more', 'the old secret of 32 characters...'],
  ['another case', 'THE OLD SECRET OF 32 CHARACTERS..'],
  ['all of them in one', SECRETS.join(',')],
  ['two headers', SECRETS],
])('%s is refused', async (_, given) => {
  expect(await ask(SECRETS, given)).toEqual(REFUSED);
});
