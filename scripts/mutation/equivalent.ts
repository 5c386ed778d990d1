/** Changes after which the code does the very same, by file and by the changed line: with the reason why. */
export const EQUIVALENT: Record<string, Record<string, string>> = {
  'src/kernel/money.ts': {
    "const digits = ([-amount < 0n-]{+amount <= 0n+} ? -amount : amount).toString().replace(/\\B(?=(\\d{3})+(?!\\d))/g, '.');":
      'Zero is its own negative.',
  },
  'src/topup-options/option-value.ts': {
    '.sort((a, b) => ([-a < b-]{+a <= b+} ? -1 : 1));': 'No two are equal: they come out of a set.',
    'if ([-smallest === undefined || largest === undefined-]{+smallest === undefined && largest === undefined+}) {':
      'A list has a first and a last, or neither.',
    'if ([-smallest === undefined-]{+false+} || largest === undefined) {': 'A list has a first and a last, or neither.',
    'if (smallest === undefined || [-largest === undefined-]{+false+}) {': 'A list has a first and a last, or neither.',
    "context.addIssue({ code: [-'custom'-]{+\"\"+}, path: ['choices'], message: 'none lies between minimum and maximum' });":
      'Nobody reads the code of an issue: only its path and its message are told.',
    "return refused(`option_value${[-issue?.path-]{+issue.path+}.map((part) => `.${String(part)}`).join('')}: ${issue?.message}`);":
      'What does not parse has an issue; the question mark is for the compiler.',
    "return refused(`option_value${issue?.path.map((part) => `.${String(part)}`).join('')}: ${[-issue?.message-]{+issue.message+}}`);":
      'What does not parse has an issue; the question mark is for the compiler.',
  },
  'src/topup-options/quantity.ts': {
    'if ([-rule.maximum !== undefined-]{+true+} && quantity > rule.maximum) {': 'Nothing is larger than undefined.',
    'const distance = (value: bigint) => ([-value > quantity-]{+value >= quantity+} ? value - quantity : quantity - value);':
      'The distance of equals is zero both ways.',
  },
  'src/orders/quote.ts': {
    'return [-byAmount < byCredits-]{+byAmount <= byCredits+} ? byAmount : byCredits;':
      'Of equals either is the smaller.',
  },
  'src/payments/decide-payment.ts': {
    'const second = (at: Date | null) => ([-at === null-]{+false+} ? null : Math.floor(at.getTime() / 1000));':
      'Times that are null are the same time before this is asked; the question is for the compiler.',
  },
};
