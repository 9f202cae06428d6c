/** An example of docs/http-api.md; `status` is null for a request. */
export type DocumentedExample = { readonly route: string; readonly status: number | null; readonly body: unknown };

/** "Response 200", and the first block of JSON after it. */
const RESPONSE = /Response (\d{3})\b(?:(?!Response )[^#])*?```json\n(.*?)```/gs;
const REQUEST = /^(?:(?!Response )[^#])*?```json\n(.*?)```/s;

/** What the sections of routes show: at most one request before the first response, and any number of responses. */
export function documentedExamples(markdown: string): readonly DocumentedExample[] {
  return markdown
    .split(/^### /m)
    .slice(1)
    .flatMap((section): DocumentedExample[] => {
      const route = /^`([A-Z]+ [^`?]+)/.exec(section)?.[1];
      if (route === undefined) return [];
      const request = REQUEST.exec(section)?.[1];
      const responses = [...section.matchAll(RESPONSE)].map(([, status, body]) => ({
        ...{ route, status: Number(status), body: JSON.parse(body!) },
      }));
      return request === undefined ? responses : [{ route, status: null, body: JSON.parse(request) }, ...responses];
    });
}
