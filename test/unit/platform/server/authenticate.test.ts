import { once } from 'node:events';
import { type OutgoingHttpHeaders, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyRequest } from 'fastify';
import { describe, expect, test } from 'vitest';
import type { Caller } from '../../../../src/platform/auth/caller.ts';
import { InvalidTokenError } from '../../../../src/platform/auth/invalid-token.ts';
import type { VerifyToken } from '../../../../src/platform/auth/verify-token.ts';
import {
  type Authenticate,
  authenticateForGraph,
  createAuthenticate,
} from '../../../../src/platform/server/authenticate.ts';
import { correlationIdOf, logFieldsOf } from '../../../../src/platform/server/correlation.ts';
import { createLogger } from '../../../../src/platform/telemetry/logger.ts';

const CALLER: Caller = { subject: 'admin-1001', organizationId: '1001', scopes: new Set(['topup:read']) };
const NEW_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

type Headers = Record<string, string | string[]>;
type Look<T> = (
  request: FastifyRequest,
  authenticate: Authenticate,
  lines: Record<string, unknown>[],
) => T | Promise<T>;

/** A route's view of a real request with these headers; a list is that many headers of one name. */
async function see<T>(headers: Headers, look: Look<T>, verifyToken: VerifyToken = async () => undefined): Promise<T> {
  const lines: Record<string, unknown>[] = [];
  const log = createLogger('info', { write: (line: string) => lines.push(JSON.parse(line)) });
  const authenticate = createAuthenticate({ verifyToken, log });
  const server = Fastify();
  const view = Promise.withResolvers<T>();
  server.get('/', async (request) => {
    try {
      view.resolve(await look(request, authenticate, lines));
    } catch (error) {
      view.reject(error);
    }
    return {};
  });
  await server.listen({ host: '127.0.0.1', port: 0 });
  const { port } = server.server.address() as AddressInfo;
  const asked = send({ host: '127.0.0.1', port, headers: headers as OutgoingHttpHeaders, agent: false }).end();
  const [, [response]] = await Promise.all([view.promise, once(asked, 'response')]).finally(() => server.close());
  response.resume();
  return view.promise;
}

const idOf = (given: string | string[] | undefined) =>
  see(given === undefined ? {} : { 'x-correlation-id': given }, (request) => correlationIdOf(request));

describe('the correlation id', () => {
  test.each(['a', 'Order_1.2-3', 'x'.repeat(64)])('%j is accepted', async (given) => {
    expect(await idOf(given)).toBe(given);
  });

  test.each([undefined, '', 'x'.repeat(65), 'a b', 'a,b', 'a;', '!a', 'a\u00e9', ['a', 'b']])(
    '%j is replaced by a new one',
    async (given) => {
      const id = await idOf(given);
      expect(id).toMatch(NEW_ID);
      expect(await idOf(given)).not.toBe(id);
    },
  );

  test('is the same for every reader of one request', async () => {
    const [first, second, fields] = await see({}, (request) => [
      correlationIdOf(request),
      correlationIdOf(request),
      logFieldsOf(request),
    ]);
    expect(second).toBe(first);
    expect(fields).toStrictEqual({ correlationId: first });
  });
});

describe('the context', () => {
  test('without a caller has the log fields of the request', async () => {
    const asked: unknown[] = [];
    const [context, fields] = await see(
      { 'x-correlation-id': 'id-1' },
      async (request, authenticate) => [await authenticate(request), logFieldsOf(request)] as const,
      async (authorization) => {
        asked.push(authorization);
        return undefined;
      },
    );
    expect(asked).toEqual([undefined]);
    expect(context).toMatchObject({ caller: undefined, correlationId: 'id-1' });
    expect(context.logFields).toBe(fields);
    expect(fields).toStrictEqual({ correlationId: 'id-1' });
  });

  test('with a caller has its subject, and its organization for the log', async () => {
    const asked: unknown[] = [];
    const context = await see(
      { authorization: 'Bearer a.b.c', 'x-correlation-id': 'id-1' },
      (request, authenticate) => authenticateForGraph(authenticate, (status) => status)(request),
      async (authorization) => {
        asked.push(authorization);
        return CALLER;
      },
    );
    expect(asked).toEqual(['Bearer a.b.c']);
    expect(context.caller).toBe(CALLER);
    expect(context.logFields).toStrictEqual({ correlationId: 'id-1', organizationId: '1001' });
  });

  test('has a log whose lines carry the correlation id', async () => {
    const lines = await see({ 'x-correlation-id': 'id-1' }, async (request, authenticate, written) => {
      const { log } = await authenticate(request);
      log.info({ event: 'a_test' });
      return written;
    });
    expect(lines).toMatchObject([{ event: 'a_test', correlationId: 'id-1' }]);
  });
});

describe('an invalid token', () => {
  const refusing: VerifyToken = async () => {
    throw new InvalidTokenError('it has expired');
  };

  test('is refused', async () => {
    const refused = see({ authorization: 'x' }, (request, authenticate) => authenticate(request), refusing);
    await expect(refused).rejects.toThrow(new InvalidTokenError('it has expired'));
  });

  test('is UNAUTHENTICATED in the graph, with status 401, and in the log', async () => {
    const [error, fields] = await see(
      { authorization: 'x' },
      async (request, authenticate) => [
        await authenticateForGraph(authenticate, (status) => status)(request).catch((thrown) => thrown),
        logFieldsOf(request),
      ],
      refusing,
    );
    expect(error).toMatchObject({ name: 'GraphQLError', message: 'The token is not valid: it has expired.' });
    expect(error.extensions).toStrictEqual({
      code: 'UNAUTHENTICATED',
      correlationId: expect.any(String),
      http: { status: 401 },
    });
    expect(fields).toMatchObject({ errorCodes: ['UNAUTHENTICATED'] });
  });

  test('another failure is no fault of the token', async () => {
    const fault = new Error('on purpose');
    const [error, fields] = await see(
      { authorization: 'x' },
      async (request, authenticate) => [
        await authenticateForGraph(authenticate, (status) => status)(request).catch((thrown) => thrown),
        logFieldsOf(request),
      ],
      async () => {
        throw fault;
      },
    );
    expect(error).toBe(fault);
    expect(fields).not.toHaveProperty('errorCodes');
  });

  test('two Authorization headers are refused, even when they are equal', async () => {
    const refused = see(
      { authorization: ['Bearer a.b.c', 'Bearer a.b.c'] },
      (request, authenticate) => authenticate(request),
      async () => CALLER,
    );
    await expect(refused).rejects.toThrow(new InvalidTokenError('expected one Authorization header'));
  });
});
