// The DNS page: the order in which is asked, the zone as text or as a table, and the real servers behind it.
import { FileInput, FileOutput } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { Problem } from '../../../../core/contract/calls.ts';
import { sayError, workbench } from '../../../state/workbench.ts';
import { Button, Jump } from '../../../ui/Button.tsx';
import { Segments } from '../../../ui/Choose.tsx';
import { Say } from '../../../ui/Field.tsx';
import { count, counted } from '../../../ui/figures.ts';
import { toast } from '../../../ui/Toast.tsx';
import { useTextEditor } from '../../../ui/useTextEditor.ts';
import { setValue, useDraft } from '../draft.ts';
import { Part } from '../Form.tsx';
import { allProblems, lineNamed } from '../problems.ts';
import { saveFile } from '../save.ts';
import { Help, ResetPart } from '../SettingRow.tsx';
import { groupNode, nodeAt, valueAt } from '../tree.ts';
import { AskedOrder } from './AskedOrder.tsx';
import { chooseZoneFile, ZoneImport } from './ZoneImport.tsx';
import { exampleZone, zoneRows } from './zoneRows.ts';

const ZONE = 'dns.zone';

export function useZone(): string {
  return useDraft((draft) => {
    const zone = valueAt(draft.settings, ZONE);
    return typeof zone === 'string' ? zone : '';
  });
}

export function DnsPage() {
  const servers = nodeAt('dns.servers')?.members?.filter(([key]) => key !== 'enabled') ?? [];
  const others = groupNode('dns').members?.filter(([key]) => key !== 'zone' && key !== 'servers') ?? [];
  return (
    <>
      <AskedOrder />
      <Zone />
      <section className="part" aria-label="Real DNS" data-setting="dns.servers">
        <h3>Real servers</h3>
        {servers.map(([key, node]) => (
          <Part key={key} path={`dns.servers.${key}`} node={node} depth={0} />
        ))}
      </section>
      {others.map(([key, node]) => (
        <Part key={key} path={`dns.${key}`} node={node} depth={0} />
      ))}
      <ZoneImport />
    </>
  );
}

const load = () => import('./zoneEditor.ts').then(({ createZoneEditor }) => createZoneEditor);

function Zone() {
  const text = useZone();
  const own = useDraft((draft) => draft.own);
  const host = useDraft((draft) => draft.host);
  const problems = useMemo(
    () =>
      allProblems(own, host)
        .filter(({ path }) => path === ZONE)
        .map((problem) => ({ ...problem, path: '', line: lineNamed(problem.message) })),
    [own, host],
  );
  const [look, setLook] = useState<'text' | 'table'>('text');
  const [line, setLine] = useState<number>();
  const node = nodeAt(ZONE);
  if (!node) return null;
  const isText = look === 'text';
  return (
    <section className="part zone" data-setting={ZONE} aria-label="Zone">
      <div className="fold-head">
        <h3>Zone</h3>
        <Segments
          label="Look of the zone"
          value={look}
          options={[
            { value: 'text', title: 'Text' },
            { value: 'table', title: 'Table' },
          ]}
          onChoose={setLook}
        />
        <span className="grow" />
        <ResetPart path={ZONE} node={node} title="Zone" />
        <Button icon={FileInput} onClick={chooseZoneFile}>
          Import …
        </Button>
        <Button icon={FileOutput} disabled={text.trim() === ''} onClick={() => void exportZone(text)}>
          Export
        </Button>
      </div>
      {text.trim() === '' && (
        <div className="notice boxed zone-empty">
          <span className="grow">
            Nothing is in the zone yet, so no name exists for the receiver. Write records, import a BIND zone file, or
            begin with an example.
          </span>
          <Button onClick={() => setValue(ZONE, exampleZone)}>Insert an example</Button>
        </div>
      )}
      {isText ? (
        <ZoneText text={text} problems={problems} line={line} />
      ) : (
        <ZoneTable
          text={text}
          onLine={(next) => {
            setLine(next);
            setLook('text');
          }}
        />
      )}
      <ul className="zone-problems" aria-label="Problems of the zone">
        {problems.map(({ message, line: at }, index) => (
          <li key={index}>
            <Say tone="refuse" text={message} />
            {at !== undefined && (
              <Jump
                to={() => {
                  setLook('text');
                  // The same line again is another wish.
                  setLine(undefined);
                  requestAnimationFrame(() => setLine(at));
                }}
              >
                Go to line {at}
              </Jump>
            )}
          </li>
        ))}
      </ul>
      <Help meta={node.meta} />
    </section>
  );
}

interface TextProps {
  readonly text: string;
  readonly problems: readonly Problem[];
  /** To be gone to once. */
  readonly line: number | undefined;
}

function ZoneText({ text, problems, line }: TextProps) {
  const onType = (next: string) => setValue(ZONE, next);
  const { place, isReady, failure, goTo } = useTextEditor({ load, label: 'Zone', text, problems, onType });
  const [gone, setGone] = useState<number>();
  if (isReady && line !== gone) {
    setGone(line);
    if (line !== undefined) requestAnimationFrame(() => goTo(line));
  }
  return (
    <>
      <Say tone="refuse" text={failure === undefined ? undefined : `The editor could not be loaded: ${failure}`} />
      <div className="zone-editor" ref={place} aria-busy={!isReady} data-control="" />
    </>
  );
}

/** Rows shown; a zone of thousands is text. */
const SHOWN = 500;

function ZoneTable({ text, onLine }: { readonly text: string; readonly onLine: (line: number) => void }) {
  const rows = useMemo(() => zoneRows(text), [text]);
  if (rows.length === 0) return <p className="muted none">No records.</p>;
  return (
    <div className="zone-table scroll" tabIndex={0} role="region" aria-label="Records of the zone">
      <table className="table" aria-label="Records and faults">
        <thead>
          <tr>
            <th scope="col" className="number">
              Line
            </th>
            <th scope="col">Name</th>
            <th scope="col">Type</th>
            <th scope="col">Data</th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, SHOWN).map(({ line, name, type, data, isFault }) => (
            <tr key={line} data-fault={isFault || undefined}>
              <td className="number">
                <Jump to={() => onLine(line)} aria-label={`Edit line ${line}`}>
                  {line}
                </Jump>
              </td>
              <td className="mono wrap">{name}</td>
              <td className="mono">{type}</td>
              <td className="mono wrap">{isFault ? <span className="dns-fault">{data}</span> : data}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > SHOWN && <p className="small muted">{counted(rows.length - SHOWN, 'more line')} in the text.</p>}
    </div>
  );
}

async function exportZone(zone: string): Promise<void> {
  try {
    const { text, problems } = await workbench.call('dns.export', { zone });
    saveFile('zone.db', text);
    const first = problems[0];
    if (first)
      toast(
        `Saved without ${count(problems.length)} of its lines`,
        `Line ${first.line}: ${first.message}${problems.length > 1 ? ' …' : ''}`,
        'defer',
      );
    else toast('The zone is saved as zone.db');
  } catch (error) {
    toast('The zone was not saved', sayError(error), 'refuse');
  }
}
