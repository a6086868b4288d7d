/** Takes the code of an invitation, if any, out of the page's address: `#invite=CODE`. */
export function takeInvitation(): string {
  const code = new URLSearchParams(location.hash.slice(1)).get('invite') ?? '';
  // A copied address must not pass on the invitation.
  if (code !== '') history.replaceState(history.state, '', location.pathname + location.search);
  return code;
}
