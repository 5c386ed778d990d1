import type { IncomingHttpHeaders } from 'node:http';
import type { FieldFault, Shape } from '../shape.ts';
import { Refusal, type Reply } from './reply.ts';

/** One request with its whole body. */
export interface Call {
  method: string;
  /** Path and query as on the request line, not decoded. */
  target: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  rawBody: Buffer;
  /** The path's `:name` parts, decoded. */
  params: Record<string, string>;
}

export interface Route {
  method: string;
  /** A pattern such as /api/v1/invoices/:id. */
  path: string;
  handle(call: Call): Reply | Promise<Reply>;
}

function paramsOf(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? '';
    if (part.startsWith(':') && value !== '') params[part.slice(1)] = decoded(value);
    else if (part !== value) return undefined;
  }
  return params;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Refusal(400, 'bad_path', 'the path is not properly percent-encoded');
  }
}

/** Returns the route's answer. Throws a Refusal: 404 for an unknown path, 405 for another method. */
export function dispatch(routes: readonly Route[], call: Call): Reply | Promise<Reply> {
  let pathIsKnown = false;
  for (const route of routes) {
    const params = paramsOf(route.path, call.path);
    if (params === undefined) continue;
    pathIsKnown = true;
    if (route.method === call.method) return route.handle({ ...call, params });
  }
  if (pathIsKnown) throw new Refusal(405, 'method_not_allowed', `${call.path} does not take ${call.method}`);
  throw new Refusal(404, 'not_found', `there is nothing at ${call.path}`);
}

/** True if a route has the call's path, with any method. */
export function knows(routes: readonly Route[], call: Call): boolean {
  return routes.some((route) => paramsOf(route.path, call.path) !== undefined);
}

/** Returns a `:name` part of the path, which the route must have. */
export function param(call: Call, name: string): string {
  return call.params[name] ?? '';
}

/** Parses the body as JSON; an empty one is undefined. Throws a Refusal (400) if it is not JSON. */
export function jsonBody(call: Call): unknown {
  if (call.rawBody.length === 0) return undefined;
  try {
    return JSON.parse(call.rawBody.toString('utf8'));
  } catch {
    throw new Refusal(400, 'malformed_json', 'the body is not JSON');
  }
}

/** Returns the value in that shape. Throws a Refusal (422) that names every wrong field. */
export function inShape<T>(shape: Shape<T>, value: unknown): T {
  const faults: FieldFault[] = [];
  const checked = shape(value, '', faults);
  refuseIfAny(faults);
  return checked;
}

export function refuseIfAny(faults: readonly FieldFault[]): void {
  const [first] = faults;
  if (first !== undefined) throw new Refusal(422, 'invalid', `${first.field} ${first.message}`, faults);
}

/** Refuses (400) a query parameter that is not allowed or repeated. */
export function queryOf(call: Call, allowed: readonly string[]): URLSearchParams {
  for (const name of call.query.keys()) {
    if (!allowed.includes(name)) {
      throw new Refusal(400, 'unknown_parameter', `${name} is not a parameter`, [
        { field: name, message: 'is not known' },
      ]);
    }
    if (call.query.getAll(name).length > 1) {
      throw new Refusal(400, 'repeated_parameter', `${name} is given twice`, [
        { field: name, message: 'is given twice' },
      ]);
    }
  }
  return call.query;
}
