import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import prettyBytes from 'pretty-bytes';
import type { Chat } from '../state/chat.ts';
import type { FileItem, UploadItem } from '../state/items.ts';
import { Transfer } from '../state/transfer.ts';
import { texts } from '../texts.ts';
import { Avatar } from './avatar.tsx';
import { Icon } from './icons.tsx';
import { takeFocus } from './take-focus.ts';
import { Time } from './time.tsx';

interface FrameProps {
  readonly from: string;
  readonly at: number;
  readonly name: string;
  readonly size: number;
  readonly children: ComponentChildren;
}

function FileFrame({ from, at, name, size, children }: FrameProps) {
  return (
    <article class="message">
      <Avatar name={from} />
      <p class="message-heading">
        <strong>{from}</strong> <Time at={at} />
      </p>
      <div class="file">
        <Icon name="file" />
        <p class="file-name">
          <bdi>{name}</bdi> <span class="quiet">{prettyBytes(size)}</span>
        </p>
        {children}
      </div>
    </article>
  );
}

/** A file that another user has sent, and what can be done with it. */
export function FileView({ chat, item }: { readonly chat: Chat; readonly item: FileItem }) {
  const { transfers } = chat;
  const { from, name } = item;
  const state = transfers.offers.stateOf(item);
  const receive = () => transfers.receive(item);
  const isAsking = useSignal(false);
  const ask = () => {
    isAsking.value = true;
  };
  const keep = () => {
    isAsking.value = false;
  };
  const isDeclining = useSignal(false);
  const decline = async () => {
    isDeclining.value = true;
    await transfers.decline(from, name);
    isDeclining.value = false;
    keep();
  };
  if (isAsking.value) {
    return (
      <FileFrame {...item}>
        <p class="file-state">{texts.askDecline(from)}</p>
        <div class="buttons">
          <button type="button" class="danger" disabled={isDeclining.value} onClick={() => void decline()}>
            {texts.decline}
          </button>
          <button ref={takeFocus} type="button" disabled={isDeclining.value} onClick={keep}>
            {texts.keep}
          </button>
        </div>
      </FileFrame>
    );
  }
  return (
    <FileFrame {...item}>
      {state === 'saved' && <p class="file-state">{texts.fileSaved}</p>}
      {state === 'gone' && <p class="file-state">{texts.fileGone}</p>}
      {state === 'declined' && <p class="file-state">{texts.fileDeclined}</p>}
      {state === 'waiting' && (
        <div class="buttons">
          <button type="button" class="primary" onClick={receive} aria-label={texts.saveFile(name)}>
            {texts.save}
          </button>
          <button type="button" onClick={ask} aria-label={texts.declineFile(name)}>
            {texts.decline}
          </button>
        </div>
      )}
      {state instanceof Transfer && (
        <TransferState transfer={state} done={texts.fileReceived}>
          <div class="buttons">
            <button type="button" onClick={receive}>
              {texts.tryAgain}
            </button>
            <button type="button" onClick={ask} aria-label={texts.declineFile(name)}>
              {texts.decline}
            </button>
          </div>
        </TransferState>
      )}
    </FileFrame>
  );
}

/** A file that this user sends. */
export function UploadView({ chat, item }: { readonly chat: Chat; readonly item: UploadItem }) {
  return (
    <FileFrame {...item} from={chat.me}>
      <TransferState transfer={item.transfer} done={item.transfer.fate.value ?? texts.fileSent(item.to)} />
    </FileFrame>
  );
}

interface TransferProps {
  readonly transfer: Transfer;
  readonly done: string;
  /** Shown after a failure. */
  readonly children?: ComponentChildren;
}

function TransferState({ transfer, done, children }: TransferProps) {
  const state = transfer.state.value;
  switch (state.kind) {
    case 'running': {
      const { done: moved, total } = state.progress ?? { done: 0, total: 0 };
      return (
        <div class="file-progress">
          <progress aria-label={texts.progress} value={total > 0 ? moved / total : undefined} />
          <span class="quiet">{total > 0 ? `${Math.floor((moved / total) * 100)} %` : texts.preparing}</span>
          <button type="button" class="link" onClick={() => transfer.abort()}>
            {texts.cancel}
          </button>
        </div>
      );
    }
    case 'done':
      return (
        <div class="file-state">
          <p>{done}</p>
          {transfer.saveAgain.value && (
            <button type="button" onClick={transfer.saveAgain.value}>
              {texts.saveAgain}
            </button>
          )}
        </div>
      );
    case 'failed':
      return (
        <div class="file-state">
          <p class="wrong">{state.why}</p>
          {children}
        </div>
      );
  }
}
