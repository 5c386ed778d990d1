import { z } from 'zod';
import { ok, type Result, refused } from '../../kernel/result.ts';

/** The buyer's choice of a quantity (domain.md 4), parsed from a catalogue row's `option_value`. Quantities are units. */
export interface QuantityRule {
  input: 'AMOUNT' | 'CHOICE' | 'QUANTITY';
  minimum: bigint;
  maximum: bigint | undefined;
  /** Every quantity is a multiple of this. */
  step: bigint;
  /** Units credited per unit bought, e.g. 1,000 dialogs per pack. */
  multiplier: bigint;
  /** Ascending; empty unless `input` is CHOICE. */
  choices: readonly bigint[];
}

const MAX_MULTIPLIER = 2_147_483_647;

/** A page shows every choice with its price, and a buyer reads them all. Each further one makes every page larger. */
const MAX_CHOICES = 100;

const positive = z
  .number()
  .refine((value) => Number.isSafeInteger(value) && value > 0, { error: 'is not a whole number from 1' });
const multiplier = positive.max(MAX_MULTIPLIER).default(1).transform(BigInt);
const units = positive.transform(BigInt);

const range = z
  .strictObject({
    input: z.enum(['AMOUNT', 'QUANTITY']),
    minimum: units,
    maximum: units.nullish(),
    step: units.default(1n),
    multiplier,
  })
  .transform((value): QuantityRule => ({ ...value, maximum: value.maximum ?? undefined, choices: [] }));

const choice = z
  .strictObject({
    input: z.literal('CHOICE'),
    choices: z
      .array(units)
      .min(1)
      .max(MAX_CHOICES, { error: `holds more than ${MAX_CHOICES} choices`, abort: true }),
    minimum: units.optional(),
    maximum: units.nullish(),
    step: units.default(1n),
    multiplier,
  })
  .transform((value, context): QuantityRule => {
    const offered = [...new Set(value.choices)]
      .filter((units) => units >= (value.minimum ?? units) && units <= (value.maximum ?? units))
      .sort((a, b) => (a < b ? -1 : 1));
    const [smallest] = offered;
    const largest = offered.at(-1);
    if (smallest === undefined || largest === undefined) {
      context.addIssue({ code: 'custom', path: ['choices'], message: 'none lies between minimum and maximum' });
      return z.NEVER;
    }
    return { ...value, minimum: smallest, maximum: largest, choices: offered };
  });

const optionValue = z
  .discriminatedUnion('input', [range, choice])
  .refine(
    (rule) => rule.choices.length > 0 || leastOf(rule.minimum, rule.step) <= (rule.maximum ?? rule.minimum + rule.step),
    { path: ['maximum'], error: 'leaves no quantity: it lies below the least that minimum and step allow' },
  );

const leastOf = (minimum: bigint, step: bigint) => ((minimum + step - 1n) / step) * step;

/** The error names the wrong member. A row with an error is never shown. */
export function parseOptionValue(value: unknown): Result<QuantityRule, string> {
  const parsed = optionValue.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  const [issue] = parsed.error.issues;
  return refused(`option_value${issue?.path.map((part) => `.${String(part)}`).join('')}: ${issue?.message}`);
}
