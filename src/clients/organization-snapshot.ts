import { z } from 'zod';
import { isCalendarDate } from '../kernel/jakarta.ts';
import { isLabel, withVisibleText } from '../kernel/label.ts';
import { type BillingContacts, readBillingContacts } from './billing-contacts.ts';
import { UpstreamError } from './upstream-error.ts';

/** An organization as hub-core, its owner, describes it (contracts.md 3). */
export interface OrganizationSnapshot {
  id: string;
  /** Start of the call to hub-core. */
  asOf: Date;
  name: string;
  /** Lower case: "v3". */
  billingVersion: string;
  /** undefined if hub-core gave no list, which hides every option that needs a component. */
  components: readonly string[] | undefined;
  enrolled: boolean;
  mcc: { enabled: boolean; minimum: bigint };
  /** YYYY-MM-DD. */
  contractEnd: string | undefined;
  billing: BillingContacts;
  excess: readonly { key: string; period: string; quantity: bigint }[];
  /** Keys with a malformed excess row: the excess under them is unknown. "*" stands for every key. */
  unknownExcess: readonly string[];
}

const wholeNumber = z.number().refine(Number.isSafeInteger, { error: 'is not a whole number' });

const excessRow = z.object({
  key: z.string(),
  period: z.string().refine((text) => isLabel(text, 32)),
  quantity: wholeNumber,
});

/** A malformed row makes its key unknown, and leaves the other rows intact. */
function readExcess(reported: readonly unknown[]): Pick<OrganizationSnapshot, 'excess' | 'unknownExcess'> {
  const rows = reported.map((row) => ({ row, parsed: excessRow.safeParse(row).data }));
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
      billing: readBillingContacts(row.billing_contacts ?? []),
      ...readExcess(row.excess ?? []),
    }),
  );

/** Reads a row of hub-core's answer. A row that breaks the contract gives an UpstreamError of kind `malformed`. */
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
