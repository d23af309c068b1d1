// The columns of the session list, in their order; each can be hidden.
import { Timer } from 'lucide-react';
import type { ReactNode } from 'react';
import type { CloseReason } from '../../../core/contract/event.ts';
import { isSimulated, type SessionRow } from '../../../core/contract/summary.ts';
import { OutcomeChip } from '../../ui/Chip.tsx';
import { clock, count, counted, duration, size, virtualClock } from '../../ui/figures.ts';

export interface SessionColumn {
  readonly id: string;
  readonly title: string;
  /** A track of the grid. */
  readonly width: string;
  readonly isNumber?: boolean;
  readonly isHiddenAtFirst?: boolean;
  readonly cell: (row: SessionRow) => ReactNode;
}

/** When a session began; the virtual time of a simulated one is marked, so that nobody takes it for real. */
export function StartTime({ row }: { readonly row: SessionRow }) {
  if (!isSimulated(row)) return <span className="mono">{clock(row.started)}</span>;
  return (
    <span className="mono virtual-time" title={`Simulated: virtual time since the beginning of its run`}>
      <Timer aria-hidden />
      <span className="unseen">simulated, </span>
      {virtualClock(row.started)}
    </span>
  );
}

export const sessionColumns: readonly SessionColumn[] = [
  { id: 'time', title: 'Time', width: '92px', cell: (row) => <StartTime row={row} /> },
  { id: 'peer', title: 'Peer', width: 'minmax(104px, 0.5fr)', cell: (row) => <span className="mono">{row.peer}</span> },
  { id: 'talk', title: 'Who to whom', width: 'minmax(140px, 1.3fr)', cell: talk },
  { id: 'outcome', title: 'Outcome', width: '102px', cell: (row) => <OutcomeChip row={row} /> },
  { id: 'stage', title: 'Stage', width: '66px', cell: (row) => row.stage ?? '' },
  { id: 'reason', title: 'Reason', width: 'minmax(100px, 0.9fr)', cell: (row) => row.reason ?? '' },
  { id: 'code', title: 'Code', width: '44px', cell: (row) => <span className="mono">{row.code ?? ''}</span> },
  { id: 'listener', title: 'Listener', width: '88px', cell: (row) => row.listener },
  { id: 'user', title: 'User', width: '80px', cell: (row) => row.user ?? '' },
  { id: 'commands', title: 'Cmds', width: '50px', isNumber: true, cell: (row) => count(row.commands) },
  { id: 'size', title: 'Size', width: '66px', isNumber: true, cell: (row) => size(row.bytes) },
  {
    id: 'duration',
    title: 'Took',
    width: '74px',
    isNumber: true,
    cell: (row) => (row.duration === undefined ? '' : duration(row.duration)),
  },
];

/** Who spoke to whom, in the few words there is room for. */
export function talk(row: SessionRow): string {
  const [first] = row.recipients;
  const to =
    first === undefined ? undefined : row.recipients.length > 1 ? `${first} +${row.recipients.length - 1}` : first;
  const from = row.sender === undefined ? row.helo : row.sender === '' ? '<>' : row.sender;
  if (from === undefined) return to ?? (row.outcome === 'open' ? '…' : '(no EHLO)');
  return to === undefined ? from : `${from} → ${to}`;
}

/** What decided the session, in one line. */
export function decided(row: SessionRow): string {
  const parts: (string | undefined)[] = [];
  const fate = (row.discarded ?? 0) > 0 || (row.quarantined ?? 0) > 0;
  if (row.outcome === 'accepted' && fate) parts.push(row.stage, row.because ?? row.reason);
  else if (row.outcome === 'accepted')
    parts.push(size(row.bytes), row.user && `user ${row.user}`, row.tls ? 'TLS' : undefined);
  else if (row.outcome === 'open') parts.push(counted(row.commands, 'command'), row.tls ? 'TLS' : undefined);
  else if (row.outcome === 'closed') parts.push(row.closed === undefined ? undefined : closedWords[row.closed]);
  else parts.push(row.stage, row.because ?? row.reason);
  return parts.filter((part) => part !== undefined && part !== '').join(' · ');
}

const closedWords: Readonly<Record<CloseReason, string>> = {
  quit: 'QUIT without a message',
  'peer-fin': 'the client hung up',
  'peer-rst': 'the client reset the connection',
  policy: 'closed by a rule',
  'server-fault': 'closed by a fault for testing',
  limit: 'closed at a limit',
  idle: 'silent for too long',
  'handshake-timeout': 'the TLS handshake took too long',
  'command-deadline': 'a command line took too long',
  'data-deadline': 'the message took too long',
  'data-rate': 'the message came too slowly',
  'session-deadline': 'the session took too long',
  'slow-reader': 'the client did not read its replies',
  'lookup-deadline': 'a lookup was never answered',
  'message-limit': 'too many messages',
  'command-limit': 'too many commands',
  'junk-limit': 'too many junk commands',
  'proxy-error': 'the PROXY header was missing or wrong',
  'tls-error': 'the TLS handshake failed',
  shutdown: 'the receiver stopped',
  drop: 'dropped without a word',
  fault: 'a bug in the receiver',
};
