// The session list before the first session: where to point a client, and the buttons that make one come.
import { Radio } from 'lucide-react';
import type { Settings } from '../../../core/contract/settings/settings.ts';
import { runCommand, useDeeds } from '../../state/commands.ts';
import { useWorkbench } from '../../state/workbench.ts';
import { Button } from '../../ui/Button.tsx';
import { copyText } from '../../ui/copyText.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';

export function NoSessions() {
  const receiver = useWorkbench((state) => state.receiver);
  const settings = useWorkbench((state) => state.settings?.settings);
  const hasScenarios = useDeeds((deeds) => deeds['view.scenarios'] !== undefined);
  const listener = receiver?.listeners.find(({ state }) => state === 'listening');
  if (!listener) {
    return (
      <EmptyState
        icon={Radio}
        title="Nobody is listening"
        actions={
          <Button kind="primary" onClick={() => runCommand('receiver.start')}>
            Start listening
          </Button>
        }
      >
        Start the receiver, and every session with it appears here.
      </EmptyState>
    );
  }
  const [host = '', port = ''] = splitAddress(listener.bound);
  const command = `swaks --server ${host} --port ${port} --to ${firstRecipient(settings)}${listener.tls === 'implicit' ? ' --tls-on-connect' : ''}`;
  return (
    <EmptyState
      icon={Radio}
      title="No session yet"
      actions={
        <>
          <Button kind="primary" onClick={() => runCommand('sessions.test')}>
            Send a test message
          </Button>
          {hasScenarios && <Button onClick={() => runCommand('view.scenarios')}>Attack it</Button>}
          <Button onClick={() => void copyText(command)}>Copy the command</Button>
        </>
      }
    >
      Point a mail client at <span className="mono">{listener.bound}</span>, or type
      <br />
      <span className="mono">{command}</span>
    </EmptyState>
  );
}

/** `127.0.0.1:2525` and `[::1]:2525` in two parts. */
function splitAddress(bound: string): readonly string[] {
  const colon = bound.lastIndexOf(':');
  return [bound.slice(0, colon).replace(/^\[|\]$/g, ''), bound.slice(colon + 1)];
}

/** An address that the settings take mail for. */
export function firstRecipient(settings: Settings | undefined): string {
  const domain = settings?.domains.local[0];
  const local = domain?.accept === 'listed' ? (domain.recipients[0] ?? 'postmaster') : 'test';
  return `${local}@${domain?.name ?? 'gate.example'}`;
}
