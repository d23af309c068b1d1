// The one session whose transcript is open: its events, pulled as they come, and their fold.
import type { Event } from '../../core/contract/event.ts';
import type { Client } from '../../core/contract/rpc.ts';
import type { SessionRow } from '../../core/contract/summary.ts';
import { foldTranscript, type TranscriptItem } from '../../core/contract/transcript.ts';

export interface OpenSession {
  /** Empty while none is open. */
  readonly id: string;
  readonly events: readonly Event[];
  readonly items: readonly TranscriptItem[];
  /** False until the first pull came back. */
  readonly isLoaded: boolean;
  /** No event will follow. */
  readonly isDone: boolean;
  readonly error?: string;
}

export const noSession: OpenSession = { id: '', events: [], items: [], isLoaded: false, isDone: false };

interface Surroundings {
  readonly state: () => OpenSession;
  readonly row: (id: string) => SessionRow | undefined;
  readonly set: (open: OpenSession) => void;
  readonly client: () => Client | undefined;
}

/** Opens sessions and keeps the open one up to date. */
export function openSession({ state, row, set, client }: Surroundings) {
  let busy = '';

  async function pull(from: Client, id: string): Promise<void> {
    if (busy === id) return;
    busy = id;
    try {
      for (;;) {
        const now = state();
        if (now.id !== id) return;
        const after = now.events.at(-1)?.n ?? 0;
        const page = await from.call('sessions.events', { session: id, after });
        if (state().id !== id) return;
        const events = page.events.length > 0 ? [...now.events, ...page.events] : now.events;
        const items = page.events.length > 0 ? foldTranscript(events) : now.items;
        set({ id, events, items, isLoaded: true, isDone: page.done });
        if (page.done || page.events.length === 0) return;
      }
    } catch (error) {
      const now = state();
      if (now.id === id) set({ ...now, isLoaded: true, error: error instanceof Error ? error.message : String(error) });
    } finally {
      if (busy === id) busy = '';
    }
  }

  return {
    open: (id: string) => {
      if (state().id === id) return;
      set({ ...noSession, id });
      const from = client();
      if (id !== '' && from) void pull(from, id);
    },
    /** Called after the list has grown: pulls when the open session has events that are not here. */
    follow: (from: Client) => {
      const { id, events, isDone } = state();
      if (id === '' || isDone) return;
      const last = events.at(-1)?.n ?? 0;
      const known = row(id);
      if (known === undefined || known.events > last || known.closed !== undefined) void pull(from, id);
    },
    /** After a new connection: reads the open session from its first event. */
    reload: () => {
      const { id } = state();
      const from = client();
      if (id === '' || !from) return;
      busy = '';
      set({ ...noSession, id });
      void pull(from, id);
    },
  };
}
