// A login under way.
export interface UserLookup {
  readonly password: (name: string) => string | undefined;
}
export type Exchange = { readonly mechanism: string; step: 'user' | 'password' | 'plain'; user?: string };
