import { z } from 'zod';
import { isCalendarDate } from '../kernel/jakarta.ts';
import { isLabel, withVisibleText } from '../kernel/label.ts';
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

/** A row of hub-core's answer, asked for at `asOf`. An UpstreamError where it is not hub-core's contract. */
export function readOrganization(row: { id: string }, asOf: Date): OrganizationSnapshot | UpstreamError {
  const parsed = organization.safeParse(row);
  if (parsed.success) return { ...parsed.data, asOf };
  const [issue] = parsed.error.issues;
  return new UpstreamError(
    'hub-core',
    'malformed',
    `organization ${row.id}, ${issue?.path.join('.')}: ${issue?.message}`,
  );
}
