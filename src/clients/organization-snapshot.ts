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
  /** An order above this total needs the approval of a second person; undefined if none does. */
  approvalLimit: bigint | undefined;
  /** YYYY-MM-DD. */
  contractEnd: string | undefined;
  billing: BillingContacts;
  details: OrganizationDetails;
  excess: readonly { key: string; period: string; quantity: bigint }[];
  /** Keys with a malformed excess row: the excess under them is unknown. "*" stands for every key. */
  unknownExcess: readonly string[];
}

/** The facts about an organization that its documents name. Each may be missing. */
export interface OrganizationDetails {
  /** A BCP 47 tag, such as "id" or "en-US": the organization's own, or that of its first billing contact. */
  locale: string | null;
  /** The NPWP, as the organization writes it. */
  taxNumber: string | null;
  /** One line. */
  address: string | null;
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

/** A text that documents show. Anything else is left out, because it must not hide the organization. */
const shown = (maxLength: number) =>
  z
    .string()
    .transform((text) => withVisibleText(text).replace(/ +/g, ' ').trim().slice(0, maxLength) || undefined)
    .nullish()
    .catch(undefined);

/** A limit that is missing or cannot be read counts as 0: every order then needs an approval. */
const approval = z.object({ is_enabled: z.boolean().nullish(), limit: wholeNumber.min(0).nullish().catch(0) });
type ApprovalSetting = z.output<typeof approval> | null | undefined;
const approvalLimitOf = (setting: ApprovalSetting) =>
  setting?.is_enabled === true ? BigInt(setting.limit ?? 0) : undefined;

const organization = z
  .object({
    id: z.string().min(1),
    name: z.string().transform(withVisibleText),
    billing_version: z.string(),
    components: z.array(z.string()).nullish(),
    settings: z.object({
      bifrost_new_topup: z.boolean().nullish(),
      mcc: z.object({ is_enabled: z.boolean().nullish(), minimum_value: wholeNumber.nullish() }).nullish(),
      topup_approval: approval.nullish(),
    }),
    contract: z.object({ end_date: z.string().refine(isCalendarDate).nullish().catch(undefined) }).nullish(),
    billing_contacts: z.array(z.unknown()).nullish(),
    excess: z.array(z.unknown()).nullish(),
    locale: shown(35),
    tax_number: shown(64),
    npwp: shown(64),
    address: shown(500),
  })
  .transform(
    (row): Omit<OrganizationSnapshot, 'asOf'> => ({
      id: row.id,
      name: row.name,
      billingVersion: row.billing_version.toLowerCase(),
      components: row.components ?? undefined,
      enrolled: row.settings.bifrost_new_topup === true,
      mcc: { enabled: row.settings.mcc?.is_enabled === true, minimum: BigInt(row.settings.mcc?.minimum_value ?? 0) },
      approvalLimit: approvalLimitOf(row.settings.topup_approval),
      contractEnd: row.contract?.end_date ?? undefined,
      ...readBilling(row),
      ...readExcess(row.excess ?? []),
    }),
  );

interface BillingRow {
  billing_contacts?: unknown[] | null | undefined;
  locale?: string | null | undefined;
  tax_number?: string | null | undefined;
  npwp?: string | null | undefined;
  address?: string | null | undefined;
}

function readBilling(row: BillingRow): Pick<OrganizationSnapshot, 'billing' | 'details'> {
  const billing = readBillingContacts(row.billing_contacts ?? []);
  const details = {
    locale: row.locale ?? billing.contacts[0]?.locale ?? null,
    taxNumber: row.tax_number ?? row.npwp ?? null,
    address: row.address ?? null,
  };
  return { billing, details };
}

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
