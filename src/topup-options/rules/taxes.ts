import { z } from 'zod';
import { isLabel } from '../../kernel/label.ts';
import { ok, type Result, refused } from '../../kernel/result.ts';

/** A tax of a catalogue row (domain.md 10a). */
export interface Tax {
  code: string;
  /** Decimal text above 0 and below 0.5 without needless zeros, e.g. "0.11". */
  rate: string;
  /** VAT (PPN) is paid to us; WITHHOLDING (PPh 23) is kept back by the buyer, who pays it to the state in our name. */
  kind: 'VAT' | 'WITHHOLDING';
  /** True if the price includes it. Only VAT can be included. */
  included: boolean;
}

const code = z.string().refine((text) => isLabel(text, 30), { error: 'is not a text of 1 to 30 visible characters' });
const rate = z
  .string({ error: 'is not a decimal text, such as "0.11" for 11 %' })
  .regex(/^0\.\d{1,6}$/, 'is not a decimal text below 1 with up to six places, such as "0.11" for 11 %')
  .refine((text) => Number(text) > 0 && Number(text) < 0.5, { error: 'is not above 0 and below 0.5' })
  .transform((text) => text.replace(/(?<!0)0+$/, ''));

/** A withholding may leave `included` out. It is stored with false, and `catalogue show` prints it so: `apply` must take that again. */
const notIncluded = z.literal(false, { error: 'is not false: a price includes VAT alone' });

const tax = z
  .discriminatedUnion('kind', [
    z.strictObject({ code, rate, kind: z.literal('VAT'), included: z.boolean().default(false) }),
    z.strictObject({ code, rate, kind: z.literal('WITHHOLDING'), included: notIncluded.optional() }),
  ])
  .transform(({ included = false, ...value }): Tax => ({ ...value, included }));

const taxes = z
  .array(tax)
  .nullish()
  .transform((value) => value ?? [])
  .superRefine((list, context) => {
    for (const kind of ['VAT', 'WITHHOLDING'] as const) {
      if (list.filter((entry) => entry.kind === kind).length < 2) continue;
      context.addIssue({
        code: 'custom',
        message: `holds two taxes of kind ${kind}: a row has at most one of each kind`,
      });
    }
  });

/** Parses the column `taxes`; a missing one is an empty list. The error names the wrong member, and the row is not shown. */
export function parseTaxes(value: unknown): Result<readonly Tax[], string> {
  const parsed = taxes.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  const [issue] = parsed.error.issues;
  return refused(`taxes${issue?.path.map((part) => `.${String(part)}`).join('')}: ${issue?.message}`);
}
