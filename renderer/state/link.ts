// The connection to the host: kept up, made again when it is lost, and never silent about how it stands.
import type { Port } from '../../core/contract/port.ts';
import { type Client, connect } from '../../core/contract/rpc.ts';

/** How the connection stands; shown in the window whenever it is not `open`. */
export type LinkState =
  | { readonly state: 'connecting' }
  | { readonly state: 'open' }
  /** Lost or never made; tried again at `retryAt` (ms since 1970). */
  | { readonly state: 'lost'; readonly error: string; readonly attempt: number; readonly retryAt: number };

export interface Link {
  /** The client while the link is open. */
  client(): Client | undefined;
  /** Tries again now rather than later. */
  retry(): void;
  stop(): void;
}

interface LinkEvents {
  readonly state: (state: LinkState) => void;
  readonly opened: (client: Client) => void;
}

/** Waits between attempts, ms; the last one repeats. */
const WAITS = [250, 500, 1000, 2000, 5000] as const;

/** Dials, and dials again whenever the connection ends. */
export function keepLink(dial: () => Promise<Port>, events: LinkEvents): Link {
  let client: Client | undefined;
  let attempt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;

  const lose = (error: string) => {
    client = undefined;
    if (isStopped) return;
    const wait = WAITS[Math.min(attempt, WAITS.length - 1)] ?? 5000;
    attempt += 1;
    events.state({ state: 'lost', error, attempt, retryAt: Date.now() + wait });
    timer = setTimeout(go, wait);
  };
  const go = () => {
    clearTimeout(timer);
    timer = undefined;
    if (attempt === 0) events.state({ state: 'connecting' });
    dial().then(
      (port) => {
        if (isStopped) {
          port.close();
          return;
        }
        const made = connect(port);
        client = made;
        attempt = 0;
        made.onClose(() => {
          if (client === made) lose('The workbench closed the connection.');
        });
        events.state({ state: 'open' });
        events.opened(made);
      },
      (error: unknown) => lose(error instanceof Error ? error.message : String(error)),
    );
  };
  go();
  return {
    client: () => client,
    retry: () => {
      if (timer !== undefined) go();
    },
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
      client?.close();
    },
  };
}
