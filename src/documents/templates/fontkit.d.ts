/** The part of fontkit that documents use; the library has no types of its own. */
declare module 'fontkit' {
  export interface Font {
    layout(text: string): unknown;
  }
  export function create(file: Uint8Array): Font;
}
