// Which dialog about users is open; at most one.
import { create } from 'zustand';
import { go, usePlace } from '../../../state/place.ts';
import { confirm } from '../../../ui/Dialog.tsx';
import { toast } from '../../../ui/Toast.tsx';
import { removeUser, revokeToken, useUsers } from './store.ts';

export type Asked =
  | { readonly kind: 'add' }
  | { readonly kind: 'edit'; readonly name: string }
  | { readonly kind: 'token'; readonly name: string }
  | { readonly kind: 'import' };

export const useAsked = create<{ readonly asked?: Asked | undefined }>(() => ({}));

export const ask = (asked: Asked) => useAsked.setState({ asked });
export const unask = () => useAsked.setState({ asked: undefined });

const HERE = 'users';

/** Name of the chosen user; it may be gone. */
export function useChosen(): string | undefined {
  return usePlace(({ setting }) =>
    setting?.startsWith(`${HERE}.`) === true ? setting.slice(HERE.length + 1) : undefined,
  );
}

export function chooseUser(name: string | undefined): void {
  go({ view: 'receiver', setting: name === undefined ? HERE : `${HERE}.${name}` }, true);
}

export async function askRemove(name: string): Promise<void> {
  const user = useUsers.getState().users?.find((one) => one.name === name);
  const tokens = user?.tokens.length ?? 0;
  const isYes = await confirm({
    title: `Remove ${name}?`,
    about: `The user can no longer log in${tokens > 0 ? ', and its tokens are worth nothing any more' : ''}. Sessions and messages stay.`,
    act: 'Remove',
    isDangerous: true,
  });
  if (!isYes || !(await removeUser(name))) return;
  chooseUser(undefined);
  toast(`${name} is removed`);
}

interface Token {
  readonly id: string;
  readonly label: string;
}

export async function askRevoke(name: string, { id, label }: Token): Promise<void> {
  const isYes = await confirm({
    title: `Revoke the token ${label === '' ? `of ${name}` : `“${label}”`}?`,
    about: 'Whoever has it can no longer log in with it. It cannot be given back.',
    act: 'Revoke',
    isDangerous: true,
  });
  if (isYes) await revokeToken(name, id);
}
