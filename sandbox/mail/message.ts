import { type AddressObject, simpleParser } from 'mailparser';

/** One received mail. */
export interface Message {
  id: string;
  at: string;
  from: string;
  /** The addresses of To, then of Cc. */
  to: string[];
  subject: string;
  text: string;
  /** Empty if the mail has no HTML part. */
  html: string;
  messageId: string;
  /** Names are in lower case. A repeated header has its last value. */
  headers: Record<string, string>;
  attachments: { filename: string; contentType: string; size: number }[];
  /** The addresses of the SMTP dialogue, which decide about delivery. */
  envelope: { from: string; to: string[] };
}

function addressesOf(field: AddressObject | AddressObject[] | undefined): string[] {
  return [field ?? []].flat().flatMap(({ value }) => value.flatMap(({ address }) => address ?? []));
}

/** Returns the unfolded value of a header line. */
function headersOf(lines: readonly { key: string; line: string }[]): Record<string, string> {
  return Object.fromEntries(
    lines.map(({ key, line }) => [
      key,
      line
        .slice(line.indexOf(':') + 1)
        .replace(/\r?\n\s+/g, ' ')
        .trim(),
    ]),
  );
}

export async function parseMessage(raw: Buffer, arrival: Pick<Message, 'id' | 'at' | 'envelope'>): Promise<Message> {
  const mail = await simpleParser(raw);
  return {
    ...arrival,
    from: mail.from?.text ?? '',
    to: [...addressesOf(mail.to), ...addressesOf(mail.cc)],
    subject: mail.subject ?? '',
    text: mail.text ?? '',
    html: mail.html === false || mail.html === undefined ? '' : mail.html,
    messageId: mail.messageId ?? '',
    headers: headersOf(mail.headerLines),
    attachments: mail.attachments.map(({ filename, contentType, content }) => ({
      filename: filename ?? '',
      contentType,
      size: content.length,
    })),
  };
}
