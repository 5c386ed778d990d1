import type { Comment, SourceFile } from './sources.ts';
import { APART, FIRST_WORDS, PRIVATE_WORDS } from './voice-patterns.ts';

interface PlacedComment {
  at: string;
  text: string;
}

/** Returns a comment as one line, without the stars at its margin. */
const wordsOf = (comment: Comment) =>
  comment.text
    .replace(/^[ \t]*\*+/gm, ' ')
    .replace(/\s+/g, ' ')
    .trim();

/** Joins line comments in adjacent lines into one comment. */
function joined(file: SourceFile): Comment[] {
  const units: Comment[] = [];
  for (const comment of file.comments) {
    const last = units.at(-1);
    const between = last && file.text.slice(last.end, comment.start);
    if (last?.isLine && comment.isLine && between !== undefined && /^\n[ \t]*$/.test(between)) {
      units[units.length - 1] = { ...last, end: comment.end, text: `${last.text} ${comment.text}` };
    } else units.push(comment);
  }
  return units;
}

const commentsIn = (file: SourceFile): PlacedComment[] =>
  joined(file).map((comment) => ({ at: `${file.path}:${file.lineAt(comment.start)}`, text: wordsOf(comment) }));

const beginsWith = (word: string) => new RegExp(`^${word}\\b`);
const holds = (phrase: string) => new RegExp(`\\b${phrase}\\b`, 'i');

function counts(comments: readonly PlacedComment[], words: readonly string[], pattern: (word: string) => RegExp) {
  return words.map((word) => ({ word, count: comments.filter(({ text }) => pattern(word).test(text)).length }));
}

export function measureVoice(files: readonly SourceFile[]) {
  const comments = files.flatMap(commentsIn);
  const matching = (words: readonly string[], pattern: (word: string) => RegExp) =>
    comments.filter(({ text }) => words.some((word) => pattern(word).test(text)));
  const headless = matching(FIRST_WORDS, beginsWith);
  const idioms = matching(PRIVATE_WORDS, holds);
  return {
    comments: comments.length,
    headless: headless.length,
    privateWords: idioms.length,
    either: new Set([...headless, ...idioms]).size,
    where: matching(APART, beginsWith).length,
    byFirstWord: counts(comments, FIRST_WORDS, beginsWith),
    byPrivateWord: counts(comments, PRIVATE_WORDS, holds),
  };
}
