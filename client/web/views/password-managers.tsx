/** Tells password managers whose password a form asks for. */
export function UserForPasswordManagers({ user }: { readonly user: string }) {
  return (
    <input
      class="unseen"
      type="text"
      name="username"
      autocomplete="username"
      value={user}
      readOnly
      tabIndex={-1}
      aria-hidden="true"
    />
  );
}
