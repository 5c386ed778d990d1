import type { IncomingHttpHeaders } from 'node:http';
import type { FieldFault, Shape } from '../shape.ts';
import { Refusal, type Reply } from './reply.ts';

/** One request, its body read to the end. */
export interface Call {
  method: string;
  /** As on the request line: path and query, not decoded. */
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
  /** Such as /api/v1/invoices/:id */
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

/** The route's answer; throws a Refusal: 404 for an unknown path, 405 for a known one with another method. */
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

/** Whether one of the routes has the call's path, whatever its method. */
export function knows(routes: readonly Route[], call: Call): boolean {
  return routes.some((route) => paramsOf(route.path, call.path) !== undefined);
}

/** A `:name` part of the path that the route is known to have. */
export function param(call: Call, name: string): string {
  return call.params[name] ?? '';
}

/** The body as JSON; an empty one is undefined. Throws a Refusal (400) when it is not JSON. */
export function jsonBody(call: Call): unknown {
  if (call.rawBody.length === 0) return undefined;
  try {
    return JSON.parse(call.rawBody.toString('utf8'));
  } catch {
    throw new Refusal(400, 'malformed_json', 'the body is not JSON');
  }
}

/** The value in that shape. Throws a Refusal (422) that names every field that is wrong. */
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

/** Refuses (400) a query parameter that the route does not know, or one that is given twice. */
export function queryOf(call: Call, known: readonly string[]): URLSearchParams {
  for (const name of call.query.keys()) {
    if (!known.includes(name)) {
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
