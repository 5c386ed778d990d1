import type { Clock } from '../kernel/clock.ts';
import { gone, notFound } from '../platform/graphql/errors.ts';
import type { LinkRoute } from '../platform/server/link-route.ts';
import type { OrderDocuments } from './order-documents.ts';
import { type LinkKeys, readToken } from './rules/document-link.ts';

const UNKNOWN = 'There is no document behind this link: open the order again, and follow the link there.';
const EXPIRED = 'This link has expired: open the order again, and follow the new link there.';

/** A document of an order (contracts.md 4). The token in the path is the credential, and says which one. */
export function documentRoute(documents: OrderDocuments, keys: LinkKeys, clock: Clock): LinkRoute {
  return {
    path: '/documents/:file',
    async open(token, contextOf) {
      const link = readToken(keys, token, clock.now());
      if (link === 'expired') throw gone(EXPIRED);
      const file = link && (await documents.file(contextOf(link.organizationId), link));
      // The same answer as for a token that we did not write: it tells nobody which documents there are.
      if (file === undefined) throw notFound(UNKNOWN);
      return { ...file, contentType: 'application/pdf' };
    },
  };
}
