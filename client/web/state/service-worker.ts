/** What is used of Trusted Types, which TypeScript's library does not describe. The browser takes its values for texts. */
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}

/** The page's one script that is loaded by its address. */
const address = 'sw.js';

/** Registers the service worker. A page over plain HTTP from another machine cannot have one. */
export async function registerServiceWorker(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  const { trustedTypes }: Window & { readonly trustedTypes?: TrustedTypes } = window;
  const policy = trustedTypes?.createPolicy('chat-room', { createScriptURL: () => address });
  try {
    await navigator.serviceWorker.register(policy?.createScriptURL(address) ?? address);
  } catch {
    // The browser forbids it, for example in a private window. The page works without.
  }
}
