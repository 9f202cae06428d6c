import { expect, it } from "vitest";
import { DEFINITIONS } from "../../../edge/api/definitions/all.ts";
import { jsonSchemaOf } from "../../../scripts/docs/json-schema.ts";
import { database } from "../support/inspection.ts";
import { noteIds, takeExposedParts } from "../support/internal-ids.ts";
import { createPost, publishPost } from "../support/published-post.ts";
import { startWorker } from "../support/worker.ts";

const worker = startWorker();

const partsAmong = async (ids: readonly string[]) =>
  (await database.rows<{ id: string }>("video_file_post", { id: ids })).map(({ id }) => id);

it("no answer about a post, its jobs, its rotation or an error has the id of a part", async () => {
  const { videoPostId } = await publishPost(worker);
  const post = `/api/v2/video-posts/${videoPostId}`;
  await createPost(worker);
  await worker.admin("POST", "/admin/video/enc/rotate", { videoPostId });
  const listed = await (await worker.admin("GET", `/api/v2/jobs?videoPostId=${videoPostId}`)).json();
  const jobIds = [...JSON.stringify(listed).matchAll(/"jobId":"([^"]+)"/g)].map(([, jobId]) => jobId!);
  for (const path of [
    post,
    `${post}/parts/0/keys`,
    `${post}/parts/0/encryption`,
    "/api/v2/video-posts",
    "/api/v2/jobs",
  ])
    expect((await worker.admin("GET", path)).status).toBe(200);
  for (const jobId of jobIds) expect((await worker.admin("GET", `/api/v2/jobs/${jobId}`)).status).toBe(200);
  expect((await worker.admin("POST", `${post}/audit`, { result: "LOUD" })).status).toBe(422);
  expect((await worker.admin("POST", `/api/v2/jobs/${jobIds.at(-1)}/retry`)).status).toBe(409);
  expect(await takeExposedParts(partsAmong)).toEqual([]);
});

it("the search finds the id of a part in a text", async () => {
  await createPost(worker);
  const [part] = await database.rows<{ id: string }>("video_file_post");
  noteIds("GET /somewhere", JSON.stringify({ nested: [{ anything: `x${part!.id}` }] }));
  expect(await takeExposedParts(partsAmong)).toEqual([`GET /somewhere answered with the part id ${part!.id}`]);
});

it("no response has a member that is named like the id of a part", () => {
  const members = DEFINITIONS.flatMap(({ operationId, responses }) =>
    Object.values(responses).flatMap(({ schema }) => {
      if (schema === undefined) return [];
      const components = new Map();
      const text = JSON.stringify([jsonSchemaOf(schema, "output", components), ...components.values()]);
      return [...text.matchAll(/"(?:fileId|filePostId|videoFilePostId)":/g)].map(([name]) => `${operationId}: ${name}`);
    }),
  );
  expect(members).toEqual([]);
});
