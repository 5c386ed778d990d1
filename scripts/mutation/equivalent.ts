/** Changes that keep the behaviour, by file and changed line, with the reason. */
export const EQUIVALENT: Record<string, Record<string, string>> = {
  'src/kernel/money.ts': {
    "const digits = ([-amount < 0n-]{+amount <= 0n+} ? -amount : amount).toString().replace(/\\B(?=(\\d{3})+(?!\\d))/g, '.');":
      'Zero is its own negative.',
  },
  'src/topup-options/rules/option-value.ts': {
    '.sort((a, b) => ([-a < b-]{+a <= b+} ? -1 : 1));': 'No two are equal, because they come from a set.',
    'if ([-smallest === undefined || largest === undefined-]{+smallest === undefined && largest === undefined+}) {':
      'A list has a first and a last, or neither.',
    'if ([-smallest === undefined-]{+false+} || largest === undefined) {': 'A list has a first and a last, or neither.',
    'if (smallest === undefined || [-largest === undefined-]{+false+}) {': 'A list has a first and a last, or neither.',
    "context.addIssue({ code: [-'custom'-]{+\"\"+}, path: ['choices'], message: 'none lies between minimum and maximum' });":
      'Only the path and the message of an issue are read.',
    "return refused(`option_value${[-issue?.path-]{+issue.path+}.map((part) => `.${String(part)}`).join('')}: ${issue?.message}`);":
      'A failed parse has an issue; the question mark is for the compiler.',
    "return refused(`option_value${issue?.path.map((part) => `.${String(part)}`).join('')}: ${[-issue?.message-]{+issue.message+}}`);":
      'A failed parse has an issue; the question mark is for the compiler.',
  },
  'src/topup-options/rules/quantity.ts': {
    'if ([-rule.maximum !== undefined-]{+true+} && quantity > rule.maximum) {': 'A comparison with undefined is false.',
    'const distance = (value: bigint) => ([-value > quantity-]{+value >= quantity+} ? value - quantity : quantity - value);':
      'The distance of equals is zero both ways.',
  },
  'src/orders/rules/quote.ts': {
    'return [-byAmount < byCredits-]{+byAmount <= byCredits+} ? byAmount : byCredits;':
      'Equal values are interchangeable.',
  },
  'src/payments/rules/decide-payment.ts': {
    'return [-received > payable-]{+received >= payable+} ? received - payable : 0n;': 'Equal sums leave nothing.',
    'const amount = ([-refunded > claimed-]{+refunded >= claimed+} ? refunded : claimed) - (refundReported ?? 0n);':
      'Equal sums are interchangeable.',
  },
  'src/payments/rules/provider-end.ts': {
    'if (given === undefined || [-ours === null-]{+false+} || addSeconds(given, 1) > ours) return undefined;':
      'Every deadline is later than null, which counts as 1970; the check is for the compiler.',
  },
  'src/clients/mekari-pay/webhook-body.ts': {
    "return { fault: `${place}${[-issue?.path-]{+issue.path+}.join('.')} ${issue?.message}` };":
      'A failed parse has an issue; the question mark is for the compiler.',
    'return { fault: `${place}${issue?.path.join([-\'.\'-]{+""+})} ${issue?.message}` };':
      'A path has one member at most.',
    "return { fault: `${place}${issue?.path.join('.')} ${[-issue?.message-]{+issue.message+}}` };":
      'A failed parse has an issue; the question mark is for the compiler.',
  },
  'src/kernel/json.ts': {
    '} catch [-{ return undefined; }-]{+{}+}': 'A function without a return statement returns undefined too.',
    'if ([-open.at(-1)?.has-]{+open.at(-1).has+}(name)) return false;':
      'A name outside of every object is not JSON, so the result is undefined either way.',
    '[-open.at(-1)?.add-]{+open.at(-1).add+}(name);':
      'A name outside of every object is not JSON, so the result is undefined either way.',
  },
  'src/platform/auth/token-claims.ts': {
    'if (!parsed.success) throw notRight(String([-parsed.error.issues[0]?.path-]{+parsed.error.issues[0].path+}[0]));':
      'A failed parse has an issue; the question mark is for the compiler.',
    "if ([-iat !== undefined-]{+true+} && iat > now + CLOCK_TOLERANCE_SECONDS) throw notRight('iat');":
      'A comparison with undefined is false.',
  },
  'src/platform/auth/verify-token.ts': {
    'if ([-keySetVersion !== undefined-]{+true+} && keySetVersion === keys.version()) {':
      'A verified token implies a set with a version; the check is for the compiler.',
  },
  'src/platform/auth/key-set.ts': {
    "if (!parsed.success) throw new UnusableKey(`its ${[-parsed.error.issues[0]?.path-]{+parsed.error.issues[0].path+}.join('.') || 'form'} is not right`);":
      'A failed parse has an issue; the question mark is for the compiler.',
    'if ([-!(error instanceof UnusableKey)-]{+false+}) throw error;': 'Only a fault of ours throws another error.',
  },
  'src/platform/graphql/access-directives.ts': {
    'const anyOf = scopes.map((scope) => `["${scope}"]`).join([-\', \'-]{+""+});':
      'GraphQL ignores commas and spaces in a list.',
    "const scopes = [-directives.find((directive) => directive.name.value === 'requiresScopes')?.arguments?.[0]-]{+directives.find(directive => directive.name.value === 'requiresScopes')?.arguments[0]+};":
      'A parsed SDL always has a list of arguments; the question mark is for the compiler.',
  },
  'src/platform/graphql/decorate-schema.ts': {
    "const entitiesField = [-schema.getQueryType()?.getFields-]{+schema.getQueryType().getFields+}()['_entities'];":
      'Every schema has a Query; the question mark is for the compiler.',
  },
  'src/platform/server/gateway-secret.ts': {
    "const hash = sha256(typeof header === 'string' ? header : [-''-]{+\"Stryker was here!\"+});":
      'Either text stands for a missing header, and neither is a secret.',
  },
};
