// The middle pane: one group of settings, with what is wrong with it and the way back to its defaults.
import { RotateCcw } from 'lucide-react';
import type { Group } from '../../../core/contract/settings/settings.ts';
import { Button, Jump } from '../../ui/Button.tsx';
import { Say } from '../../ui/Field.tsx';
import { PaneHead } from '../../ui/Pane.tsx';
import { go } from '../../state/place.ts';
import { Authority } from './Authority.tsx';
import { isTextBroken, setValue, useDraft } from './draft.ts';
import { FaultSets } from './FaultSets.tsx';
import { LoginTools } from './trial/LoginTools.tsx';
import { Members, Part } from './Form.tsx';
import { useDifferencesInside } from './inside.tsx';
import { DnsPage } from './dns/DnsPage.tsx';
import { WorkersPanel } from './WorkersPanel.tsx';
import type { SenderPart } from './sender/parts.ts';
import { SenderCheck, SenderOverview } from './sender/SenderPage.tsx';
import { Help, useProblem } from './SettingRow.tsx';
import { showLine } from './side.ts';
import { groupNode } from './tree.ts';

interface PageProps {
  readonly group: Group;
  /** The check that is open, on the Sender page. */
  readonly part?: SenderPart | undefined;
}

export function GroupPage({ group, part }: PageProps) {
  const node = part?.node ?? groupNode(group);
  const path = part?.path ?? group;
  const own = useDifferencesInside(path, node);
  const isBroken = useDraft(isTextBroken);
  const firstLine = useDraft((draft) => draft.host[0]?.line);
  const problem = useProblem(path);
  const isList = node.item !== undefined;
  return (
    <>
      <PaneHead>
        {part && (
          <>
            <Jump to={() => go({ view: 'receiver', setting: group }, true)}>{groupNode(group).meta.title}</Jump>
            <span className="muted" aria-hidden>
              ›
            </span>
          </>
        )}
        <h2>{node.meta.title}</h2>
        <span className="grow" />
        {group === 'authentication' && <LoginTools />}
        {own > 0 && (
          <Button kind="ghost" icon={RotateCcw} disabled={isBroken} onClick={() => setValue(path, node.fallback)}>
            Reset {part ? 'check' : 'group'}
          </Button>
        )}
      </PaneHead>
      {isBroken && (
        <div className="notice" data-tone="refuse" role="status">
          <span className="grow">
            The YAML cannot be read. The form shows what it said before, and can be edited again when the text is right.
          </span>
          {firstLine !== undefined && <Jump to={() => showLine(firstLine)}>Go to line {firstLine}</Jump>}
        </div>
      )}
      <div className="scroll settings-form" key={path} inert={isBroken} data-group={group}>
        <Help meta={node.meta} />
        {!isList && <Say tone="refuse" text={problem} />}
        {group === 'faults' && <FaultSets />}
        <Content group={group} part={part} isList={isList} />
        {group === 'listeners' && <Authority />}
      </div>
    </>
  );
}

function Content({ group, part, isList }: PageProps & { readonly isList: boolean }) {
  const node = groupNode(group);
  if (isList) return <Part path={group} node={node} depth={0} />;
  if (part) return <SenderCheck part={part} />;
  if (group === 'sender') return <SenderOverview />;
  if (group === 'dns') return <DnsPage />;
  if (group === 'workers')
    return (
      <>
        <WorkersPanel />
        <Members path={group} node={node} depth={0} />
      </>
    );
  return <Members path={group} node={node} depth={0} />;
}
