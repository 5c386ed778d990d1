import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Font } from 'fontkit';

const PACKAGE = '@expo-google-fonts/ibm-plex-sans';
const FILES = { regular: '400Regular/IBMPlexSans_400Regular.ttf', bold: '600SemiBold/IBMPlexSans_600SemiBold.ttf' };

export type Fonts = Readonly<Record<keyof typeof FILES, Font>>;

let fonts: Promise<Fonts> | undefined;

/**
 * Reads the fonts once per process, from their package: a bundle does not contain them. All documents share the parsed tables, which
 * would cost each more than its layout; the letters that it uses are its own.
 */
export function loadFonts(): Promise<Fonts> {
  fonts ??= read();
  return fonts;
}

async function read(): Promise<Fonts> {
  const regular = await parsed(FILES.regular);
  return { regular, bold: await parsed(FILES.bold) };
}

async function parsed(file: string): Promise<Font> {
  const [{ create }, bytes] = await Promise.all([
    import('fontkit'),
    readFile(createRequire(import.meta.url).resolve(`${PACKAGE}/${file}`)),
  ]);
  await nextTurn();
  const font = create(bytes);
  // The library parses most tables with the first text.
  font.layout('Rp1.000.000');
  await nextTurn();
  return font;
}
