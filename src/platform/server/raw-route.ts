import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { type HoldBody, readBytes } from './read-body.ts';

/** A POST whose signature covers the exact bytes of its body. */
export interface RawRoute {
  path: string;
  maxBytes: number;
  /** Called for a body that is larger than `maxBytes` or incomplete. */
  onUnread?(): void;
  answer(rawBody: Buffer, headers: IncomingHttpHeaders): Promise<{ status: number; error?: string }>;
}

export function registerRawRoute(app: FastifyInstance, route: RawRoute, holdBody: HoldBody): void {
  // Only in this scope does a body stay bytes, for every content type.
  void app.register(async (scope) => {
    readBytes(scope, route.maxBytes, holdBody);
    scope.addHook('onError', async (request) => {
      if (request.body === undefined) route.onUnread?.();
    });
    scope.post(route.path, async (request, reply) => {
      const rawBody = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const { status, error } = await route.answer(rawBody, request.headers);
      return reply.status(status).send(error === undefined ? { status: 'ok' } : { error });
    });
  });
}
