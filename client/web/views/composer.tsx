import { useSignal } from '@preact/signals';
import { useEffect, useId, useRef } from 'preact/hooks';
import { byteLength, limits } from '../../../protocol/index.ts';
import type { Chat } from '../state/chat.ts';
import type { Candidate } from '../state/commands.ts';
import type { Conversation } from '../state/conversation.ts';
import { texts } from '../texts.ts';
import { CompletionList } from './completion-list.tsx';
import { Icon } from './icons.tsx';

interface Props {
  readonly chat: Chat;
  readonly conversation: Conversation;
}

/** The most rows of the input before it scrolls. */
const mostRows = 8;

/** Whether the user types on glass: then a keyboard that covers half of the screen must not open by itself. */
const isTouch = () => matchMedia('(pointer: coarse)').matches;

/** What a long text leaves of the limit. The limit counts bytes, and a user counts characters. */
function lengthText(text: string, bytes: number): string | undefined {
  if (bytes <= limits.textBytes / 2) return undefined;
  const characters = Math.ceil((Math.abs(bytes - limits.textBytes) * [...text].length) / bytes);
  const { tooLong, roomLeft } = texts;
  return (bytes > limits.textBytes ? tooLong : roomLeft)(characters.toLocaleString());
}

/** The box to write in. Enter sends, Shift+Enter begins a new line, and a slash begins a command. */
export function Composer({ chat, conversation }: Props) {
  const { draft, isPasted, isRoom, name } = conversation;
  const id = useId();
  const input = useRef<HTMLTextAreaElement>(null);
  const candidates = useSignal<readonly Candidate[]>([]);
  const chosen = useSignal(0);
  const text = draft.value;
  const bytes = byteLength(text);
  const isTooLong = bytes > limits.textBytes;
  const opened = chat.opened.value;
  const isListed = candidates.value.length > 0;

  useEffect(() => {
    if (opened >= 0 && !isTouch()) input.current?.focus();
  }, [opened]);

  /** @param canComplete Whether the caret is at the end: only what is typed there is completed. */
  const write = (typed: string, canComplete = true) => {
    draft.value = typed;
    chosen.value = 0;
    candidates.value = [];
    if (typed === '') isPasted.value = false;
    if (!canComplete) return;
    void chat.commands.candidates(typed).then((found) => {
      if (draft.peek() === typed) candidates.value = found;
    });
  };
  const take = (candidate: Candidate | undefined) => {
    if (candidate) write(candidate.line);
    input.current?.focus();
  };
  // Unless the user has chosen from the list, a complete line is sent.
  const completes = () => isListed && (chosen.value > 0 || !chat.commands.isComplete(text, candidates.value));
  const run = async () => {
    const isDone = await chat.commands.run(text, conversation);
    if (!isDone && draft.peek() === '') draft.value = text;
  };
  const submit = () => {
    if (text.trim() === '' || isTooLong) return;
    const isCommand = text.startsWith('/') && !text.startsWith('//') && !isPasted.peek();
    if (isCommand && completes()) {
      take(candidates.value[chosen.value]);
      return;
    }
    write('');
    if (isCommand) void run();
    else chat.send(conversation, text.startsWith('//') ? text.slice(1) : text);
    input.current?.focus();
  };
  const sendAsFile = () => {
    chat.transfers.sendText(name, text);
    write('');
  };
  const press = (event: KeyboardEvent) => {
    // Safari ends the composition before this event. It has the key code of a composition, 229.
    if (event.isComposing || event.keyCode === 229) return;
    if (isListed && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      const { length } = candidates.value;
      chosen.value = (chosen.value + (event.key === 'ArrowDown' ? 1 : length - 1)) % length;
    } else if (isListed && event.key === 'Tab' && !event.shiftKey) take(candidates.value[chosen.value]);
    else if (isListed && event.key === 'Escape') candidates.value = [];
    else if (event.key === 'Enter' && !event.shiftKey) {
      if (completes()) take(candidates.value[chosen.value]);
      else submit();
    } else return;
    event.preventDefault();
  };

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {isListed && <CompletionList id={`${id}-list`} candidates={candidates.value} chosen={chosen.value} take={take} />}
      <textarea
        ref={input}
        id={`${id}-text`}
        class="composer-text"
        rows={Math.min(mostRows, text.split('\n').length)}
        value={text}
        placeholder={isRoom ? texts.composeRoom : texts.compose(name)}
        aria-label={isRoom ? texts.composeRoom : texts.compose(name)}
        aria-describedby={`${id}-note`}
        aria-autocomplete="list"
        aria-haspopup="listbox"
        aria-controls={`${id}-list`}
        aria-activedescendant={isListed ? `${id}-list-${chosen.value}` : undefined}
        dir="auto"
        enterkeyhint="send"
        onInput={({ currentTarget: { value, selectionEnd } }) => write(value, selectionEnd === value.length)}
        onPaste={(event) => {
          const files = [...(event.clipboardData?.files ?? [])];
          if (files.length > 0) {
            event.preventDefault();
            chat.sendFiles(conversation, files);
          } else if (event.clipboardData?.getData('text').includes('\n')) isPasted.value = true;
        }}
        onKeyDown={press}
      />
      <button type="button" class="round" aria-label={texts.attach} onClick={() => chat.chooseFiles(conversation)}>
        <Icon name="attach" />
      </button>
      <button type="submit" class="round primary" aria-label={texts.send} disabled={text.trim() === '' || isTooLong}>
        <Icon name="send" />
      </button>
      <p
        id={`${id}-note`}
        class={isTooLong ? 'composer-note wrong' : 'composer-note'}
        role={isTooLong ? 'alert' : undefined}
      >
        {isTooLong && !isRoom && (
          <button type="button" class="link" onClick={sendAsFile}>
            {texts.sendAsFile}
          </button>
        )}
        {lengthText(text, bytes) ?? texts.commandHint}
      </p>
    </form>
  );
}
