import { z } from 'zod';
import type { Clock } from '../kernel/clock.ts';
import { isCalendarDate } from '../kernel/jakarta.ts';
import { isLabel, withVisibleText } from '../kernel/label.ts';
import type { Neighbour } from './http.ts';
import { UpstreamError } from './upstream-error.ts';

/** hub-core owns organizations: what they may use, what they owe, whom to write to (contracts.md 3). */
export interface OrganizationSnapshot {
  id: string;
  /** When hub-core was asked: all of this is as of then. */
  asOf: Date;
  name: string;
  /** Lower case: "v3". */
  billingVersion: string;
  /** undefined: hub-core did not say, which hides whatever needs a component. */
  components: readonly string[] | undefined;
  enrolled: boolean;
  mcc: { enabled: boolean; minimum: bigint };
  /** YYYY-MM-DD. */
  contractEnd: string | undefined;
  billingContacts: readonly { name: string; email: string; locale: string }[];
  excess: readonly { key: string; period: string; quantity: bigint }[];
  /** Keys under which something was reported that cannot be read: what is owed there is not known. "*" is any key. */
  unknownExcess: readonly string[];
}

export interface HubCore {
  /**
   * At most MAX_IDS at once. Unknown ids are left out of the answer; one that is not its contract fails alone.
   * Throws UpstreamError where the whole call fails.
   */
  organizations(
    ids: readonly string[],
    options?: { urgent?: boolean },
  ): Promise<Map<string, OrganizationSnapshot | UpstreamError>>;
}

export const MAX_IDS = 100;

const wholeNumber = z.number().refine(Number.isSafeInteger, { error: 'is not a whole number' });

const contact = z
  .object({ name: z.string().nullish(), email: z.email(), locale: z.string().nullish() })
  .transform((row) => ({ name: row.name ?? '', email: row.email, locale: row.locale ?? 'id' }));

const excessRow = z.object({
  key: z.string(),
  period: z.string().refine((text) => isLabel(text, 32)),
  quantity: wholeNumber,
});

/** One row that cannot be read makes its key unknown, and takes nothing else away. */
function readExcess(given: readonly unknown[]): Pick<OrganizationSnapshot, 'excess' | 'unknownExcess'> {
  const rows = given.map((row) => ({ row, parsed: excessRow.safeParse(row).data }));
  return {
    excess: rows.flatMap(({ parsed }) => (parsed ? [{ ...parsed, quantity: BigInt(parsed.quantity) }] : [])),
    unknownExcess: rows.flatMap(({ row, parsed }) => (parsed ? [] : [keyOf(row)])),
  };
}

function keyOf(row: unknown): string {
  const key = (row as { key?: unknown } | null)?.key;
  return typeof key === 'string' ? key : '*';
}

const organization = z
  .object({
    id: z.string().min(1),
    name: z.string().transform(withVisibleText),
    billing_version: z.string(),
    components: z.array(z.string()).nullish(),
    settings: z.object({
      bifrost_new_topup: z.boolean().nullish(),
      mcc: z.object({ is_enabled: z.boolean().nullish(), minimum_value: wholeNumber.nullish() }).nullish(),
    }),
    contract: z.object({ end_date: z.string().refine(isCalendarDate).nullish().catch(undefined) }).nullish(),
    billing_contacts: z.array(z.unknown()).nullish(),
    excess: z.array(z.unknown()).nullish(),
  })
  .transform(
    (row): Omit<OrganizationSnapshot, 'asOf'> => ({
      id: row.id,
      name: row.name,
      billingVersion: row.billing_version.toLowerCase(),
      components: row.components ?? undefined,
      enrolled: row.settings.bifrost_new_topup === true,
      mcc: { enabled: row.settings.mcc?.is_enabled === true, minimum: BigInt(row.settings.mcc?.minimum_value ?? 0) },
      contractEnd: row.contract?.end_date ?? undefined,
      // A contact that cannot be written to must not take its organization away.
      billingContacts: (row.billing_contacts ?? []).flatMap((given) => contact.safeParse(given).data ?? []),
      ...readExcess(row.excess ?? []),
    }),
  );

const answer = z.object({ data: z.array(z.unknown()) });
const identified = z.looseObject({ id: z.string() });

function read(row: { id: string }, asOf: Date): OrganizationSnapshot | UpstreamError {
  const parsed = organization.safeParse(row);
  if (parsed.success) return { ...parsed.data, asOf };
  const [issue] = parsed.error.issues;
  return new UpstreamError(
    'hub-core',
    'malformed',
    `organization ${row.id}, ${issue?.path.join('.')}: ${issue?.message}`,
  );
}

/** Whatever else a caller asks for is no organization's id, and hub-core is not bothered with it. */
const ID = /^[\w.-]{1,64}$/;
/** How hub-core says that it does not understand the question. One id may be to blame, and not the others'. */
const NOT_UNDERSTOOD = [400, 404, 414, 422];
/** Or one organization spoils the answer for all: it makes it too large, say. */
const isOfOne = ({ kind, status = 0 }: UpstreamError) => kind === 'malformed' || NOT_UNDERSTOOD.includes(status);
/** Enough to find two of a hundred. A hub-core that answers so to everything is not asked about each. */
const MOST_SPLITS = 12;

type Found = Map<string, OrganizationSnapshot | UpstreamError>;

export function createHubCore(neighbour: Neighbour, clock: Clock): HubCore {
  async function ask(ids: readonly string[], urgent: boolean): Promise<Found> {
    const asOf = clock.now();
    const asked = new Set(ids);
    const { data } = await neighbour.get({
      path: `/api/v1/organizations?ids=${ids.join(',')}`,
      urgent,
      schema: answer,
    });
    const rows = data.flatMap((row) => identified.safeParse(row).data ?? []);
    return new Map(rows.filter(({ id }) => asked.has(id)).map((row) => [row.id, read(row, asOf)]));
  }

  /** A batch holds the organizations of several callers: one that spoils it must fail alone. */
  async function askOrSplit(ids: readonly string[], urgent: boolean, budget = { splits: MOST_SPLITS }): Promise<Found> {
    try {
      return await ask(ids, urgent);
    } catch (error) {
      if (!(error instanceof UpstreamError) || !isOfOne(error)) throw error;
      if (ids.length === 1 || budget.splits === 0) return new Map(ids.map((id) => [id, error]));
      budget.splits -= 1;
      const half = Math.ceil(ids.length / 2);
      const halves = await Promise.all([
        askOrSplit(ids.slice(0, half), urgent, budget),
        askOrSplit(ids.slice(half), urgent, budget),
      ]);
      return new Map(halves.flatMap((found) => [...found]));
    }
  }

  return {
    async organizations(ids, { urgent = false } = {}) {
      const possible = ids.filter((id) => ID.test(id));
      if (possible.length === 0) return new Map();
      return possible.length === 1 ? ask(possible, urgent) : askOrSplit(possible, urgent);
    },
  };
}
