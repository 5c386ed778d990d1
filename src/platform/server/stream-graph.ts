import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ExecutionResult, type FormattedExecutionResult, GraphQLError } from 'graphql';
import { createHandler } from 'graphql-sse';
import Negotiator from 'negotiator';
import type { AnswerSubscription, SubscriptionRequest } from '../graphql/answer-subscription.ts';
import { GRAPHQL_MEDIA_TYPE } from '../graphql/error-status.ts';
import { formatError } from '../graphql/format-error.ts';
import type { StreamContext } from '../graphql/subscriptions.ts';
import type { Authenticate } from './authenticate.ts';
import { sendGraphError } from './failures.ts';
import { Pace } from './pace.ts';

const EVENT_STREAM = 'text/event-stream';
/** The media types of the graph's answers, the preferred first where `Accept` has no order. */
const MEDIA_TYPES = ['application/json', GRAPHQL_MEDIA_TYPE, EVENT_STREAM];
/** The checks of a client's reading within the time that it has for an answer. */
const CHECKS = 6;

export interface StreamParts {
  answer: AnswerSubscription;
  authenticate: Authenticate;
  /** Called while the client reads: only a client that does not is cut off. */
  onRead(request: FastifyRequest): void;
  /** The time that a client has to read (connection-limits.ts). */
  answerMs: number;
}

/** True if the caller prefers an event stream, as gateways and clients do for a subscription alone. */
export function prefersStream(accept: string | undefined): boolean {
  if (accept?.includes(EVENT_STREAM) !== true) return false;
  return new Negotiator({ headers: { accept } }).mediaType(MEDIA_TYPES) === EVENT_STREAM;
}

/**
 * Answers a subscription by GraphQL over SSE, in its distinct connections mode: one request, one stream. graphql-sse reads the request,
 * prints the events, and writes a comment every twelve seconds, so that no balancer takes the stream for idle. Refusals are
 * events too, because an answer of another type or status reaches few clients.
 */
export function createGraphStream({ answer, authenticate, onRead, answerMs }: StreamParts) {
  const handle = createHandler<FastifyRequest, Pace>({
    // Without a token there is no single connection mode.
    authenticate: () => null,
    async onSubscribe({ raw, context: pace }, params) {
      try {
        const context = await contextOf(raw);
        return toPrint(pace.values(answer(params as SubscriptionRequest, context)));
      } catch (error) {
        if (error instanceof GraphQLError) return toPrint(only({ errors: [formatError(error.toJSON(), error)] }));
        throw error;
      }
    },
  });

  async function contextOf(request: FastifyRequest): Promise<StreamContext> {
    const context = await authenticate(request);
    return Object.assign(context as StreamContext, { renew: () => authenticate(request) });
  }

  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const pace = new Pace();
    const [body, { status }] = await handle({
      method: request.method,
      url: request.url,
      // The library knows an event stream by this text alone.
      headers: { get: (name) => (name === 'accept' ? EVENT_STREAM : String(request.headers[name] ?? '')) },
      body: request.body as Record<string, unknown>,
      raw: request,
      context: pace,
    });
    if (body === null || typeof body === 'string') {
      const message = messageIn(body);
      return sendGraphError(request, reply, { status, message, extensions: { code: 'BAD_REQUEST' } });
    }
    noticeReading(reply.raw, answerMs / CHECKS, () => onRead(request));
    // nginx holds answers back until a buffer is full.
    return reply
      .type(EVENT_STREAM)
      .header('x-accel-buffering', 'no')
      .send(Readable.from(pace.texts(body)));
  };
}

/** graphql-sse prints a result as JSON: its type has the errors before that. */
const toPrint = (results: AsyncGenerator<FormattedExecutionResult>) =>
  results as AsyncGenerator as AsyncGenerator<ExecutionResult>;

async function* only<T>(value: T): AsyncGenerator<T> {
  yield value;
}

function messageIn(body: string | null): string {
  const answer = JSON.parse(body ?? '{}') as { errors?: { message: string }[] };
  return answer.errors?.[0]?.message ?? 'The request is no GraphQL request.';
}

/** Calls `onRead` now and then while the client has nothing left to read. */
function noticeReading(response: ServerResponse, everyMs: number, onRead: () => void): void {
  const checks = setInterval(() => {
    if (response.writableLength === 0) onRead();
  }, everyMs);
  response.once('close', () => clearInterval(checks));
}
