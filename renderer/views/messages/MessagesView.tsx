// The Messages view: accepted mail, its source, headers and parts.
import { useEffect, useMemo, useRef, useState } from 'react';
import './messages.css';
import type { MessageRow } from '../../../core/contract/calls.ts';
import { useCommand } from '../../state/commands.ts';
import { go, usePlace } from '../../state/place.ts';
import { useWorkbench } from '../../state/workbench.ts';
import { Pane, Split } from '../../ui/Pane.tsx';
import { clearMessages } from './clearMessages.ts';
import { decodeHeader } from './encodedWords.ts';
import { MessageDetail } from './MessageDetail.tsx';
import { MessageList } from './MessageList.tsx';
import { saveMessage } from './saveMessage.ts';

export function MessagesView() {
  const message = usePlace((place) => place.message);
  const all = useWorkbench((state) => state.messages.rows);
  const [filter, setFilter] = useState('');
  const detail = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => {
    const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
    return words.length === 0 ? all : all.filter((row) => words.every((word) => textOfRow(row).includes(word)));
  }, [all, filter]);
  const row = useWorkbench((state) => (message === undefined ? undefined : state.messages.byId.get(message)));

  // With none chosen, the newest is: the view opens on something to read.
  const first = rows[0]?.id;
  useEffect(() => {
    if (message === undefined && first !== undefined) go({ view: 'messages', message: first }, true);
  }, [message, first]);

  useCommand('messages.save', row ? () => void saveMessage(row) : undefined);
  useCommand('messages.session', row ? () => go({ view: 'sessions', session: row.session }) : undefined);
  useCommand('messages.clear', all.length > 0 ? () => void clearMessages() : undefined);
  return (
    <Split
      id="messages"
      parts={[
        {
          id: 'messages',
          size: 400,
          min: 260,
          isFixed: true,
          content: (
            <Pane label="Message list">
              <MessageList
                rows={rows}
                filter={filter}
                onFilter={setFilter}
                onEnter={() => detail.current?.querySelector<HTMLElement>('[data-pane-focus]')?.focus()}
              />
            </Pane>
          ),
        },
        {
          id: 'message',
          min: 320,
          content: (
            <div ref={detail} className="message-slot">
              <MessageDetail key={message} id={message} row={row} />
            </div>
          ),
        },
      ]}
    />
  );
}

function textOfRow(row: MessageRow): string {
  const kept = row.quarantine === undefined ? '' : `quarantine ${row.quarantine}`;
  return [decodeHeader(row.subject), row.sender, ...row.recipients, row.from, row.messageId, row.user ?? '', kept]
    .join('\n')
    .toLowerCase();
}
