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
  /** The query of the next page; null after the last one. A provider that has no such member lists on after the last id. */
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
  let query = queryOf({ since: since.toISOString() });
  for (let number = 1; number <= MAX_PAGES; number++) {
    const { data, next } = await neighbour.get({ path: `/api/v1/invoices?${query}`, schema: page });
    const last = next === undefined ? withId.safeParse(data.at(-1)).data?.id : undefined;
    const afterLast = last === undefined ? undefined : queryOf({ since: since.toISOString(), after: last });
    // The page before ended with the same invoice: this provider knows no second page.
    if (afterLast === query) return;
    yield readPage(data);
    const following = next ? queryOf(next) : afterLast;
    if (following === undefined) return;
    if (following === query) throw new UpstreamError('mekari-pay', 'malformed', 'the next page is the same page');
    query = following;
  }
  throw new UpstreamError('mekari-pay', 'malformed', `the list has more than ${MAX_PAGES} pages`);
}

function queryOf({ since, after }: { since: string; after?: string }): string {
  return `since=${encodeURIComponent(since)}${after === undefined ? '' : `&after=${encodeURIComponent(after)}`}`;
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
