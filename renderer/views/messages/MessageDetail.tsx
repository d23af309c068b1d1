// One message: envelope, and behind tabs its source, its headers and its parts as text.
import { Download, ListTree, Mail } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { MessageRow, Output } from '../../../core/contract/calls.ts';
import { go } from '../../state/place.ts';
import { sayError, useWorkbench, workbench } from '../../state/workbench.ts';
import { Button } from '../../ui/Button.tsx';
import { Chip } from '../../ui/Chip.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { moment, size } from '../../ui/figures.ts';
import { Pane, PaneHead } from '../../ui/Pane.tsx';
import { Table } from '../../ui/Table.tsx';
import { Tabs } from '../../ui/Tabs.tsx';
import { TextView } from '../../ui/TextView.tsx';
import { type Checked, dkimOf, useChecked } from './checked.ts';
import { ChecksTab } from './ChecksTab.tsx';
import { decodeHeader } from './encodedWords.ts';
import { Quarantined } from './Quarantined.tsx';
import { saveMessage } from './saveMessage.ts';
import { SourceTab } from './SourceTab.tsx';

type Source = Output<'messages.source'>;
type Parts = Output<'messages.parts'>;
type Loaded<T> = { readonly value?: T; readonly error?: string };
type TabId = 'source' | 'headers' | 'parts' | 'checks';

let lastTab: TabId = 'source';

export function MessageDetail({ id, row }: { readonly id: string | undefined; readonly row: MessageRow | undefined }) {
  const isLoaded = useWorkbench((state) => state.messages.isLoaded);
  const isLinked = useWorkbench((state) => state.link.state === 'open');
  const [source, setSource] = useState<Loaded<Source>>({});
  const [parts, setParts] = useState<Loaded<Parts>>({});
  const [tab, setTab] = useState<TabId>(lastTab);
  const checked = useChecked(row?.session, id);
  useEffect(() => {
    if (id === undefined || !isLinked) return undefined;
    let isCurrent = true;
    const put =
      <T,>(set: (loaded: Loaded<T>) => void) =>
      (loaded: Loaded<T>) =>
        isCurrent && set(loaded);
    load(workbench.call('messages.source', { message: id }), put(setSource));
    load(workbench.call('messages.parts', { message: id }), put(setParts));
    return () => {
      isCurrent = false;
    };
  }, [id, isLinked]);

  if (id === undefined || (!row && isLoaded)) {
    return (
      <Pane label="Message">
        <EmptyState icon={Mail} title={id === undefined ? 'No message is open' : 'This message is gone'}>
          {id === undefined
            ? 'Choose one in the list to read its source, headers and parts.'
            : 'It was cleared, or newer ones took its place.'}
        </EmptyState>
      </Pane>
    );
  }
  const choose = (next: TabId) => {
    lastTab = next;
    setTab(next);
  };
  return (
    <Pane label="Message">
      <PaneHead>
        <h2 className="cut">{decodeHeader(row?.subject ?? '') || '(no subject)'}</h2>
        {row?.remote === true && (
          <Chip tone="defer" shape="▲">
            held, never sent
          </Chip>
        )}
        {row?.quarantine !== undefined && <Quarantined by={row.quarantine} />}
        <span className="grow" />
        {row && (
          <>
            <Button kind="ghost" icon={ListTree} onClick={() => go({ view: 'sessions', session: row.session })}>
              Session
            </Button>
            <Button icon={Download} command="messages.save" onClick={() => void saveMessage(row)}>
              Save as .eml
            </Button>
          </>
        )}
      </PaneHead>
      {row && <Envelope row={row} />}
      <Tabs
        label="Message"
        value={tab}
        onChange={choose}
        tabs={[
          { id: 'source', title: 'Source', content: () => <SourceOf source={source} checked={checked} /> },
          { id: 'headers', title: 'Headers', content: () => <HeadersTab parts={parts} /> },
          { id: 'parts', title: 'Parts', content: () => <PartsTab parts={parts} /> },
          { id: 'checks', title: 'Checks', content: () => <ChecksOf checked={checked} at={row?.at} /> },
        ]}
      />
    </Pane>
  );
}

