import type { Socket } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { InvalidTokenError } from '../auth/invalid-token.ts';
import type { VerifyToken } from '../auth/verify-token.ts';
import type { ErrorStatus } from '../graphql/error-status.ts';
import type { Logger } from '../telemetry/logger.ts';
import { logFieldsOf } from './correlation.ts';
import type { RequestContext } from './request-context.ts';

/** Resolves to the RequestContext of an incoming request, with its verified caller. Rejects with InvalidTokenError. */
export type Authenticate = (request: FastifyRequest) => Promise<RequestContext>;

/** A class, because Apollo clones the prototype too and so keeps the getter. */
class IncomingContext implements RequestContext {
  readonly startedAt = performance.now();

  constructor(
    readonly caller: RequestContext['caller'],
    readonly correlationId: string,
    readonly logFields: Record<string, unknown>,
    private readonly serverLog: Logger,
    private readonly socket: Socket,
  ) {}

  /** Created when it is used, because most requests log nothing of their own. */
  get log(): Logger {
    return this.serverLog.child({ correlationId: this.correlationId });
  }

  onClosed(listener: () => void): () => void {
    if (this.socket.destroyed) listener();
    this.socket.once('close', listener);
    return () => this.socket.off('close', listener);
  }
}

export function createAuthenticate({ verifyToken, log }: { verifyToken: VerifyToken; log: Logger }): Authenticate {
  return async (request) => {
    const fields = logFieldsOf(request);
    const caller = await verifyToken(authorizationOf(request));
    if (caller !== undefined) fields['organizationId'] = caller.organizationId;
    return new IncomingContext(caller, fields.correlationId, fields, log, request.raw.socket);
  };
}

/** Answers an invalid token with UNAUTHENTICATED, and with status 401 where the caller gets error statuses. */
export function authenticateForGraph(authenticate: Authenticate, statusOf: ErrorStatus): Authenticate {
  return async (request) => {
    try {
      return await authenticate(request);
    } catch (error) {
      if (!(error instanceof InvalidTokenError)) throw error;
      const fields = logFieldsOf(request);
      fields['errorCodes'] = ['UNAUTHENTICATED'];
      const http = { status: statusOf(401, request.headers.accept) };
      const { correlationId } = fields;
      throw new GraphQLError(error.message, { extensions: { code: 'UNAUTHENTICATED', correlationId, http } });
    }
  };
}

/** Refuses two headers, because Node takes the first and a proxy may have checked the second. */
function authorizationOf({ raw, headers }: FastifyRequest): string | undefined {
  const names = raw.rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === 'authorization');
  if (names.length > 1) throw new InvalidTokenError('expected one Authorization header');
  return headers.authorization;
}
