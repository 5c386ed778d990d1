import { domainToASCII } from 'node:url';
import addressparser from 'nodemailer/lib/addressparser';
import { z } from 'zod';

export interface BillingContact {
  name: string;
  /** One address, whose domain is ASCII: what SMTP takes. */
  email: string;
  locale: string;
}

export interface BillingContacts {
  /** Each address once. */
  contacts: readonly BillingContact[];
  /** The number of texts that hold no address. The texts themselves are personal: nobody logs them. */
  unreadable: number;
}

const email = z.email();
const row = z.object({ name: z.string().nullish(), email: z.string().max(1000), locale: z.string().nullish() });

/**
 * Reads contacts as people type them: with blanks, as "Siti <siti@example.test>", several in one field, with a domain in any
 * script. A contact that cannot be read does not hide the others.
 */
export function readBillingContacts(rows: readonly unknown[]): BillingContacts {
  const contacts = new Map<string, BillingContact>();
  let unreadable = 0;
  for (const typed of rows) {
    const parsed = row.safeParse(typed).data;
    const mailboxes = parsed === undefined ? [] : mailboxesIn(parsed.email);
    unreadable += mailboxes.filter(({ address }) => address === undefined).length || (mailboxes.length === 0 ? 1 : 0);
    for (const { name, address } of mailboxes) {
      if (address === undefined || contacts.has(address.toLowerCase())) continue;
      contacts.set(address.toLowerCase(), {
        name: parsed?.name || name,
        email: address,
        locale: parsed?.locale ?? 'id',
      });
    }
  }
  return { contacts: [...contacts.values()], unreadable };
}

interface Mailbox {
  name: string;
  /** undefined: it cannot be read. */
  address: string | undefined;
}

function mailboxesIn(field: string): Mailbox[] {
  return addressparser(field.replace(/[\r\n]+/g, ','), { flatten: true }).flatMap(({ name, address }) => {
    const own = { name, address: toAddress(address) };
    // If only a blank separates two addresses, the parser takes the second one for a name.
    const other = toAddress(name);
    return other === undefined
      ? [own]
      : [
          { ...own, name: '' },
          { name: '', address: other },
        ];
  });
}

function toAddress(text: string): string | undefined {
  const at = text.lastIndexOf('@');
  if (at < 1) return undefined;
  return email.safeParse(`${text.slice(0, at)}@${domainToASCII(text.slice(at + 1))}`).data;
}