function load<T>(promise: Promise<T>, put: (loaded: Loaded<T>) => void): void {
  promise.then(
    (value) => put({ value }),
    (error: unknown) => put({ error: sayError(error) }),
  );
}

function Envelope({ row }: { readonly row: MessageRow }) {
  return (
    <dl className="facts envelope">
      <dt>sender</dt>
      <dd className="mono">{row.sender === '' ? '<>' : row.sender}</dd>
      <dt>{row.recipients.length === 1 ? 'recipient' : 'recipients'}</dt>
      <dd className="mono">{row.recipients.join(', ')}</dd>
      <dt>accepted</dt>
      <dd>
        {moment(row.at)}, {size(row.size)}
        {row.user !== undefined && `, user ${row.user}`}
      </dd>
    </dl>
  );
}

function Failed({ error }: { readonly error: string }) {
  return (
    <div className="notice" data-tone="refuse" role="alert">
      This could not be read: {error}
    </div>
  );
}

function SourceOf({ source: { value, error }, checked }: SourceProps) {
  if (error !== undefined) return <Failed error={error} />;
  if (value === undefined) return <div className="scroll" />;
  return <SourceTab source={value} dkim={dkimOf(checked.findings ?? [])} />;
}

interface SourceProps {
  readonly source: Loaded<Source>;
  readonly checked: Checked;
}

function ChecksOf({
  checked: { findings, error },
  at,
}: {
  readonly checked: Checked;
  readonly at: number | undefined;
}) {
  if (error !== undefined) return <Failed error={error} />;
  return findings ? <ChecksTab findings={findings} at={at} /> : <div className="scroll" />;
}

function HeadersTab({ parts }: { readonly parts: Loaded<Parts> }) {
  const { value, error } = parts;
  if (error !== undefined) return <Failed error={error} />;
  if (!value) return <div className="scroll" />;
  if (value.headers.length === 0) return <EmptyState title="No header">The message begins with its body.</EmptyState>;
  return (
    <div className="scroll" tabIndex={0} role="group" aria-label="Headers" data-pane-focus="">
      <Table
        label="Header fields"
        columns={[
          { title: 'Field', cell: (header) => <span className="header-name">{header.name}</span> },
          { title: 'Value', cell: (header) => <HeaderValue value={header.value} /> },
        ]}
        rows={value.headers}
      />
    </div>
  );
}

/** A value as it came, and under it as it is meant where that differs. */
function HeaderValue({ value }: { readonly value: string }) {
  const meant = decodeHeader(value);
  return (
    <>
      <span className="mono header-value">{value}</span>
      {meant !== value && <div className="header-meant">{meant}</div>}
    </>
  );
}

function PartsTab({ parts }: { readonly parts: Loaded<Parts> }) {
  const { value, error } = parts;
  const [chosen, setChosen] = useState(0);
  if (error !== undefined) return <Failed error={error} />;
  if (!value) return <div className="scroll" />;
  const part = value.parts[chosen];
  return (
    <>
      {value.problems.map((problem) => (
        <div key={problem} className="notice" data-tone="defer">
          ▲ {problem}
        </div>
      ))}
      {value.parts.length === 0 && <EmptyState title="No parts">The message has no body.</EmptyState>}
      {value.parts.length > 0 && (
        <div className="part-list" role="group" aria-label="Parts of the message">
          {value.parts.map((one, index) => (
            <button
              key={index}
              type="button"
              className="btn"
              data-kind="ghost"
              aria-pressed={index === chosen}
              onClick={() => setChosen(index)}
            >
              <span className="mono">{one.type}</span> {one.name} <span className="muted">{size(one.size)}</span>
            </button>
          ))}
        </div>
      )}
      {part &&
        (part.text === undefined ? (
          <EmptyState title="Not text">
            This part is kept in the source; save the message to open it elsewhere.
          </EmptyState>
        ) : (
          <TextView label={`Part ${chosen + 1} as text`} text={part.text} />
        ))}
    </>
  );
}
