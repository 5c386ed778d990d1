import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Remembered } from './graph.ts';
import { onStale } from './other-tabs.ts';
import type { Problem } from './problems.ts';
import { useSession } from './session.tsx';

export interface LiveAnswer<Data> {
  /** The newest answer, also while another one is read and after one that failed. */
  data: Data | undefined;
  /** The time of `data`, in milliseconds. */
  receivedAt: number | undefined;
  /** The failures of the last read. */
  problems: Problem[];
  isLoading: boolean;
  read(): Promise<void>;
  /** Shows what the graph remembers by now, instead of the answer of a read in flight. */
  show(): void;
}

interface State<Data> {
  shown: Partial<Remembered<Data>>;
  problems: Problem[];
  isLoading: boolean;
}

/**
 * Reads a query, and again when what is on the screen may be old. `pollMs` repeats it while the tab is visible; 0 does not. An answer that
 * failed leaves the one before on the screen.
 */
export function useAnswer<Data, V>(operation: TypedDocumentNode<Data, V>, variables: V, pollMs = 0): LiveAnswer<Data> {
  const { graph } = useSession();
  const key = JSON.stringify(variables);
  const [state, setState] = useState<State<Data>>(() => ({
    shown: graph.remembered(operation, variables) ?? {},
    problems: [],
    isLoading: true,
  }));
  const newest = useRef(0);
  const inFlight = useRef(false);

  const read = useCallback(async () => {
    const wanted = JSON.parse(key) as V;
    const turn = ++newest.current;
    inFlight.current = true;
    setState((before) => ({
      ...before,
      shown: keep(before.shown, graph.remembered(operation, wanted), undefined, []),
      isLoading: true,
    }));
    const { data, problems } = await graph.read(operation, wanted);
    // A later read has begun meanwhile, and its answer is newer.
    if (turn !== newest.current) return;
    inFlight.current = false;
    const partial = data === undefined ? undefined : { data, receivedAt: Date.now() };
    setState((before) => ({
      shown: keep(before.shown, graph.remembered(operation, wanted), partial, problems),
      problems,
      isLoading: false,
    }));
  }, [graph, operation, key]);

  const show = useCallback(() => {
    newest.current += 1;
    inFlight.current = false;
    const shown = graph.remembered(operation, JSON.parse(key) as V);
    setState((before) => ({ shown: keep(before.shown, shown, undefined, []), problems: [], isLoading: false }));
  }, [graph, operation, key]);

  useEffect(() => {
    void read();
    return onStale(() => void read());
  }, [read]);

  useEffect(() => {
    if (pollMs === 0) return;
    const timer = setInterval(() => {
      if (!document.hidden && !inFlight.current) void read();
    }, pollMs);
    return () => clearInterval(timer);
  }, [pollMs, read]);

  const { shown, problems, isLoading } = state;
  return { data: shown.data, receivedAt: shown.receivedAt, problems, isLoading, read, show };
}

/** A whole answer replaces what is shown. A part of one is better than nothing, but not than a whole one. */
function keep<Data>(
  before: Partial<Remembered<Data>>,
  whole: Remembered<Data> | undefined,
  partial: Remembered<Data> | undefined,
  problems: readonly Problem[],
): Partial<Remembered<Data>> {
  if (problems.length === 0) return whole ?? partial ?? before;
  return before.data === undefined ? (partial ?? before) : before;
}
