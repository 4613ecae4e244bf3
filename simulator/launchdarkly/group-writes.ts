import type { RecordedRequest } from './requests.ts';

/** A change that really happened to an insight group, even if the client never learned of it. */
export interface GroupWrite {
  readonly kind: 'create' | 'update' | 'delete';
  /** The key as it is stored. */
  readonly key: string;
}

/** All changes of insight groups in order: the ground truth to hold reports against. */
export class GroupWriteLog {
  readonly #entries: (GroupWrite & { readonly request: RecordedRequest })[] = [];

  /** Adds the change that `request` made. */
  add(write: GroupWrite, request: RecordedRequest): void {
    this.#entries.push({ ...write, request });
  }

  /** The requests that made a change of this kind to the group of this key, in order. */
  requestsOf(kind: GroupWrite['kind'], key: string): readonly RecordedRequest[] {
    return this.#entries
      .filter((entry) => entry.kind === kind && entry.key === key)
      .map(({ request }) => request);
  }
}
