import type { Line, Printed } from '../../terminal/line.ts';
import type { Chat } from '../state/chat.ts';
import { texts } from '../texts.ts';

/** What a command has printed. */
export function OutputView({ chat, lines }: { readonly chat: Chat; readonly lines: readonly Printed[] }) {
  return (
    <section class="output" aria-label={texts.onlyYou}>
      <p class="output-note">{texts.onlyYou}</p>
      {lines.map((line) =>
        typeof line === 'object' && 'users' in line ? (
          <ul class="users">
            {line.users.map((user) => (
              <li key={user}>
                <button type="button" onClick={() => chat.open(user)}>
                  {user}
                </button>
              </li>
            ))}
          </ul>
        ) : (
          <LineView line={line} />
        ),
      )}
    </section>
  );
}

function LineView({ line }: { readonly line: Line }) {
  if (typeof line === 'string') {
    return (
      <p class="output-line" dir="auto">
        {line}
      </p>
    );
  }
  return (
    <p class={line.indent === undefined ? 'output-line' : 'output-line is-table'} dir="auto">
      {line.text.map((part) =>
        typeof part === 'string' ? part : <span class={`style-${part.style}`}>{part.text}</span>,
      )}
    </p>
  );
}
