import type { IncomingHttpHeaders } from 'node:http';
import { Refusal } from './reply.ts';

/** Throws a Refusal for a request that came from a foreign web page. */
export type Doorkeeper = (headers: IncomingHttpHeaders) => void;

const PORT = /:\d{1,5}$/;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * The development servers have no log-in, and some hand out tokens. So a page of the internet must reach none of them in the
 * browser of a developer. A page that rebinds its name to 127.0.0.1 (DNS rebinding) shows in `Host` (421), and one that posts
 * across sites shows in `Origin` (403). Loopback names and addresses pass, and the configured ones.
 */
export function createDoorkeeper(allowedHosts: readonly string[]): Doorkeeper {
  const allowed = new Set(allowedHosts.map((host) => host.toLowerCase()));
  const isAllowed = (host: string) => {
    const name = host.toLowerCase().replace(PORT, '');
    return LOOPBACK.test(name) || allowed.has(name);
  };
  return ({ host = '', origin }) => {
    if (!isAllowed(host)) {
      const message =
        'this development server answers only to localhost, 127.0.0.1, [::1] and the names in ALLOWED_HOSTS';
      throw new Refusal(421, 'host_not_allowed', message);
    }
    if (origin !== undefined && !isAllowed(origin.replace(/^https?:\/\//, ''))) {
      throw new Refusal(
        403,
        'origin_not_allowed',
        'this development server takes no requests from pages of other sites',
      );
    }
  };
}
