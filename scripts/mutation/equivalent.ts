/** Changes after which the code does the very same, by file and by the changed line: with the reason why. */
export const EQUIVALENT: Record<string, Record<string, string>> = {
  'src/kernel/money.ts': {
    "const digits = ([-amount < 0n-]{+amount <= 0n+} ? -amount : amount).toString().replace(/\\B(?=(\\d{3})+(?!\\d))/g, '.');":
      'Zero is its own negative.',
  },
  'src/topup-options/rules/option-value.ts': {
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
  'src/topup-options/rules/quantity.ts': {
    'if ([-rule.maximum !== undefined-]{+true+} && quantity > rule.maximum) {': 'Nothing is larger than undefined.',
    'const distance = (value: bigint) => ([-value > quantity-]{+value >= quantity+} ? value - quantity : quantity - value);':
      'The distance of equals is zero both ways.',
  },
  'src/orders/rules/quote.ts': {
    'return [-byAmount < byCredits-]{+byAmount <= byCredits+} ? byAmount : byCredits;':
      'Of equals either is the smaller.',
  },
  'src/payments/rules/decide-payment.ts': {
    'const second = (at: Date | null) => ([-at === null-]{+false+} ? null : Math.floor(at.getTime() / 1000));':
      'Times that are null are the same time before this is asked; the question is for the compiler.',
  },
  'src/payments/webhook-body.ts': {
    "context.addIssue({ code: [-'custom'-]{+\"\"+}, message: 'is not an instant' });":
      'Nobody reads the code of an issue: only its path and its message are told.',
    "return { fault: `${[-issue?.path-]{+issue.path+}.join('.')} ${issue?.message}` };":
      'What does not parse has an issue; the question mark is for the compiler.',
    "return { fault: `${issue?.path.join('.')} ${[-issue?.message-]{+issue.message+}}` };":
      'What does not parse has an issue; the question mark is for the compiler.',
  },
  'src/kernel/json.ts': {
    '} catch [-{ return undefined; }-]{+{}+}': 'A function that comes to its end answers undefined too.',
    'if ([-open.at(-1)?.has-]{+open.at(-1).has+}(name)) return false;':
      'A name outside of every object is no JSON: caught, or refused by the library, the answer is undefined.',
    '[-open.at(-1)?.add-]{+open.at(-1).add+}(name);':
      'A name outside of every object is no JSON: caught, or refused by the library, the answer is undefined.',
  },
  'src/platform/auth/token-claims.ts': {
    'if (!parsed.success) throw notRight(String([-parsed.error.issues[0]?.path-]{+parsed.error.issues[0].path+}[0]));':
      'What does not parse has an issue; the question mark is for the compiler.',
    "if ([-iat !== undefined-]{+true+} && iat > now + CLOCK_TOLERANCE_SECONDS) throw notRight('iat');":
      'Undefined is larger than nothing.',
  },
  'src/platform/auth/verify-token.ts': {
    'if ([-keySetVersion !== undefined-]{+true+} && keySetVersion === keys.version()) {':
      'A token is verified by a set, and a set has a version; the comparison is for the compiler.',
  },
  'src/platform/auth/key-set.ts': {
    "if (!parsed.success) throw new UnusableKey(`its ${[-parsed.error.issues[0]?.path-]{+parsed.error.issues[0].path+}.join('.') || 'form'} is not right`);":
      'What does not parse has an issue; the question mark is for the compiler.',
    'if ([-!(error instanceof UnusableKey)-]{+false+}) throw error;':
      'Nothing that can stand in a key makes anything else be thrown: a fault of ours would.',
  },
  'src/platform/graphql/access-directives.ts': {
    'const anyOf = scopes.map((scope) => `["${scope}"]`).join([-\', \'-]{+""+});':
      'In GraphQL a comma means as much as a space, and a list needs neither.',
    "const scopes = [-directives.find((directive) => directive.name.value === 'requiresScopes')?.arguments?.[0]-]{+directives.find(directive => directive.name.value === 'requiresScopes')?.arguments[0]+};":
      'What is read of an SDL has a list of arguments, though it be empty; the question mark is for the compiler.',
  },
  'src/platform/graphql/decorate-schema.ts': {
    "const entitiesField = [-schema.getQueryType()?.getFields-]{+schema.getQueryType().getFields+}()['_entities'];":
      'A schema that answers has a Query; the question mark is for the compiler.',
  },
  'src/platform/server/gateway-secret.ts': {
    "const hash = sha256(typeof given === 'string' ? given : [-''-]{+\"Stryker was here!\"+});":
      'Stands for no header; neither text is anybody’s secret.',
  },
};
