// The middle pane: one group of settings, with what is wrong with it and the way back to its defaults.
import { RotateCcw } from 'lucide-react';
import type { Group } from '../../../core/contract/settings/settings.ts';
import { Button, Jump } from '../../ui/Button.tsx';
import { Say } from '../../ui/Field.tsx';
import { PaneHead } from '../../ui/Pane.tsx';
import { Authority } from './Authority.tsx';
import { isTextBroken, setValue, useDraft } from './draft.ts';
import { FaultSets } from './FaultSets.tsx';
import { LoginTools } from './trial/LoginTools.tsx';
import { Members, Part } from './Form.tsx';
import { useDifferencesInside } from './inside.tsx';
import { Help, useProblem } from './SettingRow.tsx';
import { showLine } from './side.ts';
import { groupNode } from './tree.ts';

export function GroupPage({ group }: { readonly group: Group }) {
  const node = groupNode(group);
  const own = useDifferencesInside(group, node);
  const isBroken = useDraft(isTextBroken);
  const firstLine = useDraft((draft) => draft.host[0]?.line);
  const problem = useProblem(group);
  const isList = node.item !== undefined;
  return (
    <>
      <PaneHead>
        <h2>{node.meta.title}</h2>
        <span className="grow" />
        {group === 'authentication' && <LoginTools />}
        {own > 0 && (
          <Button kind="ghost" icon={RotateCcw} disabled={isBroken} onClick={() => setValue(group, node.fallback)}>
            Reset group
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
      <div className="scroll settings-form" key={group} inert={isBroken} data-group={group}>
        <Help meta={node.meta} />
        {!isList && <Say tone="refuse" text={problem} />}
        {group === 'faults' && <FaultSets />}
        {isList ? <Part path={group} node={node} depth={0} /> : <Members path={group} node={node} depth={0} />}
        {group === 'listeners' && <Authority />}
      </div>
    </>
  );
}
