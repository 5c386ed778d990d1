import { z } from 'zod';
import { isLabel } from '../../kernel/label.ts';
import type { Neighbour } from '../http.ts';
import { UpstreamError } from '../upstream-error.ts';
import { invoice } from './invoices.ts';

/** A hundred invoices at most, and those that cannot be read. */
export interface MekariPayInvoicePage {
  invoices: readonly z.output<typeof listedInvoice>[];
  unreadable: readonly { id: string | undefined; reason: string }[];
}

/** A million invoices. A list that goes on beyond them does not end. */
const MAX_PAGES = 10_000;

const page = z.object({
  data: z.array(z.unknown()),
  /** The query of the next page; null after the last one. */
  next: z.object({ since: z.string(), after: z.string() }).nullish(),
});
/** Only its number says here which order it is for. */
const listedInvoice = invoice.transform(({ externalId, ...rest }, context) => {
  if (externalId !== undefined) return { ...rest, externalId };
  context.addIssue({ code: 'custom', path: ['external_id'], message: 'is missing' });
  return z.NEVER;
});
const withId = z.object({ id: z.string().refine((text) => isLabel(text, 200)) });

/**
 * Lists every invoice that changed at `since` or later, by the time of its last change. One page is in memory at a time. An
 * invoice that changes meanwhile comes again. An invoice that cannot be read hides no other. Throws UpstreamError.
 */
export async function* listInvoices(neighbour: Neighbour, since: Date): AsyncGenerator<MekariPayInvoicePage> {
  let query = `since=${encodeURIComponent(since.toISOString())}`;
  for (let number = 1; number <= MAX_PAGES; number++) {
    const { data, next } = await neighbour.get({ path: `/api/v1/invoices?${query}`, schema: page });
    yield readPage(data);
    if (next === null || next === undefined) return;
    const following = `since=${encodeURIComponent(next.since)}&after=${encodeURIComponent(next.after)}`;
    if (following === query) throw new UpstreamError('mekari-pay', 'malformed', 'the next page is the same page');
    query = following;
  }
  throw new UpstreamError('mekari-pay', 'malformed', `the list has more than ${MAX_PAGES} pages`);
}

function readPage(data: readonly unknown[]): MekariPayInvoicePage {
  const rows = data.map((row) => ({ row, parsed: listedInvoice.safeParse(row) }));
  return {
    invoices: rows.flatMap(({ parsed }) => (parsed.success ? [parsed.data] : [])),
    unreadable: rows.flatMap(({ row, parsed }) => {
      if (parsed.success) return [];
      const [issue] = parsed.error.issues;
      return [{ id: withId.safeParse(row).data?.id, reason: `${issue?.path.join('.')} ${issue?.message}` }];
    }),
  };
}
