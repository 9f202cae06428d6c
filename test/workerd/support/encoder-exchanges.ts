type Admin = (route: string, body?: unknown, path?: string) => Promise<Record<string, unknown>>;

const BASE = "/api/v2/m3u8-encoder";

/** The requests of the encoder API whose answers docs/http-api.md shows. */
export async function encoderExchanges(admin: Admin): Promise<void> {
  const request = { url: "https://r2.example.com/episode1.mp4", title: "Série X - Épisode 1", resourceType: "VIDEO" };
  const { jobId } = await admin(`POST ${BASE}/upload/url`, request);
  await admin(`GET ${BASE}/status/{jobId}`, undefined, `${BASE}/status/${jobId}`);
  await admin(`GET ${BASE}/jobs/{jobId}`, undefined, `${BASE}/jobs/${jobId}`);
  await admin(`GET ${BASE}/jobs`);
  await admin(`GET ${BASE}/collections/{slug}`, undefined, `${BASE}/collections/serie-x-episode-1`);
  await admin(`POST ${BASE}/jobs/{jobId}/cancel`, undefined, `${BASE}/jobs/${jobId}/cancel`);
  await admin(`POST ${BASE}/webhook-secret`);
  await admin(`POST ${BASE}/jobs/{jobId}/retry`, undefined, `${BASE}/jobs/${jobId}/retry`);
}
