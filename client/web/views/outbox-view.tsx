import type { Chat } from '../state/chat.ts';
import type { Conversation, Outgoing } from '../state/conversation.ts';
import { texts } from '../texts.ts';
import { Avatar } from './avatar.tsx';
import { MessageText } from './message-text.tsx';

interface Props {
  readonly chat: Chat;
  readonly conversation: Conversation;
}

/** The texts that are on their way, and those that were not sent. */
export function OutboxView({ chat, conversation }: Props) {
  return (
    <>
      {conversation.outbox.value.map((outgoing) => (
        <OutgoingView key={outgoing.key} chat={chat} conversation={conversation} outgoing={outgoing} />
      ))}
    </>
  );
}

function OutgoingView({ chat, conversation, outgoing }: Props & { readonly outgoing: Outgoing }) {
  const { text, failure, key } = outgoing;
  return (
    <article class={failure === undefined ? 'message is-sending' : 'message is-failed'}>
      <Avatar name={chat.me} />
      <p class="message-heading">
        <strong class="is-own">{chat.me}</strong>
      </p>
      <MessageText text={text} />
      {failure === undefined ? (
        <p class="message-state">{texts.sending}</p>
      ) : (
        <div class="message-state">
          <p class="wrong" role="alert">
            {failure}
          </p>
          <div class="buttons">
            <button type="button" onClick={() => chat.outbox.sendAgain(conversation, outgoing)}>
              {texts.sendAgain}
            </button>
            <button type="button" onClick={() => chat.outbox.discard(conversation, key)}>
              {texts.discard}
            </button>
          </div>
        </div>
      )}
    </article>
  );
}
