import type { Fault, HttpNeighbour, RequestFilter } from '../../../sandbox/index.ts';

type Break = (neighbour: HttpNeighbour, match?: RequestFilter) => Promise<void>;

const met =
  (fault: Fault): Break =>
  async ({ faults }, match) =>
    faults.set([match === undefined ? fault : { ...fault, match }]);

/** Every way in which an HTTP neighbour fails, for matching calls; a refused connection affects all of them. */
export const NEIGHBOUR_FAULTS: Record<string, Break> = {
  'refuses connections': (neighbour) => neighbour.refuse(),
  'breaks the connection': met({ kind: 'reset' }),
  'answers 500': met({ kind: 'status', status: 500 }),
  'answers 429 with Retry-After': met({ kind: 'status', status: 429, retryAfterSeconds: 3600 }),
  'never answers': met({ kind: 'hang' }),
  'answers a byte at a time': met({ kind: 'slow-drip' }),
  'answers HTML': met({ kind: 'wrong-content-type' }),
  'answers half of its JSON': met({ kind: 'truncated-json' }),
  'answers another shape': met({ kind: 'wrong-shape' }),
  'answers 10 MB': met({ kind: 'huge-body' }),
  'answers a redirect': met({ kind: 'redirect' }),
};

/** Ways in which a price is invalid. */
export const PRICE_FAULTS: Record<string, Break> = {
  'answers in dollars': met({ kind: 'wrong-currency' }),
  'answers a negative price': met({ kind: 'negative-price' }),
  'answers an absurd price': met({ kind: 'absurd-price' }),
  'answers a fraction of a rupiah': met({ kind: 'fractional-price' }),
};

export async function mend(neighbour: HttpNeighbour): Promise<void> {
  neighbour.faults.clear();
  await neighbour.accept();
}
