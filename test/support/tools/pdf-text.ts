import { extractText, getDocumentProxy } from 'unpdf';

/** The text of all pages, with single blanks. */
export async function textOf(pdf: Uint8Array): Promise<string> {
  // The library takes the bytes for itself.
  const { text } = await extractText(await getDocumentProxy(new Uint8Array(pdf)), { mergePages: true });
  return text.replace(/\s+/g, ' ');
}
