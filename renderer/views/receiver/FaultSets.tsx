// Ready-made faults, laid into the draft by a button each.
import { faultSets } from '../../../core/contract/faultSets.ts';
import { Button } from '../../ui/Button.tsx';
import { setValue, useDraft } from './draft.ts';
import { equal, valueAt } from './tree.ts';

export function FaultSets() {
  const rules = useDraft((draft) => valueAt(draft.settings, 'faults.rules'));
  return (
    <div className="extra row" role="group" aria-label="Ready-made faults">
      {faultSets.map((set) => (
        <Button
          key={set.title}
          aria-pressed={equal(rules, set.rules)}
          title={set.about}
          onClick={() =>
            setValue(
              'faults.rules',
              set.rules.map((rule) => ({ ...rule })),
            )
          }
        >
          {set.title}
        </Button>
      ))}
      <span className="muted small">take the place of the faults below</span>
    </div>
  );
}
