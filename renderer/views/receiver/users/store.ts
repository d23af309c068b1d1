// The users of the workspace as the host told them last; every change is told back as the whole list.
import { create } from 'zustand';
import type { Input, Output } from '../../../../core/contract/calls.ts';
import { userRows } from '../../../../core/contract/userCalls.ts';
import { sayError, workbench } from '../../../state/workbench.ts';
import { toast } from '../../../ui/Toast.tsx';
import { type ListedUser, listed } from './model.ts';

type Told = Output<'users.list'>;

interface Users {
  /** Undefined until the host has told. */
  readonly users?: readonly ListedUser[] | undefined;
  readonly storage?: Told['storage'] | undefined;
  readonly error?: string | undefined;
  readonly filter: string;
}

export const useUsers = create<Users>(() => ({ filter: '' }));

export function setFilter(filter: string): void {
  useUsers.setState({ filter });
}

/** Takes over what the host told. */
export function took(told: Told): void {
  useUsers.setState({ users: listed(userRows(told)), storage: told.storage, error: undefined });
}

export async function load(): Promise<void> {
  try {
    took(await workbench.call('users.list', {}));
  } catch (failure) {
    useUsers.setState({ error: sayError(failure) });
  }
}

/** Adds or changes a user; a refusal is thrown, for the dialog to show. */
export async function setUser(input: Input<'users.set'>): Promise<void> {
  took(await workbench.call('users.set', input));
}

export async function turnUser(name: string, enabled: boolean): Promise<void> {
  try {
    await setUser({ name, enabled });
  } catch (failure) {
    toast(`${name} was not changed`, sayError(failure), 'refuse');
  }
}

/** Whether it is gone. */
export async function removeUser(name: string): Promise<boolean> {
  try {
    took(await workbench.call('users.remove', { name }));
    return true;
  } catch (failure) {
    toast(`${name} was not removed`, sayError(failure), 'refuse');
    return false;
  }
}

/** Gives out a token; the answer is the only place where it stands. */
export async function giveToken(name: string, label: string): Promise<string> {
  const { token, list } = await workbench.call('users.token', { name, label });
  took(list);
  return token;
}

export async function revokeToken(name: string, id: string): Promise<void> {
  try {
    took(await workbench.call('users.revoke', { name, id }));
  } catch (failure) {
    toast('The token was not revoked', sayError(failure), 'refuse');
  }
}
