// What is listening, in plain words; loud when a listener failed or can be reached from outside this machine.
import { Popover } from '@base-ui/react/popover';
import type { ListenerState, ReceiverState } from '../../core/contract/calls.ts';
import { go } from '../state/place.ts';
import { useWorkbench } from '../state/workbench.ts';
import { Jump } from '../ui/Button.tsx';
import { Chip, type Tone } from '../ui/Chip.tsx';
import { counted } from '../ui/figures.ts';

const tlsWords = { clear: 'clear', starttls: 'STARTTLS', implicit: 'implicit TLS' } as const;

interface Summary {
  readonly tone: Tone;
  readonly shape: string;
  readonly word: string;
  readonly where: string;
  readonly more: string;
}

/** The receiver in one line. */
export function summarise(receiver: ReceiverState | undefined): Summary {
  if (!receiver) return { tone: 'quiet', shape: '○', word: 'Not connected', where: '', more: '' };
  const up = receiver.listeners.filter(({ state }) => state === 'listening');
  const failed = receiver.listeners.filter(({ state }) => state === 'failed');
  const open = up.filter(({ loopback }) => !loopback);
  const first = up[0];
  const where = first?.bound ?? '';
  const more = up.length > 1 ? `and ${up.length - 1} more` : first ? `${first.role}, ${tlsWords[first.tls]}` : '';
  if (failed.length > 0) {
    const word =
      up.length > 0
        ? `${counted(failed.length, 'listener')} failed; listening`
        : `${failed[0]?.name ?? ''} cannot listen on`;
    return { tone: 'refuse', shape: '■', word, where: up.length > 0 ? where : (failed[0]?.wanted ?? ''), more };
  }
  if (open.length > 0)
    return { tone: 'defer', shape: '▲', word: 'Open to the network', where: open[0]?.bound ?? '', more };
  if (!receiver.running) return { tone: 'quiet', shape: '○', word: 'Stopped', where: '', more: '' };
  if (up.length === 0) return { tone: 'quiet', shape: '○', word: 'No listener is enabled', where: '', more: '' };
  return { tone: 'ok', shape: '●', word: 'Listening', where, more };
}

export function ListeningPill() {
  const receiver = useWorkbench((state) => state.receiver);
  const { tone, shape, word, where, more } = summarise(receiver);
  return (
    <Popover.Root>
      <Popover.Trigger className="pill" data-tone={tone}>
        <span className="shape" aria-hidden>
          {shape}
        </span>
        <span aria-live="polite">{word}</span>
        {where !== '' && <span className="mono cut">{where}</span>}
        {more !== '' && <span className="muted wide-only cut">{more}</span>}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner className="positioner" sideOffset={6}>
          <Popover.Popup className="popup card">
            <Popover.Title render={<h2 />}>Listeners</Popover.Title>
            <ul className="listeners">
              {receiver?.listeners.map((listener, index) => (
                <Listener key={listener.name} listener={listener} index={index} />
              ))}
            </ul>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

const stateTones = { listening: 'ok', failed: 'refuse', disabled: 'quiet', stopped: 'quiet' } as const;
const stateShapes = { listening: '●', failed: '■', disabled: '–', stopped: '○' } as const;

function Listener({ listener, index }: { readonly listener: ListenerState; readonly index: number }) {
  const show = (setting: string) => go({ view: 'receiver', setting: `listeners.${index}${setting}` });
  return (
    <li>
      <div className="row">
        <b>{listener.name}</b>
        <Chip tone={stateTones[listener.state]} shape={stateShapes[listener.state]}>
          {listener.state}
        </Chip>
        <span className="grow" />
        <span className="muted small">{counted(listener.openSessions, 'open session')}</span>
      </div>
      <div>
        <span className="mono">{listener.bound || listener.wanted}</span>{' '}
        <span className="muted">
          {listener.role}, {tlsWords[listener.tls]}; {listener.production} in production
        </span>
      </div>
      {listener.state === 'listening' && !listener.loopback && (
        <p className="say" data-tone="defer">
          <i aria-hidden>▲</i>
          <span>Other machines can reach this listener.</span>
        </p>
      )}
      {listener.error !== undefined && (
        <p className="say" data-tone="refuse">
          <i aria-hidden>■</i>
          <span>
            {listener.error}
            {listener.offer !== undefined && `. ${listener.offer} is free.`}
          </span>
        </p>
      )}
      <Jump to={() => show(listener.state === 'failed' ? '.lab' : '')}>Change</Jump>
    </li>
  );
}
