import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const PACKAGE = '@expo-google-fonts/ibm-plex-sans';
const FILES = { regular: '400Regular/IBMPlexSans_400Regular.ttf', bold: '600SemiBold/IBMPlexSans_600SemiBold.ttf' };

export type Fonts = Readonly<Record<keyof typeof FILES, Buffer>>;

let fonts: Promise<Fonts> | undefined;

/** Reads the fonts once per process, from their package: a bundle does not contain them. */
export function loadFonts(): Promise<Fonts> {
  fonts ??= read();
  return fonts;
}

async function read(): Promise<Fonts> {
  const { resolve } = createRequire(import.meta.url);
  const [regular, bold] = await Promise.all(
    [FILES.regular, FILES.bold].map((file) => readFile(resolve(`${PACKAGE}/${file}`))),
  );
  return { regular, bold } as Fonts;
}
