// Why something in a list of mechanisms is not offered: the draft says so, or this machine has no Kerberos.
import { useMemo } from 'react';
import { type Unavailable, unavailableMechanisms } from '../../../core/contract/availability.ts';
import type { Settings } from '../../../core/contract/settings/settings.ts';
import { useWorkbench } from '../../state/workbench.ts';
import { useDraft } from './draft.ts';
import { isMapping, valueAt } from './tree.ts';

/** Of the draft; Kerberos as the receiver found it last. */
export function useUnavailable(): readonly Unavailable[] {
  const authentication = useDraft((draft) => valueAt(draft.settings, 'authentication'));
  const kerberos = useWorkbench(
    ({ receiver }) => receiver?.unavailable?.find(({ mechanism }) => mechanism === 'GSSAPI')?.why,
  );
  return useMemo(
    () => (isReadable(authentication) ? unavailableMechanisms(authentication, kerberos) : []),
    [authentication, kerberos],
  );
}

type Authentication = Settings['authentication'];

/** A draft may hold whatever was typed. */
function isReadable(value: unknown): value is Authentication {
  if (!isMapping(value) || !isMapping(value['source']) || !isMapping(value['oauth'])) return false;
  return typeof value['oauth']['keySet'] === 'string';
}

/** Why a whole list of mechanisms does nothing. */
export function useUnused(path: string): string | undefined {
  const requireTls = useDraft((draft) => valueAt(draft.settings, 'authentication.requireTls') === true);
  const own = /^(listeners\.\d+\.authentication)\./.exec(path)?.[1];
  const isOwn = useDraft((draft) => own === undefined || valueAt(draft.settings, `${own}.own`) === true);
  if (!isOwn) return 'This listener offers what the service offers, as long as “Its own mechanisms” is off.';
  if (requireTls && /(^|\.)authentication\.clear$/.test(path))
    return 'Nothing of this list is offered: “TLS before AUTH” is on.';
  return undefined;
}
