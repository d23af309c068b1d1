// The sign of a message that is kept apart from other mail.
import { Chip } from '../../ui/Chip.tsx';
import { words } from '../sessions/explain.ts';

/** `by` is the check that said so. */
export function Quarantined({ by }: { readonly by: string }) {
  return (
    <Chip tone="drop" shape="◆" title={`Kept apart from other mail, as ${words(by)} says`}>
      quarantine
    </Chip>
  );
}
