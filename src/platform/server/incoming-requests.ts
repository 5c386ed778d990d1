import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { InvalidTokenError } from '../auth/invalid-token.ts';
import type { VerifyToken } from '../auth/verify-token.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { RequestContext } from './request-context.ts';

export interface RequestContextOptions {
  verifyToken: VerifyToken;
  log: Logger;
  /** Where they are set, /graphql answers only to one of them in x-gateway-secret. */
  gatewaySecrets: readonly string[] | undefined;
}

export type RequestContexts = ReturnType<typeof createRequestContexts>;

/** Of two, Node hands out the first, and others may have looked at the second: such a request is nobody's. */
function authorizationOf({ raw, headers }: FastifyRequest): string | undefined {
  const given = raw.rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === 'authorization');
  if (given.length > 1) throw new InvalidTokenError('expected one Authorization header');
  return headers.authorization;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest();

/** Apollo copies it, with its prototype: a getter of its own would be read there. */
class IncomingContext implements RequestContext {
  private child: Logger | undefined;

  constructor(
    readonly caller: RequestContext['caller'],
    readonly correlationId: string,
    readonly logFields: Record<string, unknown>,
    private readonly serverLog: Logger,
  ) {}

  /** Made at the first use: most requests say nothing of their own. */
  get log(): Logger {
    this.child ??= this.serverLog.child({ correlationId: this.correlationId });
    return this.child;
  }
}

const correlationId = Symbol('correlation id');
const logFields = Symbol('fields of the log line');
type Identified = FastifyRequest & { [correlationId]?: string; [logFields]?: Record<string, unknown> };

const usableId = (given: unknown) => (typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : undefined);

/** Makes the one RequestContext of an incoming request: correlation id, log, verified caller. */
export function createRequestContexts(options: RequestContextOptions) {
  const gatewaySecrets = options.gatewaySecrets?.map(sha256);

  function correlationIdOf(request: Identified): string {
    request[correlationId] ??= usableId(request.headers['x-correlation-id']) ?? randomUUID();
    return request[correlationId];
  }

  function logFieldsOf(request: Identified): Record<string, unknown> {
    request[logFields] ??= { correlationId: correlationIdOf(request) };
    return request[logFields];
  }

  /** Throws InvalidTokenError. */
  async function contextOf(request: FastifyRequest): Promise<RequestContext> {
    const fields = logFieldsOf(request);
    const caller = await options.verifyToken(authorizationOf(request));
    if (caller !== undefined) fields['organizationId'] = caller.organizationId;
    return new IncomingContext(caller, correlationIdOf(request), fields, options.log);
  }

  return {
    correlationIdOf,
    logFieldsOf,
    contextOf,
    async forGraphql(request: FastifyRequest): Promise<RequestContext> {
      try {
        return await contextOf(request);
      } catch (error) {
        if (!(error instanceof InvalidTokenError)) throw error;
        logFieldsOf(request)['errorCodes'] = ['UNAUTHENTICATED'];
        throw new GraphQLError(error.message, { extensions: { code: 'UNAUTHENTICATED', http: { status: 401 } } });
      }
    },
    /** Compared by hash and in constant time, so that neither length nor content can be timed. */
    requireGateway(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
      if (gatewaySecrets === undefined) {
        done();
        return;
      }
      // Two headers come as one, joined by a comma, which no secret holds.
      const given = request.headers['x-gateway-secret'];
      const hash = sha256(typeof given === 'string' ? given : '');
      const matches = gatewaySecrets.filter((secret) => timingSafeEqual(secret, hash));
      const error = { message: 'This answers to the gateway alone.', extensions: { code: 'FORBIDDEN' } };
      if (matches.length > 0) done();
      else void reply.status(403).send({ errors: [error] });
    },
  };
}
