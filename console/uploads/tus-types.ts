import type { TusOptions } from "@uppy/tus";

type Options = TusOptions<Record<string, unknown>, Record<string, never>>;

export type UrlStorage = NonNullable<Options["urlStorage"]>;
