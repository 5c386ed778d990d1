/** Texts that PostgreSQL, a URL, a header or a log may choke on; in place of a name each is an unknown one. */
export const ODD_TEXTS: [kind: string, text: string][] = [
  ['a NUL', '1001\u0000'],
  ['a NUL alone', '\u0000'],
  ['half a character', '1001\ud800'],
  ['the other half', '\udfff1001'],
  ['a control character', '1001\u001b[31m'],
  ['line breaks', '1001\r\nx-header: 1'],
  ['a character of another plane', '1001😀'],
  ['a percent sign', '1001%00%'],
  ['quotes', `1001'"\\`],
  ['braces', '{1001,NULL}'],
  ['a path', '../../1001?x=1#y'],
  ['1,900 letters', '1'.repeat(1_900)],
  ['nothing', ''],
  ['a space', ' '],
];
