// The Sessions view: the live list, the transcript of the open session, and why every answer was given.
export function SessionsView() {
  return null;
}
