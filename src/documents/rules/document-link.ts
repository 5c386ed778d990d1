import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { DOCUMENT_KINDS, type DocumentId, type DocumentKind } from './document-kind.ts';

export const LINK_SECONDS = 600;

/** A document of an organization's order, and the end of the link's life. */
export interface DocumentLink extends DocumentId {
  organizationId: string;
  expiresAt: Date;
}

/** The keys of links: the first one signs, and all are accepted. */
export type LinkKeys = readonly [Buffer, ...Buffer[]];

/** Separates these keys from every other use of the same secret. */
const PURPOSE = 'self-topup document links';
const KEY_BYTES = 32;

const toKey = (secret: string): Buffer => Buffer.from(hkdfSync('sha256', secret, '', PURPOSE, KEY_BYTES));

/** Makes the keys from secrets of their own, or without any from the secret by which we sign calls. */
export function linkKeys(own: readonly string[] | undefined, callSecret: string): LinkKeys {
  const [first = callSecret, ...others] = own ?? [];
  return [toKey(first), ...others.map(toKey)];
}

const sign = (key: Buffer, content: string): Buffer => createHmac('sha256', key).update(content).digest();

/** Writes the token of a link. Its signature covers organization, document and expiry, so that it is its own credential. */
export function writeToken([key]: LinkKeys, { organizationId, orderId, kind, quote, expiresAt }: DocumentLink): string {
  const facts = [organizationId, orderId, kind, quote, Math.floor(expiresAt.getTime() / 1000)];
  const content = Buffer.from(JSON.stringify(facts)).toString('base64url');
  return `${content}.${sign(key, content).toString('base64url')}`;
}

/**
 * Reads a token. Returns "expired" for one of ours whose time is over, and undefined for any that we did not write. The signature is
 * checked first, and in constant time.
 */
export function readToken(keys: LinkKeys, token: string, now: Date): DocumentLink | 'expired' | undefined {
  const [content = '', signature = '', ...rest] = token.split('.');
  const given = Buffer.from(signature, 'base64url');
  const isOurs = keys.map((key) => isEqual(sign(key, content), given)).includes(true);
  // Base64 has several spellings of the same bytes; a token has one.
  if (!isOurs || rest.length > 0 || given.toString('base64url') !== signature) return undefined;
  const [organizationId, orderId, kind, quote, expires] = JSON.parse(Buffer.from(content, 'base64url').toString()) as [
    string,
    string,
    DocumentKind,
    number,
    number,
  ];
  // A later version may have kinds that this one does not know.
  if (!DOCUMENT_KINDS.includes(kind)) return undefined;
  const expiresAt = new Date(expires * 1000);
  return expiresAt <= now ? 'expired' : { organizationId, orderId, kind, quote, expiresAt };
}

const isEqual = (one: Buffer, other: Buffer): boolean => one.length === other.length && timingSafeEqual(one, other);
