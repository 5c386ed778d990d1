import type { FieldFault } from '../shape.ts';

/** A route's answer. The server adds the length. */
export interface Reply {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export function json(status: number, value: unknown, headers: Record<string, string> = {}): Reply {
  const body = JSON.stringify(value);
  return { status, headers: { 'content-type': 'application/json; charset=utf-8', ...headers }, body };
}

export function html(status: number, markup: string, headers: Record<string, string> = {}): Reply {
  return { status, headers: { 'content-type': 'text/html; charset=utf-8', ...headers }, body: markup };
}

export function javascript(script: string): Reply {
  return { status: 200, headers: { 'content-type': 'text/javascript; charset=utf-8' }, body: script };
}

export function noContent(): Reply {
  return { status: 204, headers: {}, body: '' };
}

/** Redirects after a form, so that a reload does not repeat the action. */
export function seeOther(location: string): Reply {
  return { status: 303, headers: { location }, body: '' };
}

/**
 * A refusal, whose body is the same for every neighbour:
 * {"error":{"code","message","fields":[{"field","message"}]}}. Thrown by routes and by in-process calls alike.
 */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly fields: readonly FieldFault[];
  /** Further members of the body, beside `error`. */
  readonly extra: Record<string, unknown>;

  constructor(
    status: number,
    code: string,
    message: string,
    fields: readonly FieldFault[] = [],
    extra: Record<string, unknown> = {},
  ) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.code = code;
    this.fields = fields;
    this.extra = extra;
  }

  reply(): Reply {
    const { code, message, fields } = this;
    return json(this.status, { error: { code, message, ...(fields.length > 0 && { fields }) }, ...this.extra });
  }
}
