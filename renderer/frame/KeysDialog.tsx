// The keyboard at a glance: all shortcuts of the one list, and the keys every list knows.
import { useState } from 'react';
import { type Command, commandIds, commands, useCommand } from '../state/commands.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { KeyHint } from '../ui/KeyHint.tsx';

const everywhere = [
  { keys: '↑ ↓', title: 'Walk through a list or a transcript' },
  { keys: 'Home End', title: 'First, last' },
  { keys: 'Enter', title: 'Open what is selected' },
  { keys: 'Esc', title: 'Back to the list; close' },
  { keys: '← →', title: 'Resize, when the bar between two panes has the focus' },
] as const;

export function KeysDialog() {
  const [isOpen, setOpen] = useState(false);
  useCommand('window.keys', () => setOpen(true));
  const rows = [
    ...everywhere,
    ...commandIds
      .map((id) => commands[id] as Command)
      .flatMap(({ keys, title }) => (keys === undefined ? [] : [{ keys, title }])),
  ];
  return (
    <Dialog title="Keyboard shortcuts" isOpen={isOpen} onClose={() => setOpen(false)} width={560}>
      <dl className="keys">
        {rows.map(({ keys, title }) => (
          <div key={keys + title}>
            <dt>{title}</dt>
            <dd>
              <KeyHint keys={keys} />
              <span className="unseen">{keys}</span>
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
