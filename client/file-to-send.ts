/** A body that is not JSON, with its media type. A charset may follow it: `text/plain; charset=iso-8859-1`. */
export type FileToSend<Type extends string> = {
  readonly type: Type | `${Type}; charset=${string}`;
  readonly content: Blob | Uint8Array<ArrayBuffer> | string;
};
