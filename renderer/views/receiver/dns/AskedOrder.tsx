// The order in which DNS is asked, drawn: the zone first, then real servers where they are switched on, then nobody.
import { ArrowRight } from 'lucide-react';
import { Switch } from '../../../ui/Choose.tsx';
import { Say } from '../../../ui/Field.tsx';
import { counted } from '../../../ui/figures.ts';
import { setValue, useDraft } from '../draft.ts';
import { warnings } from '../problems.ts';
import { useProblem } from '../SettingRow.tsx';
import { nodeAt, valueAt } from '../tree.ts';
import { useZone } from './DnsPage.tsx';
import { zoneCounts, zoneRows } from './zoneRows.ts';

const ENABLED = 'dns.servers.enabled';

export function AskedOrder() {
  const { records, faults } = zoneCounts(zoneRows(useZone()));
  const isOn = useDraft((draft) => valueAt(draft.settings, ENABLED) === true);
  const saved = useDraft((draft) => valueAt(draft.base?.settings, ENABLED) === true);
  const addresses = useDraft((draft) => valueAt(draft.settings, 'dns.servers.addresses'));
  const problem = useProblem(ENABLED, true);
  const meta = nodeAt(ENABLED)?.meta;
  const named = Array.isArray(addresses) && addresses.length > 0 ? addresses.join(', ') : 'those of this machine';
  return (
    <section aria-label="Who is asked">
      <ol className="asked-order">
        <li data-on="">
          <b>1. Zone</b>
          <span className="small muted">
            {counted(records, 'record')}
            {faults > 0 && `, ${counted(faults, 'fault')}`}
          </span>
          <span className="small">always first; names below an SOA are answered here alone</span>
        </li>
        <Then text="not in the zone" />
        <li
          data-on={isOn ? '' : undefined}
          data-setting={ENABLED}
          data-unsaved={isOn === saved ? undefined : ''}
          className="setting-box"
        >
          <span className="row">
            <b>2. Real servers</b>
            <span data-control="" className="row">
              <Switch
                label={meta?.title ?? 'Ask real servers'}
                isOn={isOn}
                onTurn={(next) => setValue(ENABLED, next)}
              />
              <span className="muted" aria-hidden>
                {isOn ? 'on' : 'off'}
              </span>
            </span>
          </span>
          <span className="small wrap">{isOn ? named : 'nobody outside is asked'}</span>
        </li>
        <Then text={isOn ? 'they do not know it' : 'switched off'} />
        <li>
          <b>3. Nobody</b>
          <span className="small muted">the name does not exist</span>
        </li>
      </ol>
      <Say tone="refuse" text={problem} />
      {meta && warnings(meta, isOn).map((text) => <Say key={text} tone="defer" text={text} />)}
    </section>
  );
}

function Then({ text }: { readonly text: string }) {
  return (
    <li className="asked-then small muted">
      <ArrowRight aria-hidden />
      {text}
    </li>
  );
}
