import Hls, {
  type HlsConfig,
  type Loader,
  type LoaderCallbacks,
  type LoaderConfiguration,
  type LoaderContext,
} from "hls.js";
import { bodyOf, type Refusal, readRefusal } from "../../../player/session/problem.ts";
import { type RequestTarget, requestTarget } from "./request-target.ts";

/** A finished request of the player: served, or refused with a reason. */
export type RequestReport = {
  readonly target: RequestTarget;
  readonly status: number;
  readonly refusal: Refusal | null;
};

type LoaderClass = new (config: HlsConfig) => Loader<LoaderContext>;

/** The loader of hls.js, reporting every response: keys, playlists and segments all use it. */
export function observedLoader(report: (request: RequestReport) => void): LoaderClass {
  const Standard = Hls.DefaultConfig.loader as LoaderClass;
  return class ObservedLoader extends Standard {
    override load(
      context: LoaderContext,
      config: LoaderConfiguration,
      callbacks: LoaderCallbacks<LoaderContext>,
    ): void {
      const target = requestTarget(context.url);
      super.load(context, config, {
        ...callbacks,
        onSuccess: (response, stats, ...rest) => {
          report({ target, status: response.code ?? 200, refusal: null });
          callbacks.onSuccess(response, stats, ...rest);
        },
        onError: (error, failed, details, stats) => {
          report({ target, status: error.code, refusal: readRefusal(error.code, bodyOf(details)) });
          callbacks.onError(error, failed, details, stats);
        },
        onTimeout: (stats, late, details) => {
          report({ target, status: 0, refusal: readRefusal(0, "") });
          callbacks.onTimeout(stats, late, details);
        },
      });
    }
  };
}
